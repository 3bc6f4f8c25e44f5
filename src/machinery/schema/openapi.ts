import type { Field, ScalarType, Schema, TypeNode } from './schema.ts'
import { resolve } from './schema.ts'

export interface GroupVersionKind {
  readonly group: string
  readonly kind: string
  readonly version: string
}

/** What the definitions of OpenAPI need besides the schemas. */
export interface OpenApiOptions {
  readonly version: 2 | 3
  /** Text for a type, or for a field of it. */
  readonly describe?: (type: string, field?: string) => string | undefined
  /** The kinds that a type is registered as. */
  readonly kindsOf?: (type: string) => readonly GroupVersionKind[]
}

type Definition = Record<string, unknown>
export type Definitions = Record<string, Definition>

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1.'
/** Scalars that are types of their own in OpenAPI. */
const NAMED: Readonly<Partial<Record<ScalarType, string>>> = {
  quantity: 'io.k8s.apimachinery.pkg.api.resource.Quantity', time: `${META}Time`, microTime: `${META}MicroTime`, duration: `${META}Duration`, fieldsV1: `${META}FieldsV1`,
  intOrString: 'io.k8s.apimachinery.pkg.util.intstr.IntOrString', rawExtension: 'io.k8s.apimachinery.pkg.runtime.RawExtension', json: 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON',
}
const PLAIN: Readonly<Partial<Record<ScalarType, Definition>>> = {
  string: { type: 'string' }, bool: { type: 'boolean' }, int32: { format: 'int32', type: 'integer' }, int64: { format: 'int64', type: 'integer' },
  double: { format: 'double', type: 'number' }, bytes: { format: 'byte', type: 'string' },
}
const ZERO: Readonly<Partial<Record<ScalarType, unknown>>> = { string: '', bool: false, int32: 0, int64: 0, double: 0 }

const namedScalar = (type: ScalarType, version: 2 | 3): Definition => {
  switch (type) {
    case 'quantity': return version === 2 ? { type: 'string' } : { oneOf: [{ type: 'string' }, { type: 'number' }] }
    case 'intOrString': return version === 2 ? { format: 'int-or-string', type: 'string' } : { format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] }
    case 'time':
    case 'microTime': return { format: 'date-time', type: 'string' }
    case 'duration': return { type: 'string' }
    case 'rawExtension':
    case 'fieldsV1': return { type: 'object' }
    default: return {}
  }
}

/** The definitions of these types and of all that they refer to, by name. */
export function openApiDefinitions(roots: Iterable<Schema>, options: OpenApiOptions): Definitions {
  const definitions: Definitions = {}
  const waiting: TypeNode[] = [...roots]
  const reach = (node: TypeNode): string | undefined => {
    const target = resolve(node)
    const name = target.type === 'object' || target.type === 'union' ? target.name : NAMED[target.type as ScalarType]
    if (name !== undefined && !definitions[name]) {
      definitions[name] = {}
      waiting.push(target)
    }
    return name
  }
  for (const root of waiting) {
    const target = resolve(root)
    const name = reach(target)
    if (name === undefined) continue
    definitions[name] = target.type === 'object' ? objectDefinition(target, options, reach) : withText(target.type === 'union' ? {} : namedScalar(target.type as ScalarType, options.version), options.describe?.(name))
  }
  return Object.fromEntries(Object.entries(definitions).sort(([a], [b]) => (a < b ? -1 : 1)))
}

const withText = (definition: Definition, description: string | undefined): Definition => (description ? { description, ...definition } : definition)

type Reach = (node: TypeNode) => string | undefined

function objectDefinition(schema: Schema, options: OpenApiOptions, reach: Reach): Definition {
  const names = Object.keys(schema.fields).sort()
  const properties = Object.fromEntries(names.map(name => [name, property(schema, name, schema.fields[name]!, options, reach)]))
  const required = Object.keys(schema.fields).filter(name => schema.fields[name]!.options.required)
  const kinds = options.kindsOf?.(schema.name) ?? []
  return withText({
    ...(names.length > 0 && { properties }), ...(required.length > 0 && { required }), type: 'object',
    ...(kinds.length > 0 && { 'x-kubernetes-group-version-kind': kinds.map(({ group, kind, version }) => ({ group, kind, version })) }),
    ...(schema.atomic && { 'x-kubernetes-map-type': 'atomic' }), ...(schema.unions && { 'x-kubernetes-unions': schema.unions.map(describeUnion) }),
    ...(schema.preserveUnknownFields && { 'x-kubernetes-preserve-unknown-fields': true }),
  }, options.describe?.(schema.name))
}

const capitalised = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1)
const describeUnion = ({ discriminator, members }: { discriminator?: string; members: readonly string[] }): Definition => ({
  ...(discriminator && { discriminator }), 'fields-to-discriminateBy': Object.fromEntries([...members].sort().map(member => [member, capitalised(member)])),
})

function property(schema: Schema, name: string, field: Field, options: OpenApiOptions, reach: Reach): Definition {
  const type = typeOf(field.node, options, reach)
  // The models have no text for fields that refer to a type: its own stands in.
  const description = options.describe?.(schema.name, name) ?? (typeof type.$ref === 'string' ? options.describe?.(type.$ref.slice(type.$ref.lastIndexOf('/') + 1)) : undefined)
  const preset = options.version === 3 ? defaultOf(field) : undefined
  const marks = marksOf(field)
  // Version 3 allows nothing beside a $ref: it is wrapped where something stands beside it.
  const wrapped = options.version === 3 && '$ref' in type && (description || preset !== undefined || Object.keys(marks).length > 0) ? { allOf: [type] } : type
  return withText({ ...wrapped, ...(preset !== undefined && { default: preset }), ...marks }, description)
}

function marksOf({ options }: Field): Definition {
  const mapType = options.mapType ?? options.structType
  return {
    ...(options.listMapKeys && { 'x-kubernetes-list-map-keys': options.listMapKeys }), ...(options.listType && { 'x-kubernetes-list-type': options.listType }),
    ...(mapType && { 'x-kubernetes-map-type': mapType }), ...(options.patchMergeKey && { 'x-kubernetes-patch-merge-key': options.patchMergeKey }),
    ...(options.patchStrategy && { 'x-kubernetes-patch-strategy': options.patchStrategy }),
  }
}

/** Version 3 publishes stated defaults, and the zero value of what is always written. */
function defaultOf(field: Field): unknown {
  if (field.options.default !== undefined) return field.options.default
  if (field.options.pointer) return undefined
  return field.value || field.options.required || field.options.omitEmpty === false ? zeroOf(field.node) : undefined
}

function zeroOf(node: TypeNode): unknown {
  const target = resolve(node)
  return target.type === 'object' ? {} : ZERO[target.type as ScalarType]
}

function typeOf(node: TypeNode, options: OpenApiOptions, reach: Reach): Definition {
  const target = resolve(node)
  if (target.type === 'list') return { items: partOf(target.element, options, reach), type: 'array' }
  if (target.type === 'map') return { additionalProperties: partOf(target.value, options, reach), type: 'object' }
  const name = reach(target)
  if (name !== undefined) return { $ref: `#/${options.version === 2 ? 'definitions' : 'components/schemas'}/${name}` }
  return { ...PLAIN[target.type as ScalarType] }
}

/** What a list or map holds; version 3 gives it the zero value as its default. */
function partOf(node: TypeNode, options: OpenApiOptions, reach: Reach): Definition {
  const type = typeOf(node, options, reach)
  const zero = options.version === 3 ? zeroOf(node) : undefined
  if (zero === undefined) return type
  return '$ref' in type ? { allOf: [type], default: zero } : { ...type, default: zero }
}

/** The schema of a list of some kind, as OpenAPI publishes it. */
export function listSchemaOf(item: Schema, listMeta: Schema, listName: string, kindFields: Schema['fields']): Schema {
  const { kind, apiVersion } = kindFields
  return {
    type: 'object', name: listName, proto: undefined,
    fields: {
      kind: kind!, apiVersion: apiVersion!, metadata: { number: 1, node: listMeta, options: {}, value: true },
      items: { number: 2, node: { type: 'list', element: item }, options: { required: true } },
    },
  }
}
