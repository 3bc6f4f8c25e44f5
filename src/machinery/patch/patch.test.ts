import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { list, map, object, string } from '../schema/schema.ts'
import { applyJsonPatch, applyMergePatch, applyStrategicMergePatch } from './index.ts'

const item = object('Item', { name: string(1), value: string(2), labels: map(3, 'string') })
const schema = object('Thing', {
  items: list(1, item, { patchStrategy: 'merge', patchMergeKey: 'name' }), plain: list(2, item), words: list(3, 'string', { patchStrategy: 'merge' }), labels: map(4, 'string'),
})
const merge = (document: object, patch: unknown): unknown => applyStrategicMergePatch(schema, document as never, patch)

test('RFC 7386: the cases of its appendix', () => {
  const cases: [unknown, unknown, unknown][] = [
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }], [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }], [{ a: 'b' }, { a: null }, {}], [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }], [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }], [{ e: null }, { a: 1 }, { e: null, a: 1 }], [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ]
  for (const [document, patch, want] of cases) assert.deepEqual(applyMergePatch(document, patch), want)
})
test('a patch changes neither the document nor itself', () => {
  const document = Object.freeze({ items: Object.freeze([Object.freeze({ name: 'a', value: '1' })]), labels: Object.freeze({ x: 'y' }) })
  assert.deepEqual(merge(document, { items: [{ name: 'a', value: '2' }, { name: 'b' }], labels: { x: null } }), { items: [{ name: 'a', value: '2' }, { name: 'b' }], labels: {} })
  assert.deepEqual(applyJsonPatch(document, [{ op: 'add', path: '/items/-', value: { name: 'c' } }]), { items: [{ name: 'a', value: '1' }, { name: 'c' }], labels: { x: 'y' } })
})
test('lists merge by key, or are replaced', () => {
  const document = { items: [{ name: 'a', value: '1' }, { name: 'b' }], plain: [{ name: 'a' }], words: ['x', 'y'] }
  assert.deepEqual(merge(document, { items: [{ name: 'b', $patch: 'delete' }] }), { ...document, items: [{ name: 'a', value: '1' }] })
  assert.deepEqual(merge(document, { items: [{ $patch: 'replace' }, { name: 'z' }] }), { ...document, items: [{ name: 'z' }] })
  assert.deepEqual(merge(document, { plain: [{ name: 'n' }] }), { ...document, plain: [{ name: 'n' }] })
  assert.deepEqual(merge(document, { words: ['z', 'x'] }), { ...document, words: ['z', 'x', 'y'] })
  assert.deepEqual(merge(document, { '$deleteFromPrimitiveList/words': ['x'] }), { ...document, words: ['y'] })
  assert.deepEqual(merge(document, { '$setElementOrder/words': ['y', 'z', 'x'], words: ['z'] }), { ...document, words: ['y', 'z', 'x'] })
  assert.deepEqual(merge(document, { '$setElementOrder/items': [{ name: 'b' }, { name: 'a' }] }), { ...document, items: [{ name: 'b' }, { name: 'a', value: '1' }] })
  assert.deepEqual(merge({}, { items: [{ name: 'a', $patch: 'delete' }, { name: 'b' }], labels: { $patch: 'replace', a: 'b' } }), { items: [{ name: 'b' }], labels: { a: 'b' } })
})
test('no patch reaches the prototype', () => {
  const patch = JSON.parse('{"labels":{"__proto__":{"polluted":"yes"}}}')
  merge({ labels: {} }, patch)
  applyMergePatch({ labels: {} }, patch)
  applyJsonPatch({ labels: {} }, [{ op: 'add', path: '/labels/__proto__', value: { polluted: 'yes' } }])
  assert.equal(({} as Record<string, unknown>).polluted, undefined)
})
test('a merge patch applied twice changes nothing more', () => {
  const value = fc.letrec<{ json: unknown }>(tie => ({ json: fc.oneof({ depthSize: 'small' }, fc.string(), fc.integer(), fc.constant(null), fc.dictionary(fc.string(), tie('json')), fc.array(fc.integer())) })).json
  const objects = fc.dictionary(fc.string(), value)
  fc.assert(fc.property(objects, objects, (document, patch) => {
    const once = applyMergePatch(document, patch)
    assert.deepEqual(applyMergePatch(once, patch), once)
  }), { seed: 7 })
})
