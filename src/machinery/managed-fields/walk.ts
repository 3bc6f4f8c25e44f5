import { equalJson } from '../patch/json-value.ts'
import { keyElement, MEMBER, node, type FieldSet } from './field-set.ts'
import { LEAF, shapeOfValue, type ListKey, type Shape } from './shape.ts'

type JsonObject = Readonly<Record<string, unknown>>

export const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Whether there is nothing in a value: scalars are something. */
export function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true
  if (typeof value !== 'object') return false
  if (Array.isArray(value)) return value.length === 0
  for (const _ in value) return false
  return true
}

const NONE: readonly unknown[] = []

/** The path element of a list item: by its keys, an absent one counting as its default. */
export function itemElement(keys: readonly ListKey[], item: unknown): string {
  const found: Record<string, unknown> = {}
  for (const { name, default: preset } of keys) {
    const value = isObject(item) ? item[name] ?? preset : undefined
    if (value !== undefined) found[name] = value
  }
  return keyElement(found)
}

/** The items of a list by path element, in order; an element that occurs more than once holds all its items. */
export function itemsOf(shape: Shape & { kind: 'list' | 'set' }, list: unknown): Map<string, unknown[]> {
  const items = new Map<string, unknown[]>()
  for (const item of Array.isArray(list) ? list : NONE) {
    const element = shape.kind === 'set' ? `v:${JSON.stringify(item)}` : itemElement(shape.keys, item)
    const known = items.get(element)
    if (known) known.push(item)
    else items.set(element, [item])
  }
  return items
}

/** The child shape of a struct or map, or of a value that tells its own. */
export const childShape = (shape: Shape & { kind: 'struct' | 'map' }, name: string): Shape | undefined => (shape.kind === 'map' ? shape.value : shape.fields(name))

/** The paths that a configuration sets. */
export function fieldsOf(value: unknown, shape: Shape): FieldSet | undefined {
  switch (shape.kind) {
    case 'leaf': return MEMBER
    case 'any': return fieldsOf(value, shapeOfValue(value))
    case 'struct': case 'map': return isObject(value) ? entriesOf(value, shape) : undefined
    default: {
      if (!Array.isArray(value)) return value === null ? MEMBER : undefined
      const out: Record<string, FieldSet> = {}
      for (const [element, items] of itemsOf(shape, value)) out[element] = items.length > 1 || shape.kind === 'set' ? MEMBER : item(fieldsOf(items[0], shape.element))
      return node(false, out)
    }
  }
}

/** An item of a list is a member whatever is below it. */
const item = (below: FieldSet | undefined): FieldSet => (below === undefined || below === MEMBER ? MEMBER : node(true, below)!)

function entriesOf(value: JsonObject, shape: Shape & { kind: 'struct' | 'map' }): FieldSet | undefined {
  const out: Record<string, FieldSet> = {}
  for (const name in value) {
    const child = value[name]
    if (child === undefined) continue
    const type = childShape(shape, name)
    const below = type && fieldsOf(child, type)
    const member = shape.kind === 'map' || child === null || (isObject(child) && isEmpty(child))
    const built = below === MEMBER ? MEMBER : node(member, below)
    if (built) out[`f:${name}`] = built
  }
  return node(false, out)
}

/** What differs between two objects: paths that came, that went and that have another value. */
export interface Changes {
  readonly added: FieldSet | undefined
  readonly removed: FieldSet | undefined
  readonly modified: FieldSet | undefined
}

const SAME: Changes = { added: undefined, removed: undefined, modified: undefined }

/** Compares two objects of one shape; undefined stands for absent. */
export function compare(before: unknown, after: unknown, shape: Shape): Changes {
  if (before === after) return SAME
  if (shape.kind === 'any') return compare(before, after, shapeOfBoth(before, after))
  if (shape.kind === 'leaf' || (isEmpty(before) && isEmpty(after))) return compareLeaf(before, after)
  const below = shape.kind === 'struct' || shape.kind === 'map' ? compareEntries(before, after, shape) : compareItems(before, after, shape)
  if (before === undefined) return { ...below, added: node(true, below.added) }
  if (after === undefined) return { ...below, removed: node(true, below.removed) }
  return below
}

/** How two values without a declared type are compared: as what they both are, else as a whole. */
export function shapeOfBoth(before: unknown, after: unknown): Shape {
  const [left, right] = [shapeOfValue(before), shapeOfValue(after)]
  if (before === undefined || before === null || left.kind === right.kind) return right
  return after === undefined || after === null ? left : LEAF
}

function compareLeaf(before: unknown, after: unknown): Changes {
  if (before === undefined) return { ...SAME, added: MEMBER }
  if (after === undefined) return { ...SAME, removed: MEMBER }
  return equalJson(before, after) ? SAME : { ...SAME, modified: MEMBER }
}

/** Gathers the changes of children, making sets only where there are any. */
class Gathered {
  #added: Record<string, FieldSet> | undefined
  #removed: Record<string, FieldSet> | undefined
  #modified: Record<string, FieldSet> | undefined

  add(element: string, { added, removed, modified }: Changes): void {
    if (added) (this.#added ??= {})[element] = added
    if (removed) (this.#removed ??= {})[element] = removed
    if (modified) (this.#modified ??= {})[element] = modified
  }

  get changes(): Changes {
    return { added: this.#added, removed: this.#removed, modified: this.#modified }
  }
}

function compareEntries(before: unknown, after: unknown, shape: Shape & { kind: 'struct' | 'map' }): Changes {
  const [left, right] = [isObject(before) ? before : {}, isObject(after) ? after : {}]
  const gathered = new Gathered()
  const visit = (name: string): void => {
    const type = childShape(shape, name)
    if (type) gathered.add(`f:${name}`, compare(Object.hasOwn(left, name) ? left[name] : undefined, Object.hasOwn(right, name) ? right[name] : undefined, type))
  }
  for (const name in left) visit(name)
  for (const name in right) if (!Object.hasOwn(left, name)) visit(name)
  return gathered.changes
}

function compareItems(before: unknown, after: unknown, shape: Shape & { kind: 'list' | 'set' }): Changes {
  const [left, right] = [itemsOf(shape, before), itemsOf(shape, after)]
  const gathered = new Gathered()
  const visit = (element: string): void => {
    const [old = NONE, now = NONE] = [left.get(element), right.get(element)]
    // Items with one key cannot be told apart: together they are one unit.
    const unit = shape.kind === 'set' || old.length > 1 || now.length > 1
    gathered.add(element, unit ? compareLeaf(old.length ? old : undefined, now.length ? now : undefined) : compare(old[0], now[0], shape.element))
  }
  for (const element of left.keys()) visit(element)
  for (const element of right.keys()) if (!left.has(element)) visit(element)
  return gathered.changes
}
