import type { Cause } from '../machinery/status.ts'

/** Causes, worded as Kubernetes words them. A path is written as it is shown: `spec.containers[0].image`, `data[key]`. */
const json = (value: unknown): string => (value === undefined ? 'null' : JSON.stringify(value).replace(/\\u00([01][0-9a-f])/g, (_, code: string) => escapes[code] ?? `\\x${code}`))
/** Control characters are shown as Go shows them. */
const escapes: Readonly<Record<string, string>> = { '07': '\\a', '0b': '\\v' }

export const required = (field: string, detail = ''): Cause => ({ reason: 'FieldValueRequired', message: detail ? `Required value: ${detail}` : 'Required value', field })

export const invalid = (field: string, value: unknown, detail: string): Cause =>
  ({ reason: 'FieldValueInvalid', message: `Invalid value: ${json(value)}${detail && `: ${detail}`}`, field })

export const notSupported = (field: string, value: unknown, supported: readonly string[]): Cause => ({
  reason: 'FieldValueNotSupported',
  message: `Unsupported value: ${json(value)}${supported.length ? `: supported values: ${supported.map(json).join(', ')}` : ''}`,
  field,
})

export const duplicate = (field: string, value: unknown): Cause => ({ reason: 'FieldValueDuplicate', message: `Duplicate value: ${json(value)}`, field })

export const forbidden = (field: string, detail: string): Cause => ({ reason: 'FieldValueForbidden', message: `Forbidden: ${detail}`, field })

export const notFound = (field: string, value: unknown): Cause => ({ reason: 'FieldValueNotFound', message: `Not found: ${json(value)}`, field })

export const tooLong = (field: string, bytes: number): Cause => ({ reason: 'FieldValueTooLong', message: `Too long: may not be more than ${bytes} bytes`, field })

export const tooMany = (field: string, count: number, most: number): Cause =>
  ({ reason: 'FieldValueTooMany', message: `Too many: ${count}: must have at most ${most} items`, field })

/** One `Invalid value` for each thing that a rule finds wrong with a text. */
export const invalidBy = (field: string, value: string, rule: (text: string) => string[]): Cause[] => rule(value).map(detail => invalid(field, value, detail))

export const nonNegative = (field: string, value: number | undefined): Cause[] =>
  value !== undefined && value < 0 ? [invalid(field, value, 'must be greater than or equal to 0')] : []

export const inRange = (field: string, value: number, least: number, most: number): Cause[] =>
  value < least || value > most ? [invalid(field, value, `must be between ${least} and ${most}, inclusive`)] : []

/** `field is immutable` when the two differ. */
export const immutable = (field: string, next: unknown, old: unknown): Cause[] => (sameJson(next, old) ? [] : [invalid(field, next, 'field is immutable')])

/** Whether two JSON values are the same; empty lists count as absent, as they do in storage. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (isEmpty(a) && isEmpty(b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || !a || !b || Array.isArray(a) !== Array.isArray(b)) return false
  if (Array.isArray(a)) return a.length === (b as unknown[]).length && a.every((item, index) => sameJson(item, (b as unknown[])[index]))
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>]
  for (const key in left) if (!sameJson(left[key], right[key])) return false
  for (const key in right) if (!(key in left) && !sameJson(undefined, right[key])) return false
  return true
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true
  return Array.isArray(value) && value.length === 0
}
