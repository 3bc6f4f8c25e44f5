import { addressAt } from './ipv4.ts'
import type { ClusterOptions } from './options.ts'

/** Where everything of one cluster lies on the machine, and what it is called: `down` takes away exactly this. */
export interface Layout {
  dataDir: string
  /** What is worth nothing after a reboot. */
  runDir: string
  /** pids and ports of the running cluster, for programs. */
  stateFile: string
  pkiDir: string
  /** The administrator's kubeconfig. */
  adminKubeconfig: string
  /** The kubeconfigs of users that our context was merged into, one path a line. */
  mergedList: string
  logDir: string
  daemonLog: string
  /** What the daemon printed besides its log: a crash. */
  crashLog: string
  podLogDir: string
  storageDir: string
  kubeletDir: string
  /** Everything of our containerd: its configuration, socket, images. */
  containerdDir: string
  /** The pods' network, as `cniConflist` and `removeCniNetwork` take it. */
  cni: { name: string; bridge: string; leases: string }
  /** The cgroup, in every hierarchy, below which all pods lie. */
  cgroup: string
  /** The nftables table, in whichever families are used. */
  nftTable: string
  /** The first address of the service block: `kubernetes.default`. */
  apiServiceIp: string
  kubeconfigOf(component: string): string
}

/** The one place where names and paths are made from options. */
export function layoutOf({ instance, dataDir, serviceCidr, cniBridge }: ClusterOptions): Layout {
  const runDir = `/run/${instance}`
  return {
    dataDir, runDir, stateFile: `${dataDir}/state.json`, pkiDir: `${dataDir}/pki`, adminKubeconfig: `${dataDir}/admin.kubeconfig`,
    mergedList: `${dataDir}/merged-kubeconfigs`,
    logDir: `${dataDir}/logs`, daemonLog: `${dataDir}/logs/k8ts.log`, crashLog: `${dataDir}/logs/crash.log`, podLogDir: `${dataDir}/logs/pods`,
    storageDir: `${dataDir}/storage`, kubeletDir: `${dataDir}/kubelet`, containerdDir: `${dataDir}/containerd`,
    cni: { name: instance, bridge: cniBridge, leases: `${runDir}/leases` },
    cgroup: `/${instance}`, nftTable: instance,
    apiServiceIp: addressAt(serviceCidr, 1)!,
    kubeconfigOf: component => `${dataDir}/kubeconfig/${component}.kubeconfig`,
  }
}
