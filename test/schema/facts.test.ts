import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Field, Schema, TypeNode } from '../../src/machinery/schema/schema.ts'
import { omitsEmpty } from '../../src/machinery/schema/compile.ts'
import { resolve } from '../../src/machinery/schema/schema.ts'
import { everySchema } from './every-schema.ts'
import type { Fact, FactField, FactType } from './facts.ts'
import { factsMissing, readFacts, SCALARS } from './facts.ts'

/** A declared type in the facts' words. */
function describeNode(node: TypeNode): { type: FactType; format?: string } {
  const target = resolve(node)
  switch (target.type) {
    case 'object':
    case 'union': return { type: { ref: target.name } }
    case 'list': {
      const { type, format } = describeNode(target.element)
      return { type: { array: type }, ...(format && { format }) }
    }
    case 'map': {
      const { type, format } = describeNode(target.value)
      return { type: { map: type }, ...(format && { format }) }
    }
    case 'string': return { type: 'string' }
    case 'bytes': return { type: 'string', format: 'byte' }
    case 'bool': return { type: 'boolean' }
    case 'int32':
    case 'int64': return { type: 'integer', format: target.type }
    case 'double': return { type: 'number', format: 'double' }
    default: return { type: { ref: Object.keys(SCALARS).find(name => SCALARS[name] === target.type)! } }
  }
}

/** Types that are lists in JSON (ExtraValue, Verbs), spelt out as the schemas do. */
function spellOut(type: FactType, facts: Record<string, Fact>): FactType {
  if (typeof type === 'string') return type === 'any' ? { ref: 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON' } : type
  if ('array' in type) return { array: spellOut(type.array, facts) }
  if ('map' in type) return { map: spellOut(type.map, facts) }
  const shape = facts[type.ref]?.json?.type
  return typeof shape === 'object' && !SCALARS[type.ref] ? shape : type
}

const pick = <T extends object, K extends keyof T>(value: T, keys: readonly K[]) => Object.fromEntries(keys.filter(key => value[key] !== undefined).map(key => [key, value[key]]))
const MARKS = ['patchStrategy', 'patchMergeKey', 'listType', 'listMapKeys', 'mapType', 'structType', 'default', 'protoName'] as const

/** Whether a list of strings is a message of its own in protobuf: what tells Verbs and ExtraValue from `repeated string`. */
const isMessage = (node: TypeNode): boolean => (node.type === 'list' ? node.message === true : node.type === 'map' && isMessage(node.value))
const saysMessage = ({ protoType = '' }: FactField): boolean => /(^|[,.])(ExtraValue|Verbs)>?$/.test(protoType)

function declared(field: Field): object {
  return {
    ...describeNode(field.node), required: field.options.required === true, omitsEmpty: omitsEmpty(field), pointer: field.options.pointer === true,
    number: field.number, message: isMessage(field.node), via: field.options.via ?? [], ...pick(field.options, MARKS),
  }
}

function stated(field: FactField, facts: Record<string, Fact>): object {
  const type = spellOut(field.type!, facts)
  return {
    type, ...(field.format && { format: field.format }), required: field.required === true, omitsEmpty: field.omit !== undefined, pointer: field.ptr === true,
    number: field.proto ?? 0, message: saysMessage(field), via: (field.via ?? []).map(step => step.number), ...pick(field, MARKS),
  }
}

const schemas = await everySchema()

const differs = (a: unknown, b: unknown): boolean => JSON.stringify(sorted(a)) !== JSON.stringify(sorted(b))
const sorted = (value: unknown): unknown => (typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).sort().map(([key, item]) => [key, sorted(item)])) : value)

function differences(schema: Schema, fact: Fact, facts: Record<string, Fact>): string[] {
  const found: string[] = []
  const compare = (what: string, have: unknown, want: unknown): void => {
    if (differs(have, want)) found.push(`${schema.name} ${what}: ${JSON.stringify(have)}, the facts say ${JSON.stringify(want)}`)
  }
  const fields = Object.entries(fact.fields ?? {}).filter(([, field]) => !field.protoOnly)
  compare('fields', Object.keys(schema.fields), fields.map(([field]) => field))
  compare('protobuf name', schema.proto, fact.proto)
  compare('atomic', schema.atomic === true, fact.structType === 'atomic')
  for (const [name, want] of fields) {
    const field = schema.fields[name]
    if (field && want.envelope) compare(name, field.number, 0)
    else if (field) compare(name, declared(field), stated(want, facts))
  }
  return found
}

test('every declared field is what the facts say', { skip: factsMissing }, () => {
  const facts = readFacts()
  const found = [...schemas].flatMap(([name, schema]) => (facts[name] ? differences(schema, facts[name], facts) : [`the facts know no ${name}`]))
  assert.deepEqual(found, [])
})

test('every kind that the facts list for a served group is declared', { skip: factsMissing }, () => {
  const facts = readFacts()
  // Webhook bodies come with webhooks; the others are shapes of queries and of upstream's own storage, which nothing of ours carries.
  const unused = /\.(AdmissionReview|ConversionReview|\w+(Proxy|Attach|Exec|Log|PortForward)Options|PodStatusResult|RangeAllocation|SerializedReference)$/
  const later = /\.(admissionregistration|storage|networking|certificates)\.v1beta1\.|\.certificates\.v1alpha1\.|metrics/
  const missing = Object.entries(facts).filter(([name, fact]) => fact.kind && !fact.kind.listOf && !schemas.has(name) && !later.test(name) && !unused.test(name)).map(([name]) => name)
  assert.deepEqual(missing, [])
})

const described = (schema: Schema): string => schema.name
test('names are unique', () => assert.equal(new Set([...schemas.values()].map(described)).size, schemas.size))
