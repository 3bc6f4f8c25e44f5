import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DYN, compile, evaluate, extend, fromJson, kubernetesEnvironment } from './index.ts'
import { escapeName } from './names.ts'
import { typeOfJsonSchema, typeOfSchema } from './schema-types.ts'
import * as s from '../schema/schema.ts'
import type { JsonSchema } from './schema-types.ts'
import type { Type } from './types.ts'

const schema: JsonSchema = {
  type: 'object', required: ['name'],
  properties: {
    name: { type: 'string' }, namespace: { type: 'string' }, 'a-b/c': { type: 'integer' }, ratio: { type: 'number' }, when: { type: 'string', format: 'date-time' },
    day: { type: 'string', format: 'date' }, wait: { type: 'string', format: 'duration' }, data: { type: 'string', format: 'byte' }, port: { 'x-kubernetes-int-or-string': true },
    set: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
    keyed: { type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['k'], items: { type: 'object', properties: { k: { type: 'string' }, v: { type: 'integer' } } } },
    free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } as JsonSchema,
    odd: { type: 'object', properties: { 'not usable': { type: 'string' } } },
  },
}
const self = {
  name: 'n', namespace: 'ns', 'a-b/c': 3, ratio: 2, when: '2024-01-02T03:04:05Z', day: '2024-01-02', wait: '90s', data: 'aGk=', port: 80, set: ['a', 'b'], keyed: [{ k: 'x', v: 1 }, { k: 'y', v: 2 }], free: { z: 1 },
}

function outcomeOf(rule: string, type: Type, value: unknown) {
  const { program, error } = compile(rule, extend(kubernetesEnvironment, { variables: { self: type } }))
  return error ? error.message : evaluate(program, { self: value }).value ?? evaluate(program, { self: value }).error
}

test('rules see the properties of a schema under names that CEL can write, as values of their formats', () => {
  const { type, leastBytes } = typeOfJsonSchema(schema, 'selfType')!
  for (const rule of [
    'self.name == "n" && self.__namespace__ == "ns" && self.a__dash__b__slash__c == 3', 'self.ratio / 4.0 == 0.5', 'self.when.getFullYear() == 2024', 'self.day < self.when',
    'self.wait == duration("1m30s")', 'self.data == b"hi"', 'type(self.port) == int', 'self.set == ["b", "a"]', '(self.set + ["b", "c"]).size() == 3',
    'self.keyed + self.keyed == self.keyed', 'has(self.free)', '!has(self.odd)',
  ]) assert.equal(outcomeOf(rule, type, self), true, rule)
  assert.equal(leastBytes, 2 + 'name'.length + 2 + 4)
})

test('what the schema does not say is refused', () => {
  const { type } = typeOfJsonSchema(schema, 'selfType')!
  assert.equal(outcomeOf('self.nope', type, self), "ERROR: <input>:1:5: undefined field 'nope'\n | self.nope\n | ....^")
  assert.equal(outcomeOf('self.free.z', type, self), "ERROR: <input>:1:10: undefined field 'z'\n | self.free.z\n | .........^")
  assert.equal(outcomeOf('self.odd == self.free', type, self), "ERROR: <input>:1:10: found no matching overload for '_==_' applied to '(selfType.odd, selfType.free)'\n | self.odd == self.free\n | .........^")
  assert.equal(typeOfJsonSchema({ 'x-kubernetes-preserve-unknown-fields': true } as JsonSchema), undefined)
})

test('a resource always has its name and kind', () => {
  const { type } = typeOfJsonSchema({ type: 'object', properties: { spec: { type: 'object' } } }, 'object', true)!
  assert.equal(outcomeOf('self.metadata.name + self.kind', type, { kind: 'K', metadata: { name: 'n' } }), 'nK')
  assert.match(String(outcomeOf('self.metadata.labels', type, {})), /undefined field 'labels'/)
})

test('types of built-in kinds: lazily, under their own or given names', () => {
  const tree: s.Schema = s.object('io.k8s.api.x.Tree', { name: s.string(1), children: s.list(2, () => tree), size: s.quantity(3), at: s.time(4), labels: s.map(5, 'string') }) as s.Schema
  const type = typeOfSchema(tree)
  const value = { name: 'a', children: [{ name: 'b', children: [] }], size: '1Gi', at: '2024-01-02T03:04:05Z', labels: { x: 'y' } }
  assert.equal(outcomeOf('self.children[0].name + self.labels.x + string(quantity(self.size).asInteger()) + string(self.at.getDate())', type, value), 'by10737418242')
  assert.equal(typeOfSchema(tree, 'Object').field?.('children')?.type.params[0]?.name, 'Object.children.@idx')
})

test('names that CEL cannot write are escaped, or cannot be', () => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    ['plain', 'plain'], ['in', '__in__'], ['namespace', '__namespace__'], ['a.b', 'a__dot__b'], ['a__b', 'a__underscores__b'], ['-a', '__dash__a'], ['1a', undefined], ['', undefined], ['a b', undefined], ['é', undefined],
  ]
  for (const [name, escaped] of cases) assert.equal(escapeName(name), escaped, name)
})

test('JSON numbers are ints when they are whole, doubles otherwise', () => {
  const outcome = (rule: string, value: unknown) => outcomeOf(rule, DYN, value)
  assert.equal(outcome('type(self.a) == int && type(self.b) == double && self.c == 9223372036854774784', { a: 1, b: 1.5, c: 9223372036854774784 }), true)
  assert.equal(fromJson(DYN, null), null)
})
