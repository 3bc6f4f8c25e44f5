import { Double, Duration, Timestamp, Uint, fail, int64, isInt, noSuchOverload, uint64 } from './values.ts'
import type { Value } from './values.ts'

/** A double as Go prints it: shortest, with an exponent below 1e-4 and from `plainBelow` on (strconv: 1e6, fmt: 1e21). */
export function formatDouble(value: number, plainBelow = 1e6): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  if (Object.is(value, -0)) return '-0'
  const size = Math.abs(value)
  if (value === 0 || (size >= 1e-4 && size < plainBelow)) return String(value)
  const [mantissa, exponent] = value.toExponential().split('e') as [string, string]
  return `${mantissa}e${exponent[0]}${exponent.slice(1).padStart(2, '0')}`
}

/** The integer part, toward zero, when it is in the range of int64. */
export function doubleToInt(value: number): Value {
  if (!Number.isFinite(value) || value <= -(2 ** 63) || value >= 2 ** 63) return fail('integer overflow')
  return int64(BigInt(Math.trunc(value)))
}

export function doubleToUint(value: number): Value {
  if (!Number.isFinite(value) || value < 0 || value >= 2 ** 64) return fail('unsigned integer overflow')
  return uint64(BigInt(Math.trunc(value)))
}

const big = (value: number | bigint): bigint => BigInt(value)

type Small = (a: number, b: number) => number
type Big = (a: bigint, b: bigint) => bigint

/** An operator on two numbers of one type: exact on small ints, by bigint where the result leaves them. */
function numeric(name: string, small: Small, large: Big, floating?: Small) {
  return (a: Value, b: Value): Value => {
    if (isInt(a)) {
      if (!isInt(b)) return noSuchOverload()
      if (typeof a === 'number' && typeof b === 'number') {
        const result = small(a, b)
        if (Number.isSafeInteger(result)) return result + 0
      }
      return int64(large(big(a), big(b)))
    }
    if (a instanceof Double && floating) return b instanceof Double ? new Double(floating(a.value, b.value)) : noSuchOverload()
    if (a instanceof Uint) return b instanceof Uint ? uint64(large(a.value, b.value)) : noSuchOverload()
    return refuseOperator(name, a)
  }
}

/** The failure of an operator on a value that does not have it: strings and times answer themselves, for the others the operator is named. */
export const refuseOperator = (name: string, value: Value): never =>
  (typeof value === 'string' || value instanceof Timestamp || value instanceof Duration ? noSuchOverload() : fail(`no such overload: ${name}`))

export const addNumbers = numeric('_+_', (a, b) => a + b, (a, b) => a + b, (a, b) => a + b)
export const subtractNumbers = numeric('_-_', (a, b) => a - b, (a, b) => a - b, (a, b) => a - b)
export const multiply = numeric('_*_', (a, b) => a * b, (a, b) => a * b, (a, b) => a * b)
export const divide = numeric('_/_', (a, b) => (b === 0 ? fail('division by zero') : Math.trunc(a / b)), (a, b) => (b === 0n ? fail('division by zero') : a / b), (a, b) => a / b)
export const modulo = numeric('_%_', (a, b) => (b === 0 ? fail('modulus by zero') : a % b), (a, b) => (b === 0n ? fail('modulus by zero') : a % b))

export function negate(value: Value): Value {
  if (typeof value === 'number') return 0 - value
  if (typeof value === 'bigint') return int64(-value)
  return value instanceof Double ? new Double(-value.value) : typeof value === 'boolean' ? noSuchOverload() : refuseOperator('-_', value)
}
