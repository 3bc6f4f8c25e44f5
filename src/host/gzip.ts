import { createGzip, constants } from 'node:zlib'

/** The pieces compressed, at the speed at which they are taken: the fastest level, since the network is seldom the slow part. */
export async function* gzipped(pieces: Iterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  const gzip = createGzip({ level: constants.Z_BEST_SPEED })
  const feed = async (): Promise<void> => {
    for (const piece of pieces) {
      if (gzip.destroyed) return
      if (!gzip.write(piece)) await new Promise<void>(resolve => {
        gzip.once('drain', resolve)
        gzip.once('close', resolve)
      })
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
