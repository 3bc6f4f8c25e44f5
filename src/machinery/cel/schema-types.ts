import { escapeName } from './names.ts'
import { parseDuration, parseTimestamp } from './time.ts'
import { BOOL, BYTES, DOUBLE, DURATION, DYN, INT, STRING, TIMESTAMP, listType, mapType } from './types.ts'
import { resolve } from '../schema/schema.ts'
import { fail } from './values.ts'
import type { ObjectField, Type } from './types.ts'
import type { ScalarType, Schema, TypeNode } from '../schema/schema.ts'
import type { Value } from './values.ts'

/** The largest request in bytes: nothing in it can be larger. */
const MOST_BYTES = 3 * 1024 * 1024

/** The parts of an OpenAPI schema that say what CEL sees. */
export interface JsonSchema {
  readonly type?: string
  readonly format?: string
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly additionalProperties?: unknown
  readonly items?: unknown
  readonly required?: readonly string[]
  readonly enum?: readonly unknown[]
  readonly default?: unknown
  readonly maxLength?: number
  readonly maxItems?: number
  readonly maxProperties?: number
  readonly 'x-kubernetes-int-or-string'?: boolean
  readonly 'x-kubernetes-embedded-resource'?: boolean
  readonly 'x-kubernetes-list-type'?: string
  readonly 'x-kubernetes-list-map-keys'?: readonly string[]
}

/** A type made from a schema, with the least number of bytes that its JSON can have. */
export interface SizedType {
  readonly type: Type
  readonly leastBytes: number
}

const sized = (type: Type, leastBytes: number, maxSize?: number, read?: Type['read']): SizedType =>
  ({ type: { ...type, ...(maxSize !== undefined && { maxSize }), ...(read && { read }) }, leastBytes })

/**
 * The type that rules on a schema see: objects with their properties under the names that CEL can write, everything with the bound of its size that
 * the schema sets or that a request sets. Undefined: rules cannot see it. `name` is what messages call the object types.
 */
export function typeOfJsonSchema(schema: JsonSchema, name = 'object', isResource = false): SizedType | undefined {
  if (schema['x-kubernetes-int-or-string']) return sized(DYN, 1, schema.maxLength === undefined ? MOST_BYTES - 2 : bytesOf(schema.maxLength))
  const whole = isResource ? withMetadata(schema) : schema
  switch (whole.type) {
    case 'array': return arrayType(whole, name)
    case 'object': return additionalOf(whole) ? mapOf(whole, name) : objectOf(whole, name)
    case 'string': return stringType(whole)
    case 'boolean': return { type: BOOL, leastBytes: 4 }
    case 'number': return { type: DOUBLE, leastBytes: 1 }
    case 'integer': return { type: INT, leastBytes: 1 }
    default: return undefined
  }
}

/** A character has up to four bytes. */
const bytesOf = (characters: number): number => Math.max(0, characters) * 4

const schemaOf = (value: unknown): JsonSchema | undefined => (typeof value === 'object' && value !== null && !Array.isArray(value) ? value as JsonSchema : undefined)
const additionalOf = ({ additionalProperties }: JsonSchema): JsonSchema | undefined => schemaOf(additionalProperties)
const isEmbedded = (schema: JsonSchema): boolean => schema['x-kubernetes-embedded-resource'] ?? false

/** Rules on a whole object always see these. */
function withMetadata(schema: JsonSchema): JsonSchema {
  const text: JsonSchema = { type: 'string' }
  return { ...schema, properties: { ...schema.properties, kind: text, apiVersion: text, metadata: { type: 'object', properties: { name: text, generateName: text } } } }
}

function arrayType(schema: JsonSchema, name: string): SizedType | undefined {
  const items = schemaOf(schema.items)
  const element = items && typeOfJsonSchema(items, `${name}.@idx`, isEmbedded(items))
  if (!element) return undefined
  const most = schema.maxItems === undefined ? Math.floor((MOST_BYTES - 2) / (element.leastBytes + 1)) : Math.max(0, schema.maxItems)
  const kind = schema['x-kubernetes-list-type']
  const listKeys = kind === 'set' ? [] : kind === 'map' ? schema['x-kubernetes-list-map-keys']?.map(key => escapeName(key) ?? key) : undefined
  return { type: { ...listType(element.type), maxSize: most, listKeys }, leastBytes: 2 }
}

function mapOf(schema: JsonSchema, name: string): SizedType | undefined {
  const values = additionalOf(schema)!
  const value = typeOfJsonSchema(values, `${name}.@elem`, isEmbedded(values))
  if (!value) return undefined
  const most = schema.maxProperties === undefined ? Math.floor((MOST_BYTES - 2) / (value.leastBytes + 6)) : Math.max(0, schema.maxProperties)
  return { type: { ...mapType(STRING, value.type), maxSize: most }, leastBytes: 2 }
}

function objectOf(schema: JsonSchema, name: string): SizedType {
  const fields = new Map<string, ObjectField>()
  let leastBytes = 2
  for (const [property, part] of Object.entries(schema.properties ?? {})) {
    const written = escapeName(property)
    const found = typeOfJsonSchema(part, `${name}.${written ?? property}`, isEmbedded(part))
    if (!found) continue
    if (written !== undefined) fields.set(written, { type: found.type, property })
    if (schema.required?.includes(property) && part.default === undefined) leastBytes += property.length + found.leastBytes + 4
  }
  return { type: { kind: 'object', name, params: [], field: key => fields.get(key) }, leastBytes }
}

function stringType(schema: JsonSchema): SizedType {
  const { format, maxLength, enum: values = [] } = schema
  if (format === 'byte') return sized(BYTES, 2, maxLength === undefined ? MOST_BYTES - 2 : Math.max(0, maxLength), readBytes)
  if (format === 'duration') return sized(DURATION, 3, 32, readDuration)
  if (format === 'date') return sized(TIMESTAMP, 12, 12, readTime)
  if (format === 'date-time') return sized(TIMESTAMP, 21, 32, readTime)
  if (maxLength !== undefined) return sized(STRING, 2, bytesOf(maxLength))
  if (values.length > 0) return sized(STRING, 2, Math.max(0, ...values.map(value => (typeof value === 'string' ? value.length : 0))))
  return sized(STRING, 2, MOST_BYTES - 2)
}

const readTime = (raw: unknown): Value =>
  parseTimestamp(/^\d{4}-\d\d-\d\d$/.test(String(raw)) ? `${String(raw)}T00:00:00Z` : String(raw)) ?? fail(`Invalid date-time format ${String(raw)}`)
const readDuration = (raw: unknown): Value => parseDuration(String(raw)) ?? fail(`Invalid duration ${String(raw)}`)
const readBytes = (raw: unknown): Value => Uint8Array.from(atob(String(raw)), character => character.charCodeAt(0))

const SCALARS: Readonly<Record<ScalarType, Type>> = {
  string: STRING, bool: BOOL, int32: INT, int64: INT, double: DOUBLE, bytes: { ...BYTES, read: readBytes }, quantity: STRING,
  time: { ...TIMESTAMP, read: readTime }, microTime: { ...TIMESTAMP, read: readTime }, duration: { ...DURATION, read: readDuration },
  intOrString: DYN, json: DYN, rawExtension: DYN, fieldsV1: DYN,
}

/**
 * The type of a built-in kind's schema. Object types are made when they are first looked into: schemas may refer to themselves. `prefix` goes before
 * their names (`Object.spec.template` in MutatingAdmissionPolicies); without one they have their own.
 */
export function typeOfSchema(node: TypeNode, prefix?: string): Type {
  const target = resolve(node)
  switch (target.type) {
    case 'list': return listType(typeOfSchema(target.element, prefix && `${prefix}.@idx`))
    case 'map': return mapType(STRING, typeOfSchema(target.value, prefix && `${prefix}.@elem`))
    case 'object': return lazyObject(target, prefix)
    case 'union': return DYN
    default: return SCALARS[target.type]
  }
}

function lazyObject(schema: Schema, prefix: string | undefined): Type {
  const fields = new Map<string, ObjectField | undefined>()
  const properties = new Map(Object.keys(schema.fields).map(property => [escapeName(property) ?? property, property]))
  const make = (written: string): ObjectField | undefined => {
    const property = properties.get(written)
    if (property === undefined) return undefined
    const { node, options } = schema.fields[property]!
    const type = typeOfSchema(node, prefix && `${prefix}.${written}`)
    const listKeys = options.listType === 'set' ? [] : options.listType === 'map' ? options.listMapKeys : undefined
    return { type: listKeys ? { ...type, listKeys } : type, property }
  }
  const field = (written: string): ObjectField | undefined => {
    if (!fields.has(written)) fields.set(written, make(written))
    return fields.get(written)
  }
  return { kind: 'object', name: prefix ?? schema.name, params: [], field }
}
