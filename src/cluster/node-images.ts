import type { Host } from '../host/host.ts'
import { containerdPaths, snapshotterOf } from '../kubelet/containerd-config.ts'
import { criRuntime } from '../kubelet/cri.ts'
import { importArchive, importImage, type ImportOptions } from '../kubelet/images/import.ts'
import type { Image, Runtime } from '../kubelet/runtime.ts'
import type { Clock } from '../machinery/clock.ts'
import { StatusError } from '../machinery/status.ts'
import type { Layout } from './layout.ts'
import type { ClusterOptions } from './options.ts'

/** The images of the node that runs on this machine. */
export interface NodeImages {
  importFile(path: string): Promise<string[]>
  importBytes(archive: Uint8Array): Promise<string[]>
  list(): Promise<Image[]>
  has(name: string): Promise<boolean>
  remove(name: string): Promise<void>
  close(): void
}

/** Opens the image store of a running node: our containerd's, or that of the CRI endpoint in use. */
export async function openNodeImages(request: { host: Host; clock: Clock; options: ClusterOptions; layout: Layout }): Promise<NodeImages> {
  const { host, clock, options, layout } = request
  const paths = containerdPaths(layout.containerdDir)
  const socket = options.containerRuntimeEndpoint.replace(/^unix:\/\//, '') || paths.socket
  if (!(await host.files.exists(socket))) throw new StatusError('ServiceUnavailable', `no container runtime listens at ${socket}: start the cluster with "k8ts up"`)
  const runtime: Runtime = criRuntime({ endpoint: socket, timeoutMs: 20_000 })
  const snapshotter = (options.containerRuntimeEndpoint === '' ? snapshotterOf(await host.files.readText(paths.config)) : undefined) ?? 'overlayfs'
  const target: ImportOptions = { host, clock, runtime, socket, snapshotter }
  return {
    importFile: path => importArchive(target, path),
    importBytes: archive => importImage(target, archive),
    list: () => runtime.listImages(),
    has: async name => (await runtime.imageStatus(name)) !== undefined,
    remove: name => runtime.removeImage(name),
    close: () => runtime.close(),
  }
}
