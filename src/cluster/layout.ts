import { addressAt } from './ipv4.ts'
import type { ClusterOptions } from './options.ts'

/** Where everything of one cluster lies on the machine, and what it is called: `down` takes away exactly this. */
export interface Layout {
  dataDir: string
  /** Sockets, network namespaces and containerd's state: gone after a reboot. */
  runDir: string
  /** pids and ports of the running cluster, for programs. */
  stateFile: string
  pkiDir: string
  /** The administrator's kubeconfig. */
  adminKubeconfig: string
  logDir: string
  daemonLog: string
  /** What the daemon printed besides its log: a crash. */
  crashLog: string
  podLogDir: string
  storageDir: string
  kubeletDir: string
  containerd: { rootDir: string; stateDir: string; socket: string; configFile: string; logFile: string }
  cni: { configDir: string; ipamDir: string; networkName: string }
  /** The cgroup, in every hierarchy, below which all pods lie. */
  cgroup: string
  bridge: string
  /** The nftables table, in whichever families are used. */
  nftTable: string
  /** The first address of the service block: `kubernetes.default`. */
  apiServiceIp: string
  kubeconfigOf(component: string): string
}

/** Variable that marks every process the daemon starts, with the run folder as its value, so that `down` finds them whatever happened. */
export const OWNER_VARIABLE = 'K8TS_OWNED_BY'

/** The one place where names and paths are made from options. */
export function layoutOf({ instance, dataDir, serviceCidr, cniBridge }: ClusterOptions): Layout {
  const runDir = `/run/${instance}`
  const containerdDir = `${dataDir}/containerd`
  return {
    dataDir, runDir, stateFile: `${dataDir}/state.json`, pkiDir: `${dataDir}/pki`, adminKubeconfig: `${dataDir}/admin.kubeconfig`,
    logDir: `${dataDir}/logs`, daemonLog: `${dataDir}/logs/k8ts.log`, crashLog: `${dataDir}/logs/crash.log`, podLogDir: `${dataDir}/logs/pods`,
    storageDir: `${dataDir}/storage`, kubeletDir: `${dataDir}/kubelet`,
    containerd: {
      rootDir: containerdDir, stateDir: `${runDir}/containerd`, socket: `${runDir}/containerd.sock`,
      configFile: `${dataDir}/containerd.toml`, logFile: `${dataDir}/logs/containerd.log`,
    },
    cni: { configDir: `${dataDir}/cni`, ipamDir: `${runDir}/ipam`, networkName: instance },
    cgroup: `/${instance}`, bridge: cniBridge, nftTable: instance,
    apiServiceIp: addressAt(serviceCidr, 1)!,
    kubeconfigOf: component => `${dataDir}/kubeconfig/${component}.kubeconfig`,
  }
}
