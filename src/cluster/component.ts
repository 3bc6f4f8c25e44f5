import type { Clock } from '../machinery/clock.ts'
import type { Log } from '../machinery/log.ts'
import type { Metrics } from '../machinery/metrics.ts'
import type { Random } from '../machinery/random.ts'
import type { Host } from '../host/host.ts'
import type { ApiAccess } from './api-access.ts'
import type { Pki } from './certificates.ts'
import type { Layout } from './layout.ts'
import type { ClusterOptions } from './options.ts'

/** A running part of the cluster. */
export interface Component {
  /** Settles when the part does its work, or with the reason why it never will. */
  readonly ready: Promise<void>
  /** Ends it in an orderly way; running containers are left alone. Idempotent. */
  stop(): Promise<void>
}

/** What the composition hands to every part. */
export interface ComponentContext {
  readonly options: ClusterOptions
  readonly layout: Layout
  /** Certificates and keys, by the names of `certificate-specs.ts`. */
  readonly pki: Pki
  readonly host: Host
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** What all parts of the process tell of themselves, where there is an API server to tell it. */
  readonly metrics: Metrics
  /** The way to the API, shared by all parts of the process. */
  readonly api: ApiAccess
  /** Where the part reaches the API when it does not run in the API server's process. */
  readonly kubeconfig?: string
  /** One line for the person who waits: `containerd answers`. */
  progress(message: string): void
  /** Notes a process that was started (containerd), for `status` and `down`. */
  recordProcess(name: string, pid: number): void
  /** Notes a port that is listened on, for `status`. */
  recordPort(name: string, port: number): void
  /** Ends the whole process: the part cannot go on. */
  fail(error: unknown): void
}

/** Starts a part; it returns at once and says through `ready` when the part works. */
export type StartComponent = (context: ComponentContext) => Component

/** The parts that can run as processes of their own. */
export const componentNames = ['apiserver', 'controller-manager', 'scheduler', 'kubelet', 'proxy', 'dns'] as const
export type ComponentName = (typeof componentNames)[number]
