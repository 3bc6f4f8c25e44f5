import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import protobuf from 'protobufjs'
import { resources } from '../../src/api/index.ts'
import { decode } from '../../src/machinery/schema/decode.ts'
import { encodeProtobuf } from '../../src/machinery/schema/protobuf.ts'
import { arbitraryObject } from './arbitrary.ts'
import type { Fact, FactField } from './facts.ts'
import { factsMissing, readFacts } from './facts.ts'

type Nested = { nested: Record<string, Nested | object> }

/** A message's field in the form that protobufjs loads. */
function describe(field: FactField): object {
  const map = /^map<(\w+), ?([\w.]+)>$/.exec(field.protoType!)
  if (map) return { keyType: map[1], type: map[2], id: field.proto }
  const repeated = field.protoType!.startsWith('repeated ')
  const type = repeated ? field.protoType!.slice(9) : field.protoType
  return { ...(repeated && { rule: 'repeated', options: { packed: false } }), type, id: field.proto }
}

function messageOf(fact: Fact, facts: Record<string, Fact>): object {
  const fields: Record<string, object> = {}
  for (const [name, field] of Object.entries(fact.fields ?? {})) {
    const outer = field.via?.[0]
    if (outer) fields[outer.name] = { type: facts[outer.type]!.proto, id: outer.number }
    else if (field.proto !== undefined) fields[field.protoName ?? name] = describe(field)
  }
  return { edition: 'proto2', fields }
}

/** What protobufjs makes of the facts: an independent reader and writer of the same messages. */
function rootOf(facts: Record<string, Fact>): protobuf.Root {
  const tree: Nested = { nested: {} }
  for (const fact of Object.values(facts)) {
    if (!fact.proto) continue
    const path = fact.proto.split('.')
    let place = tree
    for (const step of path.slice(0, -1)) place = (place.nested[step] ??= { nested: {} }) as Nested
    place.nested[path.at(-1)!] = messageOf(fact, facts)
  }
  return protobuf.Root.fromJSON({ edition: 'proto2', ...tree } as protobuf.INamespace)
}

/** protobufjs keeps maps in objects, which put numbers first and lose `__proto__`. */
const isOrderKept = (value: unknown): boolean => !/"(?:\d+|__proto__)":/.test(JSON.stringify(value))

test('protobufjs, built from the facts, reads our bytes whole and writes the same', { skip: factsMissing, timeout: 120_000 }, () => {
  const root = rootOf(readFacts())
  for (const { schema, kind } of resources) {
    if (!schema.proto) continue
    const type = root.lookupType(schema.proto)
    fc.assert(fc.property(arbitraryObject(schema).filter(isOrderKept), value => {
      const bytes = encodeProtobuf(schema, decode(schema, value).object)
      assert.deepEqual(Uint8Array.from(type.encode(type.decode(bytes)).finish()), bytes, kind)
    }), { seed: 7, numRuns: 30 })
  }
})
