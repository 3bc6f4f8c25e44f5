import type { KubeletOptions, KubeletServerOptions } from '../options.ts'
import type { PodWorker } from '../pod-worker.ts'

/** What the server's pages are made from. */
export interface ServerDeps {
  readonly options: KubeletOptions
  readonly server: KubeletServerOptions
  readonly workers: ReadonlyMap<string, PodWorker>
  readonly signal: AbortSignal
}
