import { constants, createGzip, type Gzip } from 'node:zlib'

/** Resolves when there is room again, or nobody who wants it. */
const room = (gzip: Gzip): Promise<void> => new Promise(resolve => {
  const done = (): void => {
    gzip.off('drain', done)
    gzip.off('close', done)
    resolve()
  }
  gzip.on('drain', done)
  gzip.on('close', done)
})

/** The pieces compressed, at the speed at which they are taken: the fastest level, since the network is seldom the slow part. */
export async function* gzipped(pieces: Iterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  const gzip = createGzip({ level: constants.Z_BEST_SPEED })
  const feed = async (): Promise<void> => {
    for (const piece of pieces) {
      if (gzip.destroyed) return
      if (!gzip.write(piece)) await room(gzip)
    }
    gzip.end()
  }
  const feeding = feed().catch((error: unknown) => gzip.destroy(error as Error))
  try {
    for await (const chunk of gzip as AsyncIterable<Uint8Array>) yield chunk
  } finally {
    gzip.destroy()
    await feeding
  }
}
