import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseJson } from '../../src/machinery/json.ts'
import { decode } from '../../src/machinery/schema/decode.ts'
import { decodeEnvelope, decodeProtobuf, encodeEnvelope, encodeProtobuf } from '../../src/machinery/schema/protobuf.ts'
import type { Schema, TypeNode } from '../../src/machinery/schema/schema.ts'
import { resolve } from '../../src/machinery/schema/schema.ts'
import { resources } from '../../src/api/index.ts'
import { everySchema } from './every-schema.ts'

const text = fc.oneof(fc.string({ maxLength: 8 }), fc.string({ unit: 'grapheme', maxLength: 60 }))
const date = fc.integer({ min: -1e9, max: 4e9 })
const pad = (value: number): string => String(value).padStart(6, '0')
const opaque = fc.dictionary(fc.string({ maxLength: 5 }), fc.oneof(fc.string(), fc.integer(), fc.constant(null)), { maxKeys: 3 })

/** Values of a type, null and odd spellings included; `depth` keeps types that contain themselves small. */
function valuesOf(node: TypeNode, depth: number): fc.Arbitrary<unknown> {
  const target = resolve(node)
  switch (target.type) {
    case 'object': return depth <= 0 ? fc.constant({}) : objectsOf(target, depth)
    case 'list': return fc.array(valuesOf(target.element, depth - 1), { maxLength: 2 })
    case 'map': return fc.dictionary(fc.oneof(text, fc.constantFrom('__proto__', 'constructor', '10', '9')), valuesOf(target.value, depth - 1), { maxKeys: 3, noNullPrototype: true })
    case 'union': return fc.oneof(...target.members.map(member => valuesOf(member.node, depth - 1).filter(value => !Array.isArray(value) || value.length > 0)))
    case 'string': return text
    case 'bool': return fc.boolean()
    case 'int32': return fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })
    case 'int64': return fc.maxSafeInteger()
    case 'double': return fc.double({ noNaN: true, noDefaultInfinity: true }).map(value => (value === 0 ? 0 : value))
    case 'bytes': return fc.uint8Array({ maxLength: 9 }).map(bytes => Buffer.from(bytes).toString('base64'))
    case 'quantity': return fc.oneof(fc.integer(), fc.constantFrom('100m', '1000m', '1.5Gi', '0.1', '1e3', ' 2'))
    case 'time': return date.map(seconds => new Date(seconds * 1000).toISOString())
    case 'microTime': return fc.tuple(date, fc.nat(999999)).map(([seconds, micros]) => `${new Date(seconds * 1000).toISOString().slice(0, 19)}.${pad(micros)}Z`)
    case 'duration': return fc.constantFrom('1h', '90m', '1.5s', '0s', '-3ms')
    case 'intOrString': return fc.oneof(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), text)
    default: return opaque
  }
}

function objectsOf(schema: Schema, depth: number): fc.Arbitrary<Record<string, unknown>> {
  const names = Object.keys(schema.fields)
  // A few fields at a time: all of them at every level would be an object of megabytes.
  return fc.subarray(names, { maxLength: Math.min(names.length, depth > 3 ? 6 : 4) }).chain(chosen =>
    fc.tuple(...chosen.map(name => fc.option(valuesOf(schema.fields[name]!.node, depth - 1), { freq: 9 }))).map(values => Object.fromEntries(chosen.map((name, index) => [name, values[index]]))))
}

const names = { apiVersion: 'g/v1', kind: 'Kind' }
/** Claim templates lose their kind in protobuf, whose place is the envelope. */
const inner = (key: string, value: unknown): unknown => (key === 'volumeClaimTemplates' && Array.isArray(value) ? value.map(({ kind: _k, apiVersion: _v, ...rest }) => rest as object) : value)
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value, inner))

test('canonical objects stay as they are, and protobuf carries all of them', { timeout: 120_000 }, () => {
  for (const { schema, kind } of resources) {
    if (!schema.proto) continue
    fc.assert(fc.property(objectsOf(schema, 7), value => {
      const { object } = decode(schema, { ...value, ...names })
      assert.deepEqual(decode(schema, object).object, object)
      assert.equal(JSON.stringify(decode(schema, JSON.parse(JSON.stringify(object))).object), JSON.stringify(object))
      const bytes = encodeEnvelope({ ...names, raw: encodeProtobuf(schema, object) })
      const envelope = decodeEnvelope(bytes)
      const again = decodeProtobuf(schema, envelope.raw, envelope)
      assert.deepEqual(plain(again), plain(object), kind)
      assert.equal(JSON.stringify(again, inner), JSON.stringify(object, inner), 'the same order of fields')
      assert.deepEqual(encodeProtobuf(schema, again), envelope.raw)
    }), { seed: 3, numRuns: 60 })
  }
})

test('bytes that are no message are refused, never a crash or a hang', { timeout: 60_000 }, () => {
  const { schema } = resources.find(({ kind }) => kind === 'Pod')!
  const pod = decode(schema, { ...names, metadata: { name: 'a', labels: { a: 'b' }, creationTimestamp: '2020-01-01T00:00:00Z' }, spec: { containers: [{ name: 'c', resources: { limits: { cpu: '1' } }, livenessProbe: { httpGet: { port: 'x' } } }] } })
  const bytes = encodeProtobuf(schema, pod.object as never)
  const check = (hostile: Uint8Array): void => {
    try {
      decodeProtobuf(schema, hostile)
    } catch (error) {
      assert.equal((error as Error).name, 'StatusError', String((error as Error).stack))
    }
  }
  for (let length = 0; length < bytes.length; length++) check(bytes.slice(0, length))
  fc.assert(fc.property(fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }), edits => {
    const hostile = bytes.slice()
    for (const [at, byte] of edits) hostile[at] = byte
    check(hostile)
  }), { seed: 4, numRuns: 3000 })
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), check), { seed: 5, numRuns: 2000 })
  for (const huge of [[0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f], [0x0b], [0x00], Array(11).fill(0xff) as number[]]) check(Uint8Array.from(huge))
})

test('any JSON value is decoded or refused with a Status', { timeout: 60_000 }, async () => {
  const schemas = [...(await everySchema()).values()].filter(({ fields }) => 'metadata' in fields)
  const names = [...new Set(schemas.flatMap(({ fields }) => Object.keys(fields)))]
  const json = fc.letrec(tie => ({
    value: fc.oneof({ maxDepth: 5 }, fc.string(), fc.double(), fc.boolean(), fc.constant(null), fc.array(tie('value'), { maxLength: 3 }), tie('object')),
    object: fc.dictionary(fc.oneof(fc.constantFrom(...names, 'spec', 'containers', 'name'), fc.constantFrom('__proto__', 'toString')), tie('value'), { maxKeys: 5, noNullPrototype: true }),
  }))
  fc.assert(fc.property(fc.constantFrom(...schemas), json.object!, (schema, value) => {
    const parsed = parseJson(JSON.stringify(value))
    try {
      const { object } = decode(schema as Schema, parsed.value, parsed)
      assert.equal(Object.getPrototypeOf(object), Object.prototype)
    } catch (error) {
      assert.equal((error as Error).name, 'StatusError', String((error as Error).stack))
    }
  }), { seed: 6, numRuns: 3000 })
})
