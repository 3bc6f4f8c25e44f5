import type { Host } from '../../host/host.ts'
import { failureOf, outputOf } from '../../host/process.ts'
import { sleep, type Clock } from '../../machinery/clock.ts'
import type { Runtime } from '../runtime.ts'

export interface ImportOptions {
  host: Host
  clock: Clock
  runtime: Runtime
  /** containerd's socket. */
  socket: string
  snapshotter: string
}

/** containerd 1.6 reads plain archives only; `docker save | gzip` is what people have. */
async function unzipped({ files }: Host, path: string): Promise<AsyncIterable<Uint8Array>> {
  const file = await files.open(path)
  const start = await file.read(0, 2).finally(() => file.close())
  if (start[0] !== 0x1f || start[1] !== 0x8b) return files.stream(path)
  return ReadableStream.from(files.stream(path)).pipeThrough(new DecompressionStream('gzip') as ReadableWritablePair<Uint8Array, Uint8Array>)
}

/** How long the runtime may take to see what was put into its store. */
const NOTICE_TIMEOUT_MS = 5_000
const IMPORT_TIMEOUT_MS = 600_000

/** `ctr` prints one line an image: `unpacking docker.io/library/web:1 (sha256:…)...done`. */
const namesIn = (printed: string): string[] => [...printed.matchAll(/^unpacking (\S+) \(/gm)].map(match => match[1]!)

/**
 * Puts the images of an archive (OCI layout or `docker save`, also compressed with gzip) into containerd, by the `ctr` that comes with it, and waits until
 * the runtime sees them. Returns their full names.
 */
export async function importArchive(options: ImportOptions, path: string): Promise<string[]> {
  const { host, clock, runtime, socket, snapshotter } = options
  const command = ['ctr', '--address', socket, '--namespace', 'k8s.io', 'images', 'import', '--snapshotter', snapshotter, '-']
  const result = await host.processes.run(command, { timeoutMs: IMPORT_TIMEOUT_MS, input: await unzipped(host, path) })
  if (result.code !== 0) throw new Error(`cannot import ${path}: ${failureOf(result)}`)
  const names = namesIn(outputOf(result))
  if (names.length === 0) throw new Error(`there is no image with a name in ${path}`)
  const deadline = clock.monotonic() + NOTICE_TIMEOUT_MS
  for (const name of names) {
    while (!(await runtime.imageStatus(name))) {
      if (clock.monotonic() > deadline) throw new Error(`the runtime does not see the image ${name} after its import`)
      await sleep(clock, 5)
    }
  }
  return names
}

/** The same for an archive in memory. */
export async function importImage(options: ImportOptions, archive: Uint8Array): Promise<string[]> {
  const { files } = options.host
  const directory = await files.makeTemporaryDirectory('/tmp/k8ts-image-')
  try {
    await files.write(`${directory}/image.tar`, archive, { mode: 0o600 })
    return await importArchive(options, `${directory}/image.tar`)
  } finally {
    await files.remove(directory)
  }
}
