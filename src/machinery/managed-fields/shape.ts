import { resolve, type Field, type FieldOptions, type Schema, type TypeNode } from '../schema/schema.ts'

/**
 * How server-side apply sees a type. `leaf`: one unit. `struct`: declared fields. `map`: entries of one type. `set`: a list of distinct scalars.
 * `list`: items told apart by their keys. `any`: the value itself tells (custom resources without a schema).
 */
export type Shape =
  | { readonly kind: 'leaf'; readonly scalar?: 'number' | 'string' | 'boolean' }
  | { readonly kind: 'struct'; readonly fields: (name: string) => Shape | undefined; readonly open: boolean }
  | { readonly kind: 'map'; readonly value: Shape }
  | { readonly kind: 'set' }
  | { readonly kind: 'list'; readonly keys: readonly ListKey[]; readonly element: Shape }
  | { readonly kind: 'any' }

export interface ListKey {
  readonly name: string
  readonly default: unknown
}

export const LEAF: Shape = { kind: 'leaf' }
export const ANY: Shape = { kind: 'any' }
const NUMBER: Shape = { kind: 'leaf', scalar: 'number' }
const SET: Shape = { kind: 'set' }
const NUMBERS = new Set(['int32', 'int64', 'double'])

/** Shapes are made once per schema and type: they are asked for at every write. */
const structs = new WeakMap<Schema, Shape>()
const shapes = new WeakMap<Field, Shape>()

/** The shape of an object type. */
export function shapeOf(schema: Schema): Shape {
  let known = structs.get(schema)
  if (!known) structs.set(schema, known = { kind: 'struct', fields: name => fieldShape(schema, name), open: schema.preserveUnknownFields ?? false })
  return known
}

function fieldShape(schema: Schema, name: string): Shape | undefined {
  if (!Object.hasOwn(schema.fields, name)) return schema.preserveUnknownFields ? ANY : undefined
  const field = schema.fields[name]!
  let known = shapes.get(field)
  if (!known) shapes.set(field, known = nodeShape(field.node, field.options))
  return known
}

function nodeShape(node: TypeNode, options: FieldOptions): Shape {
  const target = resolve(node)
  switch (target.type) {
    case 'object': return options.structType === 'atomic' || (target.atomic && options.structType !== 'granular') ? LEAF : shapeOf(target)
    case 'map': return options.mapType === 'atomic' ? LEAF : { kind: 'map', value: nodeShape(target.value, {}) }
    case 'list': return listShape(target.element, options)
    default: return NUMBERS.has(target.type) ? NUMBER : LEAF
  }
}

function listShape(element: TypeNode, { listType, listMapKeys }: FieldOptions): Shape {
  if (listType === 'set') return SET
  if (listType !== 'map' || !listMapKeys) return LEAF
  const target = resolve(element)
  if (target.type !== 'object') return LEAF
  const keys = listMapKeys.map(name => ({ name, default: target.fields[name]?.options.default }))
  return { kind: 'list', keys, element: nodeShape(target, {}) }
}

/** What a value without a declared type is: objects are granular, the rest is one unit. */
export const shapeOfValue = (value: unknown): Shape => (typeof value === 'object' && value !== null && !Array.isArray(value) ? { kind: 'map', value: ANY } : LEAF)
