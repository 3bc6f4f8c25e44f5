import { BOOL, BYTES, DOUBLE, DURATION, DYN, INT, NULL, STRING, TIMESTAMP, TYPE, UINT, listType, mapType, opaque } from './types.ts'
import type { Type } from './types.ts'

/**
 * CEL's values in memory. An int is a JavaScript number while that is exact (within ±2^53) and a bigint beyond: nearly all ints are small, and a
 * number costs nothing to make, add or compare. `intOf` and `int64` keep the form unique. So doubles, the rarer kind, are boxed.
 */
export type Value =
  | null | boolean | number | bigint | string | Double | Uint | Uint8Array | Timestamp | Duration | TypeValue | List | CelMap | Optional | Opaque

export class Double {
  readonly value: number
  constructor(value: number) {
    this.value = value
  }
}

export class Uint {
  readonly value: bigint
  constructor(value: bigint) {
    this.value = value
  }
}

/** A moment: whole seconds since 1970 and nanoseconds from there on. It remembers the offset (in seconds) that its text had, for printing only. */
export class Timestamp {
  readonly seconds: number
  readonly nanos: number
  readonly offset: number
  constructor(seconds: number, nanos: number, offset = 0) {
    this.seconds = seconds
    this.nanos = nanos
    this.offset = offset
  }
}

export class Duration {
  readonly nanos: bigint
  constructor(nanos: bigint) {
    this.nanos = nanos
  }
}

/** A type as a value. */
export class TypeValue {
  readonly type: Type
  constructor(type: Type) {
    this.type = type
  }
}

export class Optional {
  readonly value: Value | undefined
  constructor(value: Value | undefined) {
    this.value = value
  }
}

/** A value of a library's own type. Libraries extend it; `equals` is asked with values of the same type name only. */
export abstract class Opaque {
  abstract readonly type: Type
  equals(other: Opaque): boolean {
    return this === other
  }
  /** What `size` in costs is; most have none. */
  get size(): number {
    return 1
  }
}

export abstract class List {
  /** How lists of this kind are compared and joined: `[]` as sets, otherwise by these keys; undefined: in order. */
  get keys(): readonly string[] | undefined {
    return undefined
  }
  abstract get size(): number
  /** The element; the index is within bounds. */
  abstract at(index: number): Value
  *[Symbol.iterator](): IterableIterator<Value> {
    for (let i = 0; i < this.size; i++) yield this.at(i)
  }
}

/** A list of CEL values. */
export class ArrayList extends List {
  readonly values: readonly Value[]
  constructor(values: readonly Value[]) {
    super()
    this.values = values
  }
  get size(): number {
    return this.values.length
  }
  at(index: number): Value {
    return this.values[index]!
  }
  override [Symbol.iterator](): IterableIterator<Value> {
    return this.values[Symbol.iterator]()
  }
}

/** Two lists one behind the other: joining costs next to nothing, however long they are, so nothing is copied. */
export class JoinedList extends List {
  private readonly left: List
  private readonly right: List
  readonly size: number
  constructor(left: List, right: List) {
    super()
    this.left = left
    this.right = right
    this.size = left.size + right.size
  }
  at(index: number): Value {
    let [list, position]: [List, number] = [this, index]
    while (list instanceof JoinedList) {
      const { left, right }: JoinedList = list
      if (position < left.size) list = left
      else [list, position] = [right, position - left.size]
    }
    return list.at(position)
  }
}

/** More than this many elements or characters nobody can afford to make or look at: an evaluation that tries is cancelled. */
const MOST_ELEMENTS = 1_000_000
const MOST_CHARACTERS = 10_000_000

/** Ends an evaluation whatever stands around it: it cost too much, or waits for something (see `evaluateAsync`). */
export class Cancelled {
  readonly message: string
  readonly waitFor?: Promise<unknown>
  constructor(message: string, waitFor?: Promise<unknown>) {
    this.message = message
    if (waitFor) this.waitFor = waitFor
  }
}

export function cancel(): never {
  // oxlint-disable-next-line no-throw-literal
  throw new Cancelled('operation cancelled: actual cost limit exceeded')
}

/** What a function may make: costs are known only afterwards, or do not tell the size of what comes out. */
export function affordElements(count: number): void {
  if (count > MOST_ELEMENTS) cancel()
}
export function affordCharacters(count: number): void {
  if (count > MOST_CHARACTERS) cancel()
}

/** The list that a macro is filling: nobody else can see it, so it grows in place. */
export class GrowingList extends ArrayList {
  declare readonly values: Value[]
}

export abstract class CelMap {
  /** The name of the object's type when it is one. */
  get objectType(): Type | undefined {
    return undefined
  }
  abstract get size(): number
  abstract find(key: Value): Value | undefined
  /** What `has(map.field)` says. */
  has(field: string): boolean {
    return this.find(field) !== undefined
  }
  abstract keys(): Iterable<Value>
}

/** A map of CEL values. */
export class EntryMap extends CelMap {
  private readonly entries: ReadonlyMap<MapKey, readonly [Value, Value]>
  constructor(entries: ReadonlyMap<MapKey, readonly [Value, Value]>) {
    super()
    this.entries = entries
  }
  get size(): number {
    return this.entries.size
  }
  find(key: Value): Value | undefined {
    return this.entries.get(mapKey(key))?.[1]
  }
  *keys(): Iterable<Value> {
    for (const [key] of this.entries.values()) yield key
  }
}

/** The map that a macro is filling. */
export class GrowingMap extends EntryMap {
  readonly growing: Map<MapKey, readonly [Value, Value]>
  constructor() {
    const growing = new Map<MapKey, readonly [Value, Value]>()
    super(growing)
    this.growing = growing
  }
}

export type MapKey = string | boolean | number | bigint | object | null

/** Equal numbers (1, 1u and 1.0 are) have one form as keys. */
export function mapKey(key: Value): MapKey {
  if (key instanceof Uint) return intOf(key.value)
  if (!(key instanceof Double)) return key
  if (!Number.isInteger(key.value)) return key.value
  return Number.isSafeInteger(key.value) ? key.value + 0 : intOf(BigInt(key.value))
}

/** A map of entries given one by one. */
export const entryMap = (entries: Iterable<readonly [Value, Value]>): EntryMap =>
  new EntryMap(new Map([...entries].map(entry => [mapKey(entry[0]), entry])))

/** An object that an expression made. */
export class ObjectValue extends CelMap {
  private readonly type: Type
  private readonly fields: ReadonlyMap<string, Value>
  constructor(type: Type, fields: ReadonlyMap<string, Value>) {
    super()
    this.type = type
    this.fields = fields
  }
  override get objectType(): Type {
    return this.type
  }
  get size(): number {
    return this.fields.size
  }
  find(key: Value): Value | undefined {
    return typeof key === 'string' ? this.fields.get(key) : undefined
  }
  keys(): Iterable<Value> {
    return this.fields.keys()
  }
}

/** An error of evaluation. Thrown, but no Error: it needs no stack, and expressions may make very many. */
export class EvalFailure {
  readonly message: string
  constructor(message: string) {
    this.message = message
  }
}

/** Fails the evaluation with a message for the user. */
export function fail(message: string): never {
  // oxlint-disable-next-line no-throw-literal
  throw new EvalFailure(message)
}

export const noSuchOverload = (): never => fail('no such overload')

const LARGEST_INT = 2n ** 63n - 1n
const SMALLEST_INT = -(2n ** 63n)
const LARGEST_UINT = 2n ** 64n - 1n

export const isInt64 = (value: bigint): boolean => value >= SMALLEST_INT && value <= LARGEST_INT
export const isUint64 = (value: bigint): boolean => value >= 0n && value <= LARGEST_UINT

/** The int in its unique form; the value is within int64. */
export const intOf = (value: bigint): number | bigint =>
  value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value

/** The int, or the failure that it is none. */
export const int64 = (value: bigint, message = 'integer overflow'): number | bigint => (isInt64(value) ? intOf(value) : fail(message))

export const uint64 = (value: bigint, message = 'unsigned integer overflow'): Uint => (isUint64(value) ? new Uint(value) : fail(message))

export const isInt = (value: Value): value is number | bigint => typeof value === 'number' || typeof value === 'bigint'

const LIST = listType(DYN)
const MAP = mapType(DYN, DYN)
const OPTIONAL = opaque('optional_type', DYN)

/** The type of a value at run time; what lists and maps hold is not looked at. */
export function typeOf(value: Value): Type {
  switch (typeof value) {
    case 'string': return STRING
    case 'number': case 'bigint': return INT
    case 'boolean': return BOOL
    default: return typeOfObject(value)
  }
}

function typeOfObject(value: object | null): Type {
  if (value === null) return NULL
  if (value instanceof CelMap) return value.objectType ?? MAP
  if (value instanceof List) return LIST
  if (value instanceof Double) return DOUBLE
  if (value instanceof Uint) return UINT
  if (value instanceof Uint8Array) return BYTES
  if (value instanceof Timestamp) return TIMESTAMP
  if (value instanceof Duration) return DURATION
  if (value instanceof TypeValue) return TYPE
  return value instanceof Optional ? OPTIONAL : (value as Opaque).type
}

/** Whether the value may be handed to a function that is declared for this type; parameters of lists and maps are not looked at. */
export function isOfType(value: Value, type: Type): boolean {
  switch (type.kind) {
    case 'dyn': case 'any': case 'param': case 'error': return true
    case 'wrapper': return value === null || isOfType(value, type.params[0]!)
    case 'type': return value instanceof TypeValue
    case 'object': return value instanceof CelMap ? value.objectType?.name === type.name : value instanceof Opaque && value.type.name === type.name
    case 'map': return value instanceof CelMap
    default: {
      const actual = typeOf(value)
      return actual.kind === type.kind && actual.name === type.name
    }
  }
}

/** Code points of a string. */
export function stringSize(text: string): number {
  let size = text.length
  for (let i = 0; i < text.length - 1; i++) {
    const code = text.charCodeAt(i)
    if (code >= 0xd800 && code <= 0xdbff && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) {
      size--
      i++
    }
  }
  return size
}

/** The size that costs are reckoned by: 1 for what has none. */
export function sizeOf(value: Value): number {
  if (typeof value === 'string') return stringSize(value)
  if (typeof value !== 'object' || value === null) return 1
  if (value instanceof List || value instanceof CelMap || value instanceof Opaque) return value.size
  if (value instanceof Uint8Array) return value.length
  if (value instanceof Optional && value.value !== undefined) return sizeOf(value.value)
  return 1
}
