import type { Field, Schema, TypeNode } from './schema.ts'
import { resolve } from './schema.ts'

/** How patches and server-side apply treat the value at a place. */
export interface MergeKeys {
  /** The type that stands there; undefined where the schema knows nothing. */
  readonly node: Exclude<TypeNode, { type: 'lazy' }> | undefined
  readonly patchStrategy?: string | undefined
  readonly patchMergeKey?: string | undefined
  readonly listType?: 'atomic' | 'set' | 'map' | undefined
  readonly listMapKeys?: readonly string[] | undefined
  readonly mapType?: 'atomic' | 'granular' | undefined
  /** The whole value is one unit: nobody owns a part of it. */
  readonly atomic: boolean
}

/** What the schema says of a field. */
export function mergeKeysOf(field: Field): MergeKeys {
  const node = resolve(field.node)
  const { patchStrategy, patchMergeKey, listType, listMapKeys, mapType, structType } = field.options
  return { node, patchStrategy, patchMergeKey, listType, listMapKeys, mapType, atomic: isAtomic(node, field) && structType !== 'granular' }
}

/** Lists are one unit unless they say otherwise, maps and objects the other way round; opaque values always are. */
function isAtomic(node: Exclude<TypeNode, { type: 'lazy' }>, field?: Field): boolean {
  switch (node.type) {
    case 'list': return field === undefined || field.options.listType === undefined || field.options.listType === 'atomic'
    case 'map': return field?.options.mapType === 'atomic'
    case 'object': return node.atomic === true || field?.options.structType === 'atomic' || field?.options.mapType === 'atomic'
    case 'json':
    case 'rawExtension':
    case 'fieldsV1': return true
    default: return false
  }
}

/** What the schema says of the place that a path leads to; list indexes and map keys are steps like field names. */
export function lookup(schema: Schema, path: readonly (string | number)[]): MergeKeys {
  let found: MergeKeys = { node: schema, atomic: schema.atomic === true }
  for (const step of path) found = below(found.node, step)
  return found
}

function below(node: MergeKeys['node'], step: string | number): MergeKeys {
  if (node?.type === 'object' && Object.hasOwn(node.fields, step)) return mergeKeysOf(node.fields[step]!)
  const part = node?.type === 'map' ? node.value : node?.type === 'list' ? node.element : undefined
  if (!part) return { node: undefined, atomic: true }
  const inner = resolve(part)
  return { node: inner, atomic: isAtomic(inner) }
}
