import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { gzipped } from './gzip.ts'

test('what comes out unpacks to what went in', async () => {
  const pieces = Array.from({ length: 50 }, (_, index) => new TextEncoder().encode(`${index}`.repeat(10_000)))
  const chunks: Uint8Array[] = []
  for await (const chunk of gzipped(pieces)) chunks.push(chunk)
  assert.equal(gunzipSync(Buffer.concat(chunks)).toString(), Buffer.concat(pieces).toString())
})

test('leaving early ends the compression', async () => {
  for await (const chunk of gzipped(Array.from({ length: 10_000 }, () => new Uint8Array(1000)))) {
    assert.ok(chunk.length > 0)
    break
  }
})
