import { canonicalBase64, canonicalDuration, canonicalMicroTime, canonicalQuantityText, canonicalTime } from './scalars.ts'
import type { Field, ListNode, MapNode, ScalarType, Schema, TypeNode, UnionNode } from './schema.ts'
import { resolve } from './schema.ts'

/** What decoding notices on the way; the details are worked out only when there is something to tell. */
export interface Notes {
  unknown: boolean
}

/** Turns a value (neither null nor undefined) into its canonical form. */
export type Decode = (value: unknown, notes: Notes) => unknown

export interface Codec {
  readonly decode: Decode
  /** What stands for a null inside a list or map. */
  readonly zero: (notes: Notes) => unknown
}

/** Thrown where a value does not fit its type; `inspect.ts` then says what is wrong, and where. */
export const MISFIT: Error = Object.freeze(new Error('value does not fit its type'))

const text = (value: unknown): string => {
  if (typeof value !== 'string') throw MISFIT
  return value.isWellFormed() ? value : value.toWellFormed()
}
const whole = (least: number, most: number) => (value: unknown): number => {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) throw MISFIT
  return value === 0 ? 0 : value
}
/** The nearest number below 2^63 that a double holds: what int64's largest value becomes. */
const LARGEST_INT64 = 2 ** 63 - 1024
const int32 = whole(-(2 ** 31), 2 ** 31 - 1)
const int64Whole = whole(-(2 ** 63), 2 ** 63)
const int64 = (value: unknown): number => Math.min(int64Whole(value), LARGEST_INT64)

/** The canonical form of each scalar; throws where the value is of the wrong type or out of range. */
export const scalars: Readonly<Record<ScalarType, (value: unknown) => unknown>> = {
  string: text,
  bool: value => {
    if (typeof value !== 'boolean') throw MISFIT
    return value
  },
  int32,
  int64,
  double: value => {
    if (typeof value !== 'number' || !Number.isFinite(value)) throw MISFIT
    return value
  },
  bytes: value => canonicalBase64(text(value)),
  quantity: value => canonicalQuantityText(typeof value === 'object' ? JSON.stringify(value) : String(value)),
  time: value => canonicalTime(text(value)),
  microTime: value => canonicalMicroTime(text(value)),
  duration: value => canonicalDuration(text(value)),
  intOrString: value => (typeof value === 'string' ? text(value) : int32(value)),
  json: value => value,
  rawExtension: value => value,
  fieldsV1: value => value,
}

const ZEROS: Readonly<Record<ScalarType, unknown>> = {
  string: '', bool: false, int32: 0, int64: 0, double: 0, bytes: '', quantity: '0', time: null, microTime: null, duration: '0s', intOrString: 0, json: null, rawExtension: null, fieldsV1: null,
}
/** Structs in Go: `omitempty` never drops them. */
const NEVER_EMPTY: ReadonlySet<string> = new Set<ScalarType>(['quantity', 'time', 'microTime', 'duration', 'intOrString', 'json', 'rawExtension', 'fieldsV1'])

const codecs = new WeakMap<object, Codec>()

/** The codec of a type, made on first use. */
export function codecOf(node: TypeNode): Codec {
  const target = resolve(node)
  const known = codecs.get(target)
  if (known) return known
  const made = target.type === 'object' ? objectCodec(target) : target.type === 'list' ? listCodec(target) : target.type === 'map' ? mapCodec(target)
    : target.type === 'union' ? unionCodec(target) : { decode: scalars[target.type], zero: () => ZEROS[target.type] }
  codecs.set(target, made)
  return made
}

/** Types may refer to themselves: the codec of a part is looked up when it is first needed. */
function lazily(node: TypeNode): Codec {
  let codec: Codec | undefined
  return { decode: (value, notes) => (codec ??= codecOf(node)).decode(value, notes), zero: notes => (codec ??= codecOf(node)).zero(notes) }
}
const partCodec = (node: TypeNode): Codec => {
  const target = node.type === 'lazy' ? node : resolve(node)
  return target.type === 'lazy' ? lazily(node) : codecOf(target)
}

function listCodec(node: ListNode): Codec {
  const element = partCodec(node.element)
  const decode: Decode = (value, notes) => {
    if (!Array.isArray(value)) throw MISFIT
    const out: unknown[] = []
    for (const item of value as unknown[]) out.push(item === null || item === undefined ? element.zero(notes) : element.decode(item, notes))
    return out
  }
  return { decode, zero: () => null }
}

/** Sets a key that a user chose: `__proto__` is a key like any other. */
export function setKey(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true })
  else target[key] = value
}

export const isPlainObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Keys in the order in which Go writes a map. */
export function sortedKeys(value: object): string[] {
  const keys = Object.keys(value)
  for (let index = 1; index < keys.length; index++) if (keys[index - 1]! > keys[index]!) return keys.sort()
  return keys
}

function mapCodec(node: MapNode): Codec {
  const element = partCodec(node.value)
  const decode: Decode = (value, notes) => {
    if (!isPlainObject(value)) throw MISFIT
    const out: Record<string, unknown> = {}
    for (const key of sortedKeys(value)) {
      const item = value[key]
      if (item === undefined) continue
      setKey(out, key.isWellFormed() ? key : key.toWellFormed(), item === null ? element.zero(notes) : element.decode(item, notes))
    }
    return out
  }
  return { decode, zero: () => null }
}

const fitsShape = (node: TypeNode, value: unknown): boolean => {
  const target = resolve(node)
  if (target.type === 'list') return Array.isArray(value)
  if (target.type === 'object' || target.type === 'map') return isPlainObject(value)
  return target.type === 'bool' ? typeof value === 'boolean' : target.type === 'string' ? typeof value === 'string' : typeof value === 'number'
}

/** The member of a union whose JSON shape a value has. */
export const memberFor = (union: UnionNode, value: unknown) => union.members.find(member => fitsShape(member.node, value))

function unionCodec(node: UnionNode): Codec {
  const decode: Decode = (value, notes) => {
    const member = memberFor(node, value)
    if (!member) throw MISFIT
    return codecOf(member.node).decode(value, notes)
  }
  return { decode, zero: () => null }
}

/** How one field of an object is read. */
export interface Plan {
  readonly name: string
  /** The name also exists on every JavaScript object (`constructor`): only an own property counts. */
  readonly ownOnly: boolean
  readonly decode: Decode
  /** What is written when the field is absent; undefined: nothing. */
  readonly absent: ((notes: Notes) => unknown) | undefined
  /** Leaves out what the decoder found empty. */
  readonly isEmpty: ((value: unknown) => boolean) | undefined
  /** Always written: storage and protobuf know no difference between an empty list or map and an absent one (`storedForm`). */
  readonly emptyIsNull: boolean
  readonly isMap: boolean
}

const isEmptyScalar = (value: unknown): boolean => value === '' || value === 0 || value === false
export const hasNone = (value: unknown): boolean => {
  if (typeof value === 'string') return value === ''
  if (Array.isArray(value)) return value.length === 0
  for (const _ in value as object) return false
  return true
}

/** Whether a field is left out of JSON when it is empty. */
export const omitsEmpty = (field: Field): boolean => field.options.omitEmpty ?? !field.options.required

function planOf(name: string, field: Field): Plan {
  const { node, options } = field
  const target = node.type === 'lazy' ? undefined : resolve(node)
  const codec = partCodec(node)
  const omit = omitsEmpty(field)
  const collection = target?.type === 'list' || target?.type === 'map'
  const neverEmpty = target !== undefined && NEVER_EMPTY.has(target.type)
  const plan = { name, isMap: target?.type === 'map', ownOnly: name in Object.prototype, decode: codec.decode, emptyIsNull: (collection || target?.type === 'bytes') && !options.pointer && !omit }
  const absent = field.value ? codec.zero : options.pointer ? (omit ? undefined : () => null) : (omit && !neverEmpty) || options.omitZero ? undefined : target?.type === 'bytes' ? () => null : codec.zero
  const isEmpty = options.pointer || options.keepEmpty || field.value || !omit ? undefined : collection ? hasNone : neverEmpty ? undefined : isEmptyScalar
  // A pointer to the zero time says no more than none.
  return { ...plan, absent, isEmpty: options.omitZero || (options.pointer && neverEmpty && omit) ? value => value === null : isEmpty }
}

const plansBySchema = new WeakMap<Schema, readonly Plan[]>()

/** How the fields of a type are read, in the order of declaration. */
export function plansOf(schema: Schema): readonly Plan[] {
  codecOf(schema)
  return plansBySchema.get(schema)!
}

function objectCodec(schema: Schema): Codec {
  const plans: Plan[] = []
  plansBySchema.set(schema, plans)
  const made: Codec = {
    decode: (value, notes) => {
      if (!isPlainObject(value)) throw MISFIT
      return decodeFields(plans, value, notes, schema)
    },
    zero: notes => decodeFields(plans, {}, notes, schema),
  }
  codecs.set(schema, made)
  for (const [name, field] of Object.entries(schema.fields)) plans.push(planOf(name, field))
  return made
}

function decodeFields(plans: readonly Plan[], value: Record<string, unknown>, notes: Notes, schema: Schema): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  let seen = 0
  for (let index = 0; index < plans.length; index++) {
    const plan = plans[index]!
    const raw = plan.ownOnly && !Object.hasOwn(value, plan.name) ? undefined : value[plan.name]
    if (raw !== undefined) seen++
    if (raw === undefined || raw === null) {
      if (plan.absent) out[plan.name] = plan.absent(notes)
      continue
    }
    const decoded = plan.decode(raw, notes)
    if (plan.isEmpty === undefined || !plan.isEmpty(decoded)) out[plan.name] = decoded
  }
  for (const _ in value) seen--
  if (seen !== 0) noteUnknown(out, value, schema, notes)
  return out
}

/** There are more keys than fields were found: unknown ones, or only ones that are set to undefined. */
function noteUnknown(out: Record<string, unknown>, value: Record<string, unknown>, schema: Schema, notes: Notes): void {
  const unknown = Object.keys(value).filter(key => value[key] !== undefined && !Object.hasOwn(schema.fields, key))
  if (unknown.length === 0) return
  if (schema.preserveUnknownFields) for (const key of unknown.sort()) setKey(out, key, value[key])
  else notes.unknown = true
}

/** Puts a decoded value into an object, unless JSON leaves it out. */
export function keep(out: Record<string, unknown>, plan: Plan, decoded: unknown): void {
  if (plan.isEmpty?.(decoded)) return
  out[plan.name] = plan.emptyIsNull && hasNone(decoded) ? null : decoded
}
