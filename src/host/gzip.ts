import { constants, createGzip } from 'node:zlib'

/** What a system call and a record of TLS are worth. */
const CHUNK = 64 * 1024

/**
 * The pieces compressed, at the speed at which they are taken: the fastest level, since the network is seldom the slow part. The next piece is asked for
 * when the one before is used up.
 */
export async function* gzipped(pieces: Iterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  const gzip = createGzip({ level: constants.Z_BEST_SPEED, chunkSize: CHUNK })
  const feed = async (): Promise<void> => {
    for (const piece of pieces) {
      if (gzip.destroyed) return
      // A write under way when the reader stops never calls back: the end of the stream lets go of it.
      await new Promise<void>(resolve => {
        gzip.once('close', resolve)
        gzip.write(piece, () => {
          gzip.off('close', resolve)
          resolve()
        })
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
