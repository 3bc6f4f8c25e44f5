import assert from 'node:assert/strict'
import { test } from 'node:test'
import { kind, list, map, object, string, struct } from '../../machinery/schema/schema.ts'
import { outcomeText, placesOfMerge, placesOfOperations } from './patch-outcome.ts'

const port = object('Port', { name: string(1), host: string(2) })
const schema = kind('Thing', { metadata: struct(1, object('Meta', { name: string(1), labels: map(2, 'string') })), spec: struct(2, object('Spec', { size: string(1), ports: list(2, port), args: list(3, 'string') })) })
const thing = { apiVersion: 'v1', kind: 'Thing', metadata: { labels: { b: '1', a: '2' }, name: 'n' }, spec: { args: ['x'], ports: [{ host: 'h', name: 'p' }], size: '1' } }

test('what a patch goes through is sorted, the rest stands as its type has it', () => {
  const cases: [places: Set<string>, text: string][] = [
    [new Set(), '{"kind":"Thing","apiVersion":"v1","metadata":{"name":"n","labels":{"a":"2","b":"1"}},"spec":{"size":"1","ports":[{"name":"p","host":"h"}],"args":["x"]}}'],
    [placesOfMerge({ spec: { size: '2' } }), '{"apiVersion":"v1","kind":"Thing","metadata":{"name":"n","labels":{"a":"2","b":"1"}},"spec":{"args":["x"],"ports":[{"name":"p","host":"h"}],"size":"1"}}'],
    [placesOfOperations([{ op: 'add', path: '/spec/ports/0/name' }]), '{"apiVersion":"v1","kind":"Thing","metadata":{"name":"n","labels":{"a":"2","b":"1"}},"spec":{"args":["x"],"ports":[{"host":"h","name":"p"}],"size":"1"}}'],
  ]
  for (const [places, text] of cases) assert.equal(outcomeText(thing, schema, places), text)
  assert.equal(outcomeText(5, schema, new Set()), '5')
})
