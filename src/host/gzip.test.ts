import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { gzipped } from './gzip.ts'

/** Bytes that do not compress, so that the stream fills up. */
const noise = (length: number): Uint8Array => Uint8Array.from({ length }, (_, index) => Math.imul(index + 1, 0x9e3779b1) >>> 24)

test('pieces come out as they went in', async () => {
  const pieces = [noise(100_000), new Uint8Array(0), noise(7)]
  const made: Uint8Array[] = []
  for await (const chunk of gzipped(pieces)) made.push(chunk)
  assert.deepEqual(new Uint8Array(gunzipSync(Buffer.concat(made))), new Uint8Array(Buffer.concat(pieces)))
})

for (const size of [16_384, 131_072, 1_048_576]) {
  test(`a reader that leaves in the middle is let go of, with pieces of ${size}`, { timeout: 10_000 }, async () => {
    const stream = gzipped(Array.from({ length: 40 }, () => noise(size)))
    await stream.next()
    // The next write is under way by then, and waits for a reader.
    await new Promise(resolve => setTimeout(resolve, 20))
    await stream.return()
  })
}
