import type { Taint } from '../api/core/node.ts'
import type { Client } from '../client/client.ts'
import type { TlsOptions } from '../host/http.ts'
import type { Host } from '../host/host.ts'
import type { Clock } from '../machinery/clock.ts'
import type { Log } from '../machinery/log.ts'
import type { Random } from '../machinery/random.ts'
import type { ProbeTransport } from './probes/probe.ts'
import type { Runtime } from './runtime.ts'

/** What a kubelet needs to know; `cluster/` fills it in. */
export interface KubeletOptions {
  readonly client: Client
  readonly runtime: Runtime
  readonly host: Host
  readonly clock: Clock
  readonly random: Random
  readonly log: Log

  readonly nodeName: string
  /** First the address that pods report as their host's. */
  readonly nodeIps: readonly string[]
  /** What the kernel calls the machine, where the node has another name. */
  readonly hostname?: string
  readonly nodeLabels?: Readonly<Record<string, string>>
  /** Taints that the node is registered with. */
  readonly registerTaints?: readonly Taint[]
  readonly maxPods?: number
  /** `v1.36.3`. */
  readonly version: string
  /** Facts to report in place of the machine's: for simulated nodes. */
  readonly capacity?: Readonly<Record<string, string>>

  /** Pods' directories, the kubelet's own state. */
  readonly dataDir: string
  /** Gone after a reboot; a memory file system is mounted below it for secrets. */
  readonly runDir: string
  readonly podLogDir: string
  /** The cgroup below which all pods lie; absent: the runtime's default. */
  readonly cgroupRoot?: string
  readonly clusterDns: readonly string[]
  readonly clusterDomain: string
  /** Manifests of static pods. */
  readonly staticPodDir?: string
  /** The node's resolv.conf; default /etc/resolv.conf. */
  readonly resolvConf?: string

  /** How HTTP, TCP and gRPC probes reach pods; default: over the network. A simulated node has its own way. */
  readonly probes?: ProbeTransport
  /** The HTTPS server for logs, exec and the like; absent: none. */
  readonly server?: KubeletServerOptions
}

export interface KubeletServerOptions {
  readonly port: number
  readonly address?: string
  /** With `clientCa`: who has a certificate of it is known by its name and groups. */
  readonly tls: TlsOptions
}

/** A running kubelet. */
export interface Kubelet {
  /** Settles when the node is registered and Ready. */
  readonly ready: Promise<void>
  /** Port of its server, once it listens. */
  readonly port: () => number | undefined
  /** Serves with another certificate from now on, and knows the clients of another authority. */
  renew(tls: TlsOptions): void
  /** Stops looking after the pods; they go on running. */
  stop(): Promise<void>
}
