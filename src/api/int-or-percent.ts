import { rule } from '../machinery/names.ts'
import type { Cause } from '../machinery/status.ts'
import { invalid, nonNegative } from './validation.ts'

const PERCENT = /^[0-9]+%$/

/** A count that is not negative, or a percentage. */
export function validateIntOrPercent(field: string, value: number | string): Cause[] {
  if (typeof value === 'number') return nonNegative(field, value)
  return PERCENT.test(value) ? [] : [invalid(field, value, rule("a valid percent string must be a numeric string followed by an ending '%'", '[0-9]+%', '1%', '93%'))]
}

/** A percentage is of something, so there is no more of it than 100. */
export const validateAtMostAll = (field: string, value: number | string): Cause[] =>
  percentOf(value) > 100 ? [invalid(field, value, 'must not be greater than 100%')] : []

/** The number of a percentage; counts and malformed texts are 0. */
const percentOf = (value: number | string): number => (typeof value === 'string' && PERCENT.test(value) ? Number.parseInt(value, 10) : 0)

/** The number, whichever form it has. */
export const intOrPercentValue = (value: number | string): number => (typeof value === 'number' ? value : percentOf(value))
