import { ArrayList, CelMap, Double, Duration, List, Opaque, Optional, Timestamp, TypeValue, Uint, intOf, isInt64 } from './values.ts'
import { DYN } from './types.ts'
import type { Type } from './types.ts'
import type { Value } from './values.ts'

/** The CEL value of a JSON value of this type. Lists, maps and objects are wrapped, not copied; their parts are made when asked for. */
export function fromJson(type: Type, raw: unknown): Value {
  switch (typeof raw) {
    case 'string': return type.read ? type.read(raw) as Value : raw
    case 'boolean': return raw
    case 'number': return type.kind === 'double' || !Number.isSafeInteger(raw) ? number(type, raw) : raw
    case 'bigint': return isInt64(raw) ? intOf(raw) : new Double(Number(raw))
    case 'object': return raw === null ? null : fromObject(type, raw)
    default: return null
  }
}

/** Numbers beyond 2^53 lost their last digits to JSON; what is whole and within int64 is still an int. */
function number(type: Type, raw: number): Value {
  if (type.kind === 'double' || !Number.isInteger(raw) || Math.abs(raw) >= 2 ** 63) return new Double(raw)
  return intOf(BigInt(raw))
}

function fromObject(type: Type, raw: object): Value {
  if (Array.isArray(raw)) return new JsonList(type, raw)
  return Object.getPrototypeOf(raw) === Object.prototype || !isValue(raw) ? new JsonMap(type, raw as Record<string, unknown>) : raw
}

const isValue = (raw: object): raw is Exclude<Value, null | string | number | bigint | boolean> =>
  raw instanceof List || raw instanceof CelMap || raw instanceof Opaque || raw instanceof Double || raw instanceof Uint || raw instanceof Uint8Array
  || raw instanceof Timestamp || raw instanceof Duration || raw instanceof Optional || raw instanceof TypeValue

class JsonList extends List {
  private readonly type: Type
  private readonly raw: readonly unknown[]
  constructor(type: Type, raw: readonly unknown[]) {
    super()
    this.type = type
    this.raw = raw
  }
  override get keys(): readonly string[] | undefined {
    return this.type.listKeys
  }
  get size(): number {
    return this.raw.length
  }
  at(index: number): Value {
    return fromJson(this.type.kind === 'list' ? this.type.params[0]! : DYN, this.raw[index])
  }
}

class JsonMap extends CelMap {
  private readonly type: Type
  private readonly raw: Readonly<Record<string, unknown>>
  constructor(type: Type, raw: Readonly<Record<string, unknown>>) {
    super()
    this.type = type
    this.raw = raw
  }
  override get objectType(): Type | undefined {
    return this.type.kind === 'object' ? this.type : undefined
  }
  get size(): number {
    return Object.keys(this.raw).length
  }
  find(key: Value): Value | undefined {
    if (typeof key !== 'string') return undefined
    const { field } = this.type
    if (field) return this.fieldValue(key, field)
    if (!Object.hasOwn(this.raw, key)) return undefined
    return fromJson(this.type.kind === 'map' ? this.type.params[1]! : DYN, this.raw[key])
  }
  private fieldValue(key: string, field: NonNullable<Type['field']>): Value | undefined {
    const declared = field(key)
    const property = declared?.property ?? key
    const value = Object.hasOwn(this.raw, property) ? this.raw[property] : undefined
    return declared === undefined || value === undefined ? undefined : fromJson(declared.type, value)
  }
  *keys(): Iterable<Value> {
    yield* Object.keys(this.raw)
  }
}

/** The JSON form of a value that came from `fromJson` or from literals; types without one are shown as text by `text`. */
export function toJson(value: Value, text: (value: Value) => unknown): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  if (value instanceof Double) return value.value
  if (value instanceof List) return [...value].map(element => toJson(element, text))
  if (value instanceof CelMap) return Object.fromEntries([...value.keys()].map(key => [String(toJson(key, text)), toJson(value.find(key)!, text)]))
  if (value instanceof Optional) return value.value === undefined ? null : toJson(value.value, text)
  return text(value)
}

/** A list of values as CEL has it. */
export const listOfValues = (values: readonly Value[]): List => new ArrayList(values)
