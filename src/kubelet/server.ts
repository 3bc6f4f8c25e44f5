import type { HttpServer } from '../host/http.ts'
import type { KubeletOptions, KubeletServerOptions } from './options.ts'
import type { PodWorker } from './pod-worker.ts'

export interface ServerDeps {
  readonly options: KubeletOptions
  readonly server: KubeletServerOptions
  readonly workers: ReadonlyMap<string, PodWorker>
  readonly signal: AbortSignal
}

export async function kubeletServer(_deps: ServerDeps): Promise<HttpServer> {
  throw new Error('the kubelet server is not there yet')
}
