import { badRequest, StatusError } from '../status.ts'
import { locateKeys } from '../json.ts'
import type { Duplicate } from '../json.ts'
import { isPlainObject, memberFor, scalars } from './compile.ts'
import { goTypeOf, inlinedIn } from './go-names.ts'
import type { Field, ScalarNode, Schema, TypeNode } from './schema.ts'
import { resolve } from './schema.ts'

/** What the reader of the text knows besides the value (`parseJson`, `parseYaml`); nothing for values that never were text. */
export interface DecodeOptions {
  readonly duplicates?: readonly Duplicate[]
  /** Numbers that were not written as plain integers, by path. */
  readonly literals?: ReadonlyMap<string, string>
  /** The text, to tell problems in its order. */
  readonly text?: string
  /** Problems that the reader itself words (YAML's). */
  readonly problems?: readonly string[]
}

/** Where the walk is: the path with indexes (as problems name it), Go's path without them, and the Go struct that holds the field. */
interface Place {
  readonly path: string
  readonly goPath: string
  readonly struct: string
  readonly field: string
}

interface Findings {
  readonly unknown: string[]
  readonly literals: ReadonlyMap<string, string> | undefined
}

/** More problems than this are not told, as upstream does. */
const MOST_PROBLEMS = 100
/** More than are told are looked for, because repeated ones come between. */
const MOST_NOTES = 10_000

/**
 * Walks a value in its own order and says what is wrong with it: returns its unknown and duplicate fields, throws for the first value of the
 * wrong type. Decoding calls it only when it has stumbled, so that it never has to keep track of paths itself.
 */
export function inspect(schema: Schema, value: unknown, options: DecodeOptions): string[] {
  const findings: Findings = { unknown: [], literals: options.literals }
  visit(schema, value, { path: '', goPath: '', struct: '', field: '' }, findings)
  const unknown = new Set(findings.unknown)
  const duplicates = new Set((options.duplicates ?? []).filter(duplicate => isTyped(schema, duplicate)).map(duplicate => duplicate.path))
  const word = (path: string): string => `${unknown.has(path) ? 'unknown' : 'duplicate'} field ${JSON.stringify(path)}`
  if (duplicates.size === 0) return [...unknown].slice(0, MOST_PROBLEMS).map(word)
  if (unknown.size === 0 || options.text === undefined) return [...unknown, ...duplicates].slice(0, MOST_PROBLEMS).map(word)
  return locateKeys(options.text, unknown, duplicates).slice(0, MOST_PROBLEMS).map(word)
}

/** Whether a repeated key stands where the schema knows the fields; below opaque values and unknown fields nobody looks. */
function isTyped(schema: Schema, { segments }: Duplicate): boolean {
  let node: TypeNode = schema
  for (const segment of segments) {
    const target = resolve(node)
    if (target.type === 'object') {
      const field: Field | undefined = Object.hasOwn(target.fields, segment) ? target.fields[segment as string] : undefined
      if (!field) return false
      node = field.node
    } else if (target.type === 'map') node = target.value
    else if (target.type === 'list') node = target.element
    else return false
  }
  return true
}

function visit(node: TypeNode, value: unknown, place: Place, findings: Findings): void {
  if (value === null || value === undefined) return
  const target = resolve(node)
  if (target.type === 'object') {
    if (!isPlainObject(value)) throw misfit(node, value, place, findings)
    visitFields(target, value, place, findings)
  } else if (target.type === 'list') {
    if (!Array.isArray(value)) throw misfit(node, value, place, findings)
    value.forEach((item, index) => visit(target.element, item, { ...place, path: `${place.path}[${index}]` }, findings))
  } else if (target.type === 'map') {
    if (!isPlainObject(value)) throw misfit(node, value, place, findings)
    for (const key of Object.keys(value)) visit(target.value, value[key], { ...place, path: join(place.path, key) }, findings)
  } else if (target.type === 'union') {
    const member = memberFor(target, value)
    if (!member) throw misfit(node, value, place, findings)
    visit(member.node, value, place, findings)
  } else visitScalar(target, value, place, findings)
}

const join = (path: string, key: string): string => (path ? `${path}.${key}` : key)
const shortName = (name: string): string => name.slice(name.lastIndexOf('.') + 1)

function visitFields(schema: Schema, value: Record<string, unknown>, place: Place, findings: Findings): void {
  const struct = shortName(schema.name)
  for (const key of Object.keys(value)) {
    if (value[key] === undefined) continue
    const path = join(place.path, key)
    const field = Object.hasOwn(schema.fields, key) ? schema.fields[key] : undefined
    if (field) visit(field.node, value[key], { path, goPath: join(place.goPath, inlinedIn(struct, field) + key), struct, field: key }, findings)
    else if (!schema.preserveUnknownFields && findings.unknown.length < MOST_NOTES) findings.unknown.push(path)
  }
}

function visitScalar(node: ScalarNode, value: unknown, place: Place, findings: Findings): void {
  const integer = node.type === 'int32' || node.type === 'int64' || (node.type === 'intOrString' && typeof value === 'number')
  const literal = integer && findings.literals?.get(place.path)
  // An integer must be written as one (not 1.0 or 3e0), and int64's end lies where doubles no longer tell neighbours apart.
  if (literal && (!/^-?\d+$/.test(literal) || BigInt(literal) > 2n ** 63n - 1n || BigInt(literal) < -(2n ** 63n))) throw misfit(node, value, place, findings)
  try {
    scalars[node.type](value)
  } catch (error) {
    throw error instanceof StatusError ? error : misfit(node, value, place, findings)
  }
}

const kindOf = (value: unknown): string => (Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value)

/** Go's message for a value of the wrong type. */
function misfit(node: TypeNode, value: unknown, place: Place, findings: Findings): StatusError {
  const target = resolve(node)
  const numeric = typeof value === 'number' && (target.type === 'int32' || target.type === 'int64' || target.type === 'intOrString')
  const what = numeric ? `number ${findings.literals?.get(place.path) ?? plainNumber(value)}` : kindOf(value)
  const type = goTypeOf(target, place.struct, place.field)
  if (!place.goPath) return badRequest(`json: cannot unmarshal ${what} into Go value of type ${type}`)
  return badRequest(`json: cannot unmarshal ${what} into Go struct field ${place.struct}.${place.goPath} of type ${type}`)
}

const plainNumber = (value: number): string => (Number.isInteger(value) && Math.abs(value) < 1e30 ? BigInt(value).toString() : String(value))
