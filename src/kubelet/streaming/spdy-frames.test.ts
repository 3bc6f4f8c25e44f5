import assert from 'node:assert/strict'
import { test } from 'node:test'
import { constants, createInflate } from 'node:zlib'
import fc from 'fast-check'
import { spdyDictionary } from './spdy-dictionary.ts'
import { encodeFrame, frameReader, headerWriter, parseHeaders, type SpdyFrame } from './spdy-frames.ts'

/** Inflates block after block with the dictionary, as the other side does. */
function inflater(): (block: Uint8Array) => Promise<Uint8Array> {
  const stream = createInflate({ dictionary: spdyDictionary() })
  return block => new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const take = (chunk: Buffer): void => void chunks.push(chunk)
    stream.on('data', take)
    stream.once('error', reject)
    stream.write(block, () => stream.flush(constants.Z_SYNC_FLUSH, () => {
      stream.off('data', take)
      resolve(Buffer.concat(chunks))
    }))
  })
}

test('the dictionary is the one of SPDY/3', () => {
  let [a, b] = [1, 0]
  for (const byte of spdyDictionary()) { a = (a + byte) % 65521; b = (b + a) % 65521 }
  assert.equal(((b * 65536 + a) >>> 0).toString(16), 'e3c6a7c2')
})

test('header blocks are read by zlib, one after the other, and end with an empty block', async () => {
  const [write, inflate] = [headerWriter(), inflater()]
  for (const headers of [new Map([['streamType', 'stdout'], ['port', '80']]), new Map([['x', 'é'.repeat(40_000)]]), new Map<string, string>()]) {
    const block = write(headers)
    assert.deepEqual([...block.subarray(-5)], [0, 0, 0, 255, 255])
    assert.deepEqual(parseHeaders(await inflate(block)), new Map([...headers].map(([name, value]) => [name.toLowerCase(), value])))
  }
})

const frames = fc.oneof(
  fc.record({ type: fc.constant('DATA' as const), streamId: fc.integer({ min: 1, max: 2 ** 31 - 1 }), fin: fc.boolean(), data: fc.uint8Array({ maxLength: 300 }) }),
  fc.record({ type: fc.constant('RST_STREAM' as const), streamId: fc.integer({ min: 1, max: 2 ** 31 - 1 }), status: fc.integer({ min: 0, max: 11 }) }),
  fc.record({ type: fc.constant('PING' as const), id: fc.nat() }),
  fc.record({ type: fc.constant('GOAWAY' as const), lastStreamId: fc.nat({ max: 2 ** 31 - 1 }), status: fc.nat({ max: 2 }) }),
)

test('law: what is encoded is read back, however it is cut', () => fc.assert(fc.property(fc.array(frames), fc.array(fc.integer({ min: 1, max: 50 })), (sent, cuts) => {
  const bytes = Buffer.concat(sent.map(frame => encodeFrame(frame as SpdyFrame, headerWriter())))
  const read = frameReader()
  const received = []
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = cuts.length ? cuts[turn % cuts.length]! : bytes.length
    received.push(...read(bytes.subarray(at, at + size)))
    at += size
  }
  const plain = (frame: object): object => ({ ...frame, ...('data' in frame && { data: [...(frame.data as Uint8Array)] }) })
  assert.deepEqual(received.map(plain), sent.map(plain))
}), { seed: 7 }))

test('a frame that is too short is an error', () => {
  assert.throws(() => frameReader()(Uint8Array.of(0x80, 3, 0, 3, 0, 0, 0, 2, 0, 0)), /too short/)
})
