import { CelMap, Double, Duration, List, Opaque, Optional, TypeValue, Uint, Timestamp, fail, isInt, mapKey } from './values.ts'
import { formatDuration, formatTimestamp } from './time.ts'
import { formatDouble } from './numbers.ts'
import type { Value } from './values.ts'

/** `operand.field`; a selection from an optional is optional. */
export function select(operand: Value, field: string): Value {
  if (operand instanceof CelMap) {
    const value = operand.find(field)
    if (value !== undefined) return value
  } else if (operand instanceof Optional) {
    return operand.value === undefined ? operand : optionalSelect(operand.value, field)
  } else if (operand instanceof List) {
    fail("unsupported index type 'string' in list")
  }
  return fail(`no such key: ${field}`)
}

/** `has(operand.field)` */
export function isPresent(operand: Value, field: string): boolean {
  if (operand instanceof CelMap) return operand.has(field)
  if (operand instanceof Optional) return operand.value !== undefined && isPresent(operand.value, field)
  return operand instanceof List ? fail("unsupported index type 'string' in list") : false
}

/** `operand.?field` and what is selected further on. */
export function optionalSelect(operand: Value, field: Value): Optional {
  if (operand instanceof Optional) return operand.value === undefined ? operand : optionalSelect(operand.value, field)
  if (operand instanceof CelMap) {
    const value = typeof field === 'string' && !operand.has(field) ? undefined : operand.find(field)
    return value instanceof Optional ? value : new Optional(value)
  }
  if (operand instanceof List) {
    const position = indexOf(field)
    return new Optional(position >= 0 && position < operand.size ? operand.at(position) : undefined)
  }
  return new Optional(undefined)
}

/** `operand[key]` */
export function index(operand: Value, key: Value): Value {
  if (operand instanceof List) {
    const position = indexOf(key)
    return position >= 0 && position < operand.size ? operand.at(position) : fail(`index out of bounds: ${printed(key)}`)
  }
  if (operand instanceof CelMap) {
    const value = operand.find(key)
    return value === undefined ? fail(`no such key: ${printed(key)}`) : value
  }
  if (operand instanceof Optional) return operand.value === undefined ? operand : optionalSelect(operand.value, key)
  return fail(`no such key: ${printed(key)}`)
}

function indexOf(key: Value): number {
  if (typeof key === 'number') return key
  if (key instanceof Uint || key instanceof Double || typeof key === 'bigint') {
    const position = mapKey(key)
    return Number.isInteger(position) ? Number(position) : fail(`unsupported index value ${printed(key)} in list`)
  }
  return fail(`unsupported index type '${typeName(key)}' in list`)
}

const typeName = (value: Value): string =>
  typeof value === 'string' ? 'string' : typeof value === 'boolean' ? 'bool' : value === null ? 'null_type' : value instanceof CelMap ? 'map' : value instanceof List ? 'list' : 'dyn'

/** A value as error messages print it. */
export function printed(value: Value): string {
  if (value === null) return 'null'
  if (typeof value === 'string' || typeof value === 'boolean' || isInt(value)) return String(value)
  if (value instanceof Double) return formatDouble(value.value, 1e21)
  if (value instanceof Uint) return String(value.value)
  if (value instanceof Uint8Array) return new TextDecoder().decode(value)
  if (value instanceof Timestamp) return formatTimestamp(value)
  if (value instanceof Duration) return formatDuration(value)
  if (value instanceof TypeValue) return value.type.name
  if (value instanceof List) return `[${[...value].map(printed).join(', ')}]`
  if (value instanceof CelMap) return `{${[...value.keys()].map(key => `${printed(key)}: ${printed(value.find(key)!)}`).join(', ')}}`
  if (value instanceof Optional) return value.value === undefined ? 'optional.none()' : `optional(${printed(value.value)})`
  return value instanceof Opaque ? String(value) : ''
}
