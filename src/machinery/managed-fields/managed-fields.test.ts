import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { kind, list, map, object, string, struct } from '../schema/schema.ts'
import { decode } from '../schema/decode.ts'
import { StatusError } from '../status.ts'
import { difference, equalSets, intersection, parseFieldSet, pathsOf, union, type FieldSet } from './field-set.ts'
import { apply, recordUpdate, type ManagedFieldsEntry } from './index.ts'
import { outlineOf } from './outline.ts'
import { shapeOf } from './shape.ts'
import { compare } from './walk.ts'

const port = object('Port', { name: string(1), protocol: string(2, { default: 'TCP' }), note: string(3) })
const schema = kind('Thing', {
  metadata: struct(1, object('Meta', { name: string(1), labels: map(2, 'string'), managedFields: list(3, 'json') })),
  spec: struct(2, object('Spec', {
    size: string(1), ports: list(2, port, { listType: 'map', listMapKeys: ['name', 'protocol'] }), words: list(3, 'string', { listType: 'set' }), args: list(4, 'string', { listType: 'atomic' }),
  })),
})
interface Thing { apiVersion: string; kind: string; metadata: { name: string; labels?: Record<string, string>; managedFields?: ManagedFieldsEntry[] }; spec: Record<string, unknown> }
const thing = (spec: object, labels?: Record<string, string>): Thing => ({ apiVersion: 'v1', kind: 'Thing', metadata: { name: 'a', ...(labels && { labels }) }, spec: { ...spec } })
let seconds = 0
const write = (manager: string, live?: object) => ({ schema, live, manager, apiVersion: 'v1', time: `2026-01-01T00:00:${String(seconds++ % 60).padStart(2, '0')}Z` })
const applied = (manager: string, live: Thing | undefined, config: Thing, force = false): Thing => apply({ ...write(manager, live), force }, config).object as Thing
const owned = (thing: Thing): Record<string, unknown> => Object.fromEntries((thing.metadata.managedFields ?? []).map(({ manager, fieldsV1 }) => [manager, fieldsV1]))

test('what a manager no longer wants goes, unless another wants it', () => {
  const first = applied('m1', undefined, thing({ size: '1', ports: [{ name: 'a' }, { name: 'b', note: 'x' }], words: ['x', 'y'] }))
  const second = applied('m2', first, thing({ ports: [{ name: 'b' }], words: ['y'] }))
  const third = applied('m1', second, thing({ size: '1' }))
  assert.deepEqual(third.spec, { size: '1', ports: [{ name: 'b' }], words: ['y'] })
  assert.deepEqual(owned(third), {
    m1: { 'f:spec': { 'f:size': {} } },
    m2: { 'f:spec': { 'f:ports': { 'k:{"name":"b","protocol":"TCP"}': { '.': {}, 'f:name': {} } }, 'f:words': { 'v:"y"': {} } } },
  })
})
test('another manager\'s value is a conflict, named by path, and force takes it', () => {
  const first = applied('m1', undefined, thing({ ports: [{ name: 'a', note: 'x' }] }, { l: '1' }))
  const wants = thing({ ports: [{ name: 'a', note: 'y' }] })
  assert.throws(() => applied('m2', first, wants), (error: unknown) => {
    assert.ok(error instanceof StatusError)
    assert.equal(error.code, 409)
    assert.equal(error.message, 'Apply failed with 1 conflict: conflict with "m1": .spec.ports[name="a",protocol="TCP"].note')
    return true
  })
  const forced = applied('m2', first, wants, true)
  assert.deepEqual(forced.spec, { ports: [{ name: 'a', note: 'y' }] })
  assert.deepEqual(applied('m1', forced, thing({ ports: [{ name: 'a', note: 'y' }] })).spec, forced.spec)
})
test('updates take over what they change and lose what goes', () => {
  const created = thing({ size: '1', args: ['a'] }, { l: '1' })
  created.metadata.managedFields = recordUpdate(write('m1'), created)!
  const next = { ...thing({ size: '2', args: ['a'] }), metadata: { name: 'a', managedFields: created.metadata.managedFields } }
  next.metadata.managedFields = recordUpdate(write('m2', created), next)!
  assert.deepEqual(owned(next), { m1: { 'f:spec': { 'f:args': {} } }, m2: { 'f:spec': { 'f:size': {} } } })
  assert.equal(recordUpdate(write('m3', next), { ...next, spec: { ...next.spec } }), next.metadata.managedFields, 'a write that changes nothing leaves the entries as they are')
})
test('a configuration that is malformed is refused with its path', () => {
  assert.throws(() => applied('m', undefined, thing({ nope: 1 })), /failed to create typed patch object \(\/a; \/v1, Kind=Thing\): \.spec\.nope: field not declared in schema/)
  assert.throws(() => applied('m', undefined, thing({ words: ['x', 'x'] })), /\.spec\.words: duplicate entries for key \[="x"\]/)
  assert.throws(() => applied('m', undefined, thing({ ports: [null] })), /element 0: associative list with keys may not have a null element/)
  assert.throws(() => applied('m', undefined, thing({ size: 5 })), /\.spec\.size: expected string, got &value\.valueUnstructured\{Value:5\}/)
  assert.throws(() => applied('m', undefined, thing({ words: { a: {} } })), /\.spec\.words: expected list, got &\{map\[a:map\[\]\]\}/)
})
test('a null leaves what has members', () => {
  const first = applied('m1', undefined, thing({ size: '1', ports: [{ name: 'a' }], words: ['x'], args: ['a'] }, { l: '1' }))
  const nulls = { ...thing({ ports: null, words: null, args: null }), metadata: { name: 'a', labels: null } } as unknown as Thing
  const second = applied('m2', first, nulls, true)
  assert.deepEqual(second.spec, { size: '1', ports: [{ name: 'a' }], words: ['x'], args: null })
  assert.deepEqual(second.metadata.labels, { l: '1' })
})
test('sets obey the laws of sets', () => {
  const sets = fc.letrec<{ set: FieldSet }>(tie => ({ set: fc.oneof({ depthSize: 'small' }, fc.constant({}), fc.dictionary(fc.constantFrom('.', 'f:a', 'f:b', 'k:{"n":"x"}', 'v:1'), tie('set') as fc.Arbitrary<FieldSet>)) as fc.Arbitrary<FieldSet> })).set
  const normal = sets.map(set => union(parseFieldSet(set)!, {})).filter(set => !('.' in set))
  const same = (a: FieldSet, b: FieldSet): void => assert.deepEqual(new Set(pathsOf(a)), new Set(pathsOf(b)))
  fc.assert(fc.property(normal, normal, (a, b) => {
    same(union(a, b), union(b, a))
    same(union(difference(a, b), intersection(a, b)), a)
    same(difference(union(a, b), b), difference(a, b))
    assert.ok(equalSets(union(a, a), a))
  }), { seed: 3 })
})
test('new objects that share an outline have the same fields', () => {
  const words = fc.constantFrom('a', 'b', '', '1:a+')
  const things = fc.record({
    labels: fc.option(fc.dictionary(words, words, { maxKeys: 2 }), { nil: undefined }),
    spec: fc.record({
      size: words, ports: fc.array(fc.record({ name: words, protocol: words, note: words }, { requiredKeys: ['name'] }), { maxLength: 3 }), words: fc.array(words, { maxLength: 2 }), args: fc.array(words, { maxLength: 1 }),
    }, { requiredKeys: [] }),
  })
  const byOutline = new Map<string, FieldSet>()
  fc.assert(fc.property(things, ({ labels, spec }) => {
    const empty = decode(schema, {}).object
    const object = thing(spec, labels)
    const { added, modified } = compare(empty, object, shapeOf(schema))
    const fields = union(added ?? {}, modified ?? {})
    const outline = outlineOf(empty, object, shapeOf(schema))
    const before = byOutline.get(outline)
    if (before) assert.ok(equalSets(before, fields), `${JSON.stringify(object)} looks like another: ${outline}`)
    byOutline.set(outline, fields)
  }), { seed: 20261121, numRuns: 5000 })
  assert.ok(byOutline.size > 100 && byOutline.size < 4000, `${byOutline.size} outlines tell too much or too little`)
})
test('an object that looks like one before is not compared again, and has its own managers all the same', () => {
  const first = recordUpdate(write('m1'), thing({ size: '1', ports: [{ name: 'a' }] }, { l: '1' }))!
  const second = recordUpdate(write('m2'), thing({ size: '2', ports: [{ name: 'a' }] }, { l: '2' }))!
  const third = recordUpdate(write('m2'), thing({ size: '2', ports: [{ name: 'b' }] }, { l: '2' }))!
  assert.equal(second[0]!.fieldsV1, first[0]!.fieldsV1)
  assert.equal(second[0]!.manager, 'm2')
  assert.deepEqual(Object.keys((third[0]!.fieldsV1 as { 'f:spec': { 'f:ports': object } })['f:spec']['f:ports']), ['.', 'k:{"name":"b","protocol":"TCP"}'])
  const without = recordUpdate({ ...write('m3'), reset: { 'f:spec': {} } }, thing({ size: '1', ports: [{ name: 'a' }] }, { l: '1' }))!
  assert.deepEqual(without[0]!.fieldsV1, { 'f:metadata': { 'f:labels': { '.': {}, 'f:l': {} } } })
})
