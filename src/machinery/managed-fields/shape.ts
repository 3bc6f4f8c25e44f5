import { resolve, type FieldOptions, type Schema, type TypeNode } from '../schema/schema.ts'

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
const STRING: Shape = { kind: 'leaf', scalar: 'string' }
const BOOLEAN: Shape = { kind: 'leaf', scalar: 'boolean' }
const SET: Shape = { kind: 'set' }
const NUMBERS = new Set(['int32', 'int64', 'double'])

/** Shapes are made once per schema: they are asked for at every write. */
const structs = new WeakMap<Schema, Shape>()

/** The shape of an object type. */
export function shapeOf(schema: Schema): Shape {
  let known = structs.get(schema)
  if (!known) structs.set(schema, known = structShape(schema))
  return known
}

/** Types may contain themselves: a field's shape is made when it is first asked for. */
function structShape(schema: Schema): Shape {
  const declared = new Map<string, Shape>()
  const open = schema.preserveUnknownFields ?? false
  const fields = (name: string): Shape | undefined => {
    const known = declared.get(name)
    if (known) return known
    if (!Object.hasOwn(schema.fields, name)) return open ? ANY : undefined
    const { node, options } = schema.fields[name]!
    const made = nodeShape(node, options)
    declared.set(name, made)
    return made
  }
  return { kind: 'struct', fields, open }
}

function nodeShape(node: TypeNode, options: FieldOptions): Shape {
  const target = resolve(node)
  switch (target.type) {
    case 'object': return options.structType === 'atomic' || (target.atomic && options.structType !== 'granular') ? LEAF : shapeOf(target)
    case 'map': return options.mapType === 'atomic' ? LEAF : { kind: 'map', value: nodeShape(target.value, {}) }
    case 'list': return listShape(target.element, options)
    case 'string': return STRING
    case 'bool': return BOOLEAN
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
