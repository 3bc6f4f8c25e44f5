import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { KubeObject } from '../api/resource.ts'
import { SharedFields } from './shared-fields.ts'

const written = (name: string, ...fields: Record<string, unknown>[]): KubeObject => ({
  kind: 'ConfigMap', apiVersion: 'v1',
  metadata: { name, managedFields: fields.map((fieldsV1, index) => ({ manager: `m${index}`, operation: 'Update', fieldsType: 'FieldsV1', fieldsV1 })) },
}) as KubeObject
const fieldsOf = (object: KubeObject, index = 0) => object.metadata.managedFields![index]!.fieldsV1

test('objects that were written alike share what their managers own, and nothing else changes', () => {
  const shared = new SharedFields()
  const [first, second] = ['a', 'b'].map(name => shared.share(written(name, { 'f:data': { 'f:x': {} } }, { 'f:metadata': { [`f:${name}`]: {} } })))
  assert.equal(fieldsOf(first!), fieldsOf(second!))
  assert.notEqual(fieldsOf(first!, 1), fieldsOf(second!, 1))
  assert.deepEqual(second, written('b', { 'f:data': { 'f:x': {} } }, { 'f:metadata': { 'f:b': {} } }))
  assert.equal(shared.share(second!), second)
})

test('sets that nobody has any more are forgotten, those in use are not', () => {
  const shared = new SharedFields()
  const kept = fieldsOf(shared.share(written('kept', { 'f:data': {} })))
  for (let index = 0; index < 5_000; index++) {
    shared.share(written('other', { [`f:${index}`]: {} }))
    if (index % 400 === 0) assert.equal(fieldsOf(shared.share(written('again', { 'f:data': {} }))), kept)
  }
})

test('objects without managed fields are left as they are', () => {
  const object = { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'a' } } as KubeObject
  assert.equal(new SharedFields().share(object), object)
})
