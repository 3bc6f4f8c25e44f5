/**
 * Sets of field paths in the form of `fieldsV1`: a tree whose keys are path elements (`f:name`, `k:{"name":"c"}`, `v:"x"`, `i:0`). An empty
 * node is a member; a node with children is one when it has the key `.`. Sets are never changed, so they may share parts.
 */
export interface FieldSet {
  readonly [element: string]: FieldSet
}

const SELF = '.'
export const MEMBER: FieldSet = Object.freeze({})
const NOTHING: FieldSet = MEMBER

export const isEmptySet = (set: FieldSet): boolean => {
  for (const _ in set) return false
  return true
}

/** Whether the node itself is in the set (the root never is). */
export const isMember = (node: FieldSet | undefined): boolean => node !== undefined && (isEmptySet(node) || SELF in node)

/** A node out of its own membership and its children; undefined when there is neither. */
export function node(member: boolean, children: FieldSet | undefined): FieldSet | undefined {
  if (children === undefined || isEmptySet(children)) return member ? MEMBER : undefined
  return member ? { [SELF]: MEMBER, ...children } : children
}

/** What is in either set. */
export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmptySet(a)) return b
  if (isEmptySet(b)) return a
  const out: Record<string, FieldSet> = { ...a }
  for (const element in b) {
    if (element === SELF) continue
    const [left, right] = [a[element], b[element]!]
    out[element] = left === undefined ? right : node(isMember(left) || isMember(right), union(inner(left), inner(right)))!
  }
  return out
}

/** A node's children alone. */
function inner(set: FieldSet): FieldSet {
  if (!(SELF in set)) return set
  const { [SELF]: _, ...children } = set
  return children
}

function combine(a: FieldSet, b: FieldSet, keep: (left: FieldSet, right: FieldSet | undefined) => FieldSet | undefined): FieldSet {
  const out: Record<string, FieldSet> = {}
  for (const element in a) {
    if (element === SELF) continue
    const kept = keep(a[element]!, b[element])
    if (kept) out[element] = kept
  }
  return isEmptySet(out) ? NOTHING : out
}

/** What is in a and not in b. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmptySet(a) || isEmptySet(b)) return a
  return combine(a, b, (left, right) => (right === undefined ? left : node(isMember(left) && !isMember(right), difference(inner(left), inner(right)))))
}

/** What is in a and neither in b nor below a member of b. */
export function recursiveDifference(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmptySet(a) || isEmptySet(b)) return a
  return combine(a, b, (left, right) => {
    if (right === undefined) return left
    return isMember(right) ? undefined : node(isMember(left), recursiveDifference(inner(left), inner(right)))
  })
}

/** What is in both. */
export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmptySet(a) || isEmptySet(b)) return NOTHING
  return combine(a, b, (left, right) => (right === undefined ? undefined : node(isMember(left) && isMember(right), intersection(inner(left), inner(right)))))
}

/** The set with every named field that leads to a member: what has to be there for the members to be there. */
export function withAncestors(set: FieldSet): FieldSet {
  const out: Record<string, FieldSet> = {}
  for (const element in set) {
    if (element === SELF) continue
    const child = set[element]!
    out[element] = node(isMember(child) || element.startsWith('f:'), withAncestors(inner(child))) ?? MEMBER
  }
  return isEmptySet(out) ? NOTHING : out
}

export function equalSets(a: FieldSet, b: FieldSet): boolean {
  if (a === b) return true
  let count = 0
  for (const element in a) {
    if (!(element in b) || !equalSets(a[element]!, b[element]!)) return false
    count++
  }
  for (const _ in b) count--
  return count === 0
}

/** The members' paths as messages show them (`.spec.containers[name="c"].image`): at each level the members first, then what is below. */
export function pathsOf(set: FieldSet, prefix = ''): string[] {
  const children = Object.entries(set).filter(([element]) => element !== SELF).sort(([a], [b]) => (a < b ? -1 : 1))
  const members = children.filter(([, child]) => isMember(child)).map(([element]) => prefix + elementText(element))
  return [...members, ...children.flatMap(([element, child]) => pathsOf(child, prefix + elementText(element)))]
}

/** One path element as messages show it. */
export function elementText(element: string): string {
  const text = element.slice(2)
  if (element.startsWith('f:')) return `.${text}`
  if (element.startsWith('v:')) return `[=${text}]`
  if (element.startsWith('i:')) return `[${text}]`
  return `[${Object.entries(JSON.parse(text) as Record<string, unknown>).map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(',')}]`
}

/** Reads `fieldsV1`; undefined when it is malformed. The keys of list items are put in order, so that equal elements are equal texts. */
export function parseFieldSet(value: unknown): FieldSet | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const out: Record<string, FieldSet> = {}
  for (const [key, child] of Object.entries(value)) {
    const element = key === SELF ? SELF : canonicalElement(key)
    const set = parseFieldSet(child)
    if (element === undefined || !set) return undefined
    out[element] = set
  }
  return out
}

function canonicalElement(element: string): string | undefined {
  if (element.startsWith('f:')) return element
  try {
    const value: unknown = JSON.parse(element.slice(2))
    if (element.startsWith('k:') && typeof value === 'object' && value !== null && !Array.isArray(value)) return keyElement(value as Record<string, unknown>)
    return element.startsWith('v:') || (element.startsWith('i:') && typeof value === 'number') ? element : undefined
  } catch {
    return undefined
  }
}

/** The element of a list item by its keys. */
export function keyElement(keys: Record<string, unknown>): string {
  const names = Object.keys(keys)
  return `k:${JSON.stringify(names.length < 2 ? keys : Object.fromEntries(names.sort().map(name => [name, keys[name]])))}`
}
