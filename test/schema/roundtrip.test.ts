import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseJson } from '../../src/machinery/json.ts'
import { decode } from '../../src/machinery/schema/decode.ts'
import { decodeEnvelope, decodeProtobuf, encodeEnvelope, encodeProtobuf } from '../../src/machinery/schema/protobuf.ts'
import type { Schema } from '../../src/machinery/schema/schema.ts'
import { storedForm } from '../../src/machinery/schema/stored.ts'
import { resources } from '../../src/api/index.ts'
import { arbitraryObject } from './arbitrary.ts'
import { everySchema } from './every-schema.ts'

const names = { apiVersion: 'g/v1', kind: 'Kind' }
/** Claim templates lose their kind in protobuf, whose place is the envelope. */
const inner = (key: string, value: unknown): unknown => (key === 'volumeClaimTemplates' && Array.isArray(value) ? value.map(({ kind: _k, apiVersion: _v, ...rest }) => rest as object) : value)
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value, inner))

test('canonical objects stay as they are, and protobuf carries all of them', { timeout: 120_000 }, () => {
  for (const { schema, kind } of resources) {
    if (!schema.proto) continue
    fc.assert(fc.property(arbitraryObject(schema), value => {
      const { object: sent } = decode(schema, { ...value, ...names })
      assert.deepEqual(decode(schema, sent).object, sent)
      // Protobuf, like storage, knows no difference between an empty list and none.
      const object = storedForm(schema as Schema<object>, sent)
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
