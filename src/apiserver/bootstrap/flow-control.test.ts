import assert from 'node:assert/strict'
import { test } from 'node:test'
import { flowControl } from './flow-control.ts'

test('the flow control that servers start with is what its kinds hold it to', () => {
  for (const { resource, object } of flowControl) {
    const draft = structuredClone(object) as never
    resource.defaults?.(draft)
    assert.deepEqual(resource.validate!(draft, { now: 0, isNew: true }), [], `${resource.kind} ${(object as { metadata: { name: string } }).metadata.name}`)
  }
})
