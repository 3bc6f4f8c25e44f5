import { sameType } from './types.ts'
import { CelMap, Double, Duration, List, Opaque, Optional, Timestamp, TypeValue, Uint, fail, isInt, mapKey, noSuchOverload } from './values.ts'
import type { Value } from './values.ts'

/** Whether two values are equal; values of different types are unequal, numbers are compared as numbers. */
export function equal(a: Value, b: Value): boolean {
  if (a === b) return true
  if (typeof a === 'string' || typeof a === 'boolean' || a === null || b === null) return false
  if (isNumeric(a)) return isNumeric(b) && compareNumbers(a, b) === 0
  if (a instanceof List) return b instanceof List && equalLists(a, b)
  if (a instanceof CelMap) return b instanceof CelMap && equalMaps(a, b)
  if (a instanceof Uint8Array) return b instanceof Uint8Array && a.length === b.length && a.every((byte, i) => byte === b[i])
  if (a instanceof Timestamp) return b instanceof Timestamp && a.seconds === b.seconds && a.nanos === b.nanos
  if (a instanceof Duration) return b instanceof Duration && a.nanos === b.nanos
  if (a instanceof TypeValue) return b instanceof TypeValue && a.type.name === b.type.name
  if (a instanceof Optional) return b instanceof Optional && equalOptionals(a, b)
  return a instanceof Opaque && b instanceof Opaque && sameType(a.type, b.type) && a.equals(b)
}

const isNumeric = (value: Value): value is number | bigint | Double | Uint => isInt(value) || value instanceof Double || value instanceof Uint

function equalOptionals(a: Optional, b: Optional): boolean {
  if (a.value === undefined || b.value === undefined) return a.value === b.value
  return equal(a.value, b.value)
}

function equalLists(a: List, b: List): boolean {
  if (a.size !== b.size) return false
  const keys = a.keys
  if (keys) return keys.length === 0 ? isSubset(a, b) && isSubset(b, a) : equalByKeys(a, b, keys)
  for (let i = 0; i < a.size; i++) if (!equal(a.at(i), b.at(i))) return false
  return true
}

/** Elements of sets are scalars. */
function isSubset(a: List, b: List): boolean {
  const present = new Set([...b].map(mapKey))
  return [...a].every(value => present.has(mapKey(value)))
}

function equalByKeys(a: List, b: List, keys: readonly string[]): boolean {
  const others = new Map([...b].map(element => [keyOf(element, keys), element]))
  return [...a].every(element => {
    const other = others.get(keyOf(element, keys))
    return other !== undefined && equal(element, other)
  })
}

/** What tells elements of a list with keys apart. */
export const keyOf = (element: Value, keys: readonly string[]): string =>
  JSON.stringify(element instanceof CelMap ? keys.map(key => String(element.find(key) ?? '')) : [])

function equalMaps(a: CelMap, b: CelMap): boolean {
  if (a.size !== b.size) return false
  for (const key of a.keys()) {
    const [x, y] = [a.find(key), b.find(key)]
    if (x === undefined || y === undefined || !equal(x, y)) return false
  }
  return true
}

/** Negative, zero, positive; NaN where there is no order. Ints are compared exactly with each other, with doubles as doubles. */
export function compareNumbers(a: number | bigint | Double | Uint, b: number | bigint | Double | Uint): number {
  const mixed = a instanceof Double || b instanceof Double
  const [x, y] = [comparable(a, mixed), comparable(b, mixed)]
  return x < y ? -1 : x > y ? 1 : x == y ? 0 : Number.NaN // oxlint-disable-line eqeqeq -- a number and a bigint
}

function comparable(value: number | bigint | Double | Uint, asDouble: boolean): number | bigint {
  const plain = value instanceof Double || value instanceof Uint ? value.value : value
  return asDouble ? Number(plain) : plain
}

/** Order of strings by code points, which is that of their UTF-8. */
export function compareStrings(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)]
    if (x === y) continue
    const [highX, highY] = [isSurrogate(x), isSurrogate(y)]
    return highX === highY ? x - y : highX ? 1 : -1
  }
  return a.length - b.length
}

const isSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdfff

/** Order of values that have one: numbers, strings, bytes, booleans, timestamps, durations. */
export function compare(a: Value, b: Value): number {
  if (isNumeric(a)) {
    if (!isNumeric(b)) return noSuchOverload()
    const order = compareNumbers(a, b)
    return Number.isNaN(order) ? fail('NaN values cannot be ordered') : order
  }
  if (typeof a === 'string') return typeof b === 'string' ? compareStrings(a, b) : noSuchOverload()
  if (typeof a === 'boolean') return typeof b === 'boolean' ? Number(a) - Number(b) : noSuchOverload()
  if (a instanceof Uint8Array) return b instanceof Uint8Array ? compareBytes(a, b) : noSuchOverload()
  if (a instanceof Timestamp) return b instanceof Timestamp ? a.seconds - b.seconds || a.nanos - b.nanos : noSuchOverload()
  if (a instanceof Duration) return b instanceof Duration ? compareNumbers(a.nanos, b.nanos) : noSuchOverload()
  return noSuchOverload()
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!
  return a.length - b.length
}
