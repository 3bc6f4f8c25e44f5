import { cloneJson } from '../patch/json-value.ts'
import { isMember, type FieldSet } from './field-set.ts'
import { shapeOfValue, type Shape } from './shape.ts'
import { childShape, isObject, itemElement, itemsOf } from './walk.ts'

/** Lays a configuration over an object: maps and keyed lists merge, the rest is taken from the configuration. Neither is changed. */
export function merge(live: unknown, config: unknown, shape: Shape): unknown {
  if (config === undefined) return live
  switch (shape.kind) {
    case 'leaf': return cloneJson(config)
    case 'any': return merge(live, config, shapeOfValue(config))
    case 'struct': case 'map': {
      if (!isObject(config)) return isEmpty(live) ? cloneJson(config) : live
      const merged: Record<string, unknown> = isObject(live) ? { ...live } : {}
      for (const name of Object.keys(config)) merged[name] = merge(Object.hasOwn(merged, name) ? merged[name] : undefined, config[name], childShape(shape, name) ?? shapeOfValue(config[name]))
      return merged
    }
    default: {
      if (!Array.isArray(config)) return isEmpty(live) ? cloneJson(config) : live
      return mergeItems(Array.isArray(live) ? live : [], config, shape)
    }
  }
}

/** A null takes the place only of what has no members. */
const isEmpty = (value: unknown): boolean => typeof value !== 'object' || value === null || Object.keys(value).length === 0

/** The configuration's items in its order; the live ones that it does not know keep their places before the next known one. */
function mergeItems(live: readonly unknown[], config: readonly unknown[], shape: Shape & { kind: 'list' | 'set' }): unknown[] {
  const element = (item: unknown): string => (shape.kind === 'set' ? `v:${JSON.stringify(item)}` : itemElement(shape.keys, item))
  const [known, wanted] = [itemsOf(shape, live), itemsOf(shape, config)]
  const shared = [...wanted.keys()].filter(each => known.has(each))
  const out: unknown[] = []
  let [i, j] = [0, 0]
  const take = (): void => {
    const each = element(config[j])
    const before = known.get(each)
    out.push(shape.kind === 'set' || (before && before.length > 1) ? cloneJson(config[j]) : merge(before?.[0], config[j], shape.element))
    if (shared[0] === each) shared.shift()
    j++
  }
  while (i < live.length || j < config.length) {
    if (i >= live.length) {
      take()
      continue
    }
    const each = element(live[i])
    if (!wanted.has(each)) out.push(live[i++])
    else if (each !== shared[0]) i++
    else if (element(config[j]) === each) {
      take()
      i++
    } else take()
  }
  return out
}

/** The object without the members of a set, and without what is below them. */
export function without(value: unknown, set: FieldSet, shape: Shape): unknown {
  if (shape.kind === 'any') return without(value, set, shapeOfValue(value))
  if (isObject(value) && (shape.kind === 'struct' || shape.kind === 'map')) {
    const out: Record<string, unknown> = {}
    for (const name in value) {
      const below = set[`f:${name}`]
      if (below === undefined) out[name] = value[name]
      else if (!isMember(below)) out[name] = without(value[name], below, childShape(shape, name) ?? shapeOfValue(value[name]))
    }
    return out
  }
  if (!Array.isArray(value) || (shape.kind !== 'list' && shape.kind !== 'set')) return value
  return value.flatMap(item => {
    const below = set[shape.kind === 'set' ? `v:${JSON.stringify(item)}` : itemElement(shape.keys, item)]
    if (below === undefined) return [item]
    return isMember(below) || shape.kind === 'set' ? [] : [without(item, below, shape.element)]
  })
}
