import { resolve, type Field, type Schema, type TypeNode } from '../schema/schema.ts'
import { StatusError, badRequest } from '../status.ts'
import { cloneJson, equalJson, goKind, goText, isObject, setOwn, type JsonObject } from './json-value.ts'
import { inOrder, matchKey, partition } from './element-order.ts'

const DIRECTIVE = '$patch'
const RETAIN = '$retainKeys'
const DELETE_PREFIX = '$deleteFromPrimitiveList/'
const ORDER_PREFIX = '$setElementOrder/'

/** Upstream answers these with a plain 500. */
const broken = (message: string): StatusError => new StatusError('', message, undefined, { code: 500 })
const badRetainKeys = (): StatusError => badRequest('invalid patch format of retainKeys')

/**
 * Merges a patch by what the schema says of each list: lists with the strategy `merge` merge by their key, others are replaced. Understands
 * `$patch`, `$retainKeys`, `$deleteFromPrimitiveList` and `$setElementOrder`. The document is not changed.
 */
export function applyStrategicMergePatch<T>(schema: Schema<T>, document: T, patch: unknown): unknown {
  if (patch === null) return document
  if (!isObject(patch)) throw badRequest(`json: cannot unmarshal ${goKind(patch)} into Go value of type map[string]interface {}`)
  return mergeObject(document as JsonObject, patch, schema)
}

function mergeObject(original: JsonObject, patch: JsonObject, node: TypeNode | undefined): JsonObject {
  const directive = patch[DIRECTIVE]
  if (directive === 'replace') return withoutDirectives(patch)
  if (directive === 'delete') return {}
  if (directive !== undefined && directive !== 'merge') throw new StatusError('', `unknown patch type: ${goText(directive)} in map: ${goText(patch)}`, undefined, { code: 500 })
  const merged = retain(original, patch)
  const done = new Set([DIRECTIVE, RETAIN])
  for (const key of Object.keys(patch)) if (key.startsWith(ORDER_PREFIX)) orderList(merged, patch, key, node, done)
  for (const [key, value] of Object.entries(patch)) if (!done.has(key)) mergeKey(merged, key, value, node)
  return merged
}

/** KEP: of a union, only the keys that the patch names stay. */
function retain(original: JsonObject, patch: JsonObject): JsonObject {
  const kept = patch[RETAIN]
  if (kept === undefined) return { ...original }
  if (!Array.isArray(kept)) throw badRetainKeys()
  for (const [key, value] of Object.entries(patch)) {
    if (value !== null && key !== RETAIN && key !== DIRECTIVE && !key.startsWith(ORDER_PREFIX) && !key.startsWith(DELETE_PREFIX) && !kept.includes(key)) throw badRetainKeys()
  }
  return Object.fromEntries(Object.entries(original).filter(([key]) => kept.includes(key)))
}

function mergeKey(merged: JsonObject, key: string, value: unknown, node: TypeNode | undefined): void {
  if (key.startsWith(DELETE_PREFIX)) {
    const name = key.slice(DELETE_PREFIX.length)
    const before = merged[name]
    if (!Array.isArray(value)) throw broken(`expected a []interface {}, but received a ${goType(value)}`)
    if (Array.isArray(before)) merged[name] = before.filter(item => !value.some(gone => equalJson(gone, item)))
    return
  }
  if (value === null) {
    delete merged[key]
    return
  }
  const before = Object.hasOwn(merged, key) ? merged[key] : undefined
  const { field, type } = fieldOf(node, key)
  if (isObject(value) && (isObject(before) || before === undefined || before === null)) {
    const replaces = before === undefined || before === null || field?.options.patchStrategy === 'replace'
    setOwn(merged, key, replaces ? added(value, type) : mergeObject(before, value, type))
  } else if (Array.isArray(value) && (Array.isArray(before) || before === undefined || before === null)) {
    setOwn(merged, key, merges(field) ? mergeList((before as unknown[] | undefined) ?? [], value, field!, type) : cloneJson(value))
  } else setOwn(merged, key, cloneJson(value))
}

/** What is new is taken as it is, without its nulls and directives. */
const added = (value: JsonObject, type: TypeNode | undefined): JsonObject => mergeObject({}, value[DIRECTIVE] === 'replace' ? withoutDirectives(value) : value, type)

const merges = (field: Field | undefined): boolean => field?.options.patchStrategy?.startsWith('merge') ?? false

function fieldOf(node: TypeNode | undefined, key: string): { field?: Field; type?: TypeNode | undefined } {
  if (!node) return {}
  if (node.type === 'map') return { type: resolve(node.value) }
  if (node.type !== 'object' || !Object.hasOwn(node.fields, key)) return {}
  const field = node.fields[key]!
  return { field, type: resolve(field.node) }
}

function mergeList(original: readonly unknown[], patch: readonly unknown[], field: Field, type: TypeNode | undefined): unknown[] {
  if (original.length === 0 && patch.length === 0) return []
  const key = checkedKey(original, patch, field)
  const element = type?.type === 'list' ? resolve(type.element) : undefined
  if (key === undefined) return mergeScalars(original, patch)
  const { kept, items, replaced } = specialElements(original as JsonObject[], patch as JsonObject[], key)
  if (replaced) return items.map(withoutDirectives)
  const list: JsonObject[] = [...kept]
  for (const item of items) {
    const value = keyValue(item, key)
    const at = list.findIndex(each => equalJson(each[key], value))
    if (at >= 0) list[at] = mergeObject(list[at]!, item, element)
    else list.push(mergeObject({}, item, element))
  }
  const { inList, others } = partition(list, items, matchKey(key))
  return inOrder(inList, others, items, original, matchKey(key))
}

/** The merge key of a list of objects; undefined for a list of scalars. */
function checkedKey(original: readonly unknown[], patch: readonly unknown[], field: Field): string | undefined {
  const kinds = new Set([...original, ...patch].map(item => (isObject(item) ? 'object' : Array.isArray(item) ? 'array' : item === null ? 'null' : typeof item)))
  if (kinds.size > 1 || kinds.has('null')) throw broken(`list element types are not identical: [${goText(original)} ${goText(patch)}]`)
  if (!kinds.has('object')) return undefined
  if (!field.options.patchMergeKey) throw broken('cannot merge lists without merge key')
  return field.options.patchMergeKey
}

function mergeScalars(original: readonly unknown[], patch: readonly unknown[]): unknown[] {
  const merged = [...new Set([...original, ...patch])]
  const same = (a: unknown, b: unknown): boolean => a === b
  const { inList, others } = partition(merged, patch, same)
  return inOrder(inList, others, patch, original, same)
}

/** Carries out `$patch: delete` on items, and finds out whether the whole list is replaced. */
function specialElements(original: readonly JsonObject[], patch: readonly JsonObject[], key: string): { kept: readonly JsonObject[]; items: JsonObject[]; replaced: boolean } {
  let kept = original
  let replaced = false
  const items: JsonObject[] = []
  for (const item of patch) {
    const directive = item[DIRECTIVE]
    if (directive === undefined || directive === 'merge') items.push(item)
    else if (directive === 'delete') {
      const value = keyValue(item, key)
      kept = kept.filter(each => !equalJson(each[key], value))
    } else if (directive === 'replace') {
      replaced = true
      const { [DIRECTIVE]: _, ...rest } = item
      if (Object.keys(rest).length) items.push(rest)
    } else throw badRequest(`Unknown patch type found: ${goText(directive)}`)
  }
  return { kept, items, replaced }
}

function keyValue(item: JsonObject, key: string): unknown {
  if (!Object.hasOwn(item, key)) throw broken(`map: ${goText(item)} does not contain declared merge key: ${key}`)
  return item[key]
}

/** `$setElementOrder/x` says in which order the items that the patch's author knows stand; the others keep their places among them. */
function orderList(merged: JsonObject, patch: JsonObject, directive: string, node: TypeNode | undefined, done: Set<string>): void {
  done.add(directive)
  const name = directive.slice(ORDER_PREFIX.length)
  const order = patch[directive]
  if (!Array.isArray(order)) throw broken(`expected a []interface {}, but received a ${goType(order)}`)
  const { field, type } = fieldOf(node, name)
  const original = Array.isArray(merged[name]) ? merged[name] as unknown[] : undefined
  const changes = Array.isArray(patch[name]) ? patch[name] as unknown[] : undefined
  const removals = patch[DELETE_PREFIX + name]
  if (!original && !changes) return
  const key = isObject((original ?? changes ?? [])[0]) ? field?.options.patchMergeKey : undefined
  const same = key === undefined ? equalJson : matchKey(key)
  if (key !== undefined) for (const item of order) if (isObject(item)) keyValue(item, key)
  if (changes) checkOrder(changes, order, same)
  let list = changes ? (merges(field) ? mergeList(original ?? [], changes, field!, type) : cloneJson(changes)) : original!
  if (Array.isArray(removals)) {
    done.add(DELETE_PREFIX + name)
    list = list.filter(item => !removals.some(gone => equalJson(gone, item)))
  }
  done.add(name)
  const { inList, others } = partition(list, order, same)
  merged[name] = inOrder(inList, others, order, original ?? [], same)
}

function checkOrder(changes: readonly unknown[], order: readonly unknown[], same: (a: unknown, b: unknown) => boolean): void {
  const items = changes.filter(item => !isObject(item) || item[DIRECTIVE] === undefined)
  let at = 0
  for (const item of items) {
    while (at < order.length && !same(order[at], item)) at++
    if (at++ >= order.length) throw broken(`The order in patch list:\n${goText(items)}\n doesn't match $setElementOrder list:\n${goText(order)}\n`)
  }
}

const goType = (value: unknown): string => (typeof value === 'number' ? 'int64' : isObject(value) ? 'map[string]interface {}' : value === null ? '<nil>' : typeof value === 'boolean' ? 'bool' : 'string')

/** A copy without directives, at any depth. */
function withoutDirectives<T>(value: T): T {
  if (Array.isArray(value)) return value.filter(item => !isObject(item) || item[DIRECTIVE] !== 'delete').map(withoutDirectives) as T
  if (!isObject(value)) return value
  const copy: JsonObject = {}
  for (const key in value) {
    if (key !== DIRECTIVE && key !== RETAIN && !key.startsWith(DELETE_PREFIX) && !key.startsWith(ORDER_PREFIX) && value[key] !== null) setOwn(copy, key, withoutDirectives(value[key]))
  }
  return copy as T
}
