import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { packed } from './bytes.ts'
import { prettyJson } from './pretty.ts'

const together = (pieces: Iterable<Uint8Array>): string => Buffer.concat([...pieces].map(piece => Buffer.from(piece))).toString()
const cut = (text: string, size: number): Uint8Array[] => {
  const bytes = Buffer.from(text)
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => bytes.subarray(index * size, (index + 1) * size))
}
/** Buffers are used again: each piece is copied before the next is made. */
const copied = function* (pieces: Iterable<Uint8Array>): Generator<Uint8Array> { for (const piece of pieces) yield new Uint8Array(piece) }

test('compact JSON, cut anywhere, becomes what JSON.stringify makes with two spaces', () => {
  fc.assert(fc.property(fc.jsonValue(), fc.integer({ min: 1, max: 40 }), (value, size) => {
    assert.equal(together(copied(prettyJson(cut(`${JSON.stringify(value)}\n`, size)))), JSON.stringify(value, undefined, 2))
  }))
})

test('values that come again are what they were, however the text is cut', () => {
  const fields = fc.constantFrom<unknown>({}, { 'f:spec': { '.': {}, 'k:{"name":"a}"}': {} } }, { 'f:spec': { '.': {} } }, null, [1], 'x', 7)
  fc.assert(fc.property(fc.array(fc.record({ name: fc.string(), fieldsV1: fields, nested: fc.record({ fieldsV1: fields }) })), fc.integer({ min: 1, max: 400 }), (items, size) => {
    assert.equal(together(copied(prettyJson(cut(JSON.stringify({ items }), size)))), JSON.stringify({ items }, undefined, 2))
  }))
})

test('texts longer than the buffer, and objects as deep as bodies may be', () => {
  const long = { text: 'é"\\{'.repeat(100_000) }
  assert.equal(together(copied(prettyJson([Buffer.from(JSON.stringify(long))]))), JSON.stringify(long, undefined, 2))
  const deep = `${'['.repeat(10_000)}1${']'.repeat(10_000)}`
  assert.equal(together(copied(prettyJson([Buffer.from(deep)]))).replace(/\s/g, ''), deep)
})

test('pieces of any size are packed into parts of one size', () => {
  fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 50_000 }), { maxLength: 12 }), fc.integer({ min: 1, max: 70_000 }), (pieces, size) => {
    const parts = [...copied(packed(pieces, () => size))]
    assert.deepEqual(Buffer.concat(parts), Buffer.concat(pieces))
    assert.ok(parts.slice(0, -1).every(part => part.length === size))
    let next = size
    const growing = [...copied(packed(pieces, () => (next = next > 60_000 ? 100 : next * 2)))]
    assert.deepEqual(Buffer.concat(growing), Buffer.concat(pieces))
  }))
})
