import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decode } from './decode.ts'
import { list, map, object, string, struct } from './schema.ts'
import { storedForm } from './stored.ts'

const item = object('test.v1.Item', { name: string(1), always: list(2, 'string', { omitEmpty: false }) })
const thing = object('test.v1.Thing', { items: list(1, item), byName: map(2, item), part: struct(3, item), plain: list(4, 'string') })

test('storage knows no difference between an empty list and none', () => {
  const given = { items: [{ name: 'a', always: [] }, { name: 'b', always: ['x'] }], byName: { k: { always: [] } }, part: { always: [] }, plain: [] }
  const decoded = decode(thing, given).object
  assert.deepEqual(decoded.items?.[0]?.always, [], 'until it is stored there is one')
  assert.deepEqual(storedForm(thing, decoded), { items: [{ name: 'a', always: null }, { name: 'b', always: ['x'] }], byName: { k: { always: null } }, part: { always: null } })
})

test('what is in its stored form already is not copied', () => {
  const decoded = decode(thing, { items: [{ always: ['x'] }], part: { always: ['y'] } }).object
  assert.equal(storedForm(thing, decoded), decoded)
})
