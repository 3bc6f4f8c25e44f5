import { nominal, traversal } from './costs.ts'
import { declare, method, overload } from '../declarations.ts'
import { addQuantities, compareQuantities, formatQuantity, parseQuantity, subtractQuantities } from '../../quantity.ts'
import { BOOL, DOUBLE, INT, STRING, handleType } from '../types.ts'
import { Double, Opaque, fail, intOf, isInt64 } from '../values.ts'
import type { Library } from '../declarations.ts'
import type { Type } from '../types.ts'
import type { Value } from '../values.ts'

export const QUANTITY_TYPE = handleType('kubernetes.Quantity')

/** Upstream keeps what fits in such a form; only that can be an integer, and only when the scale is not negative. */
interface Amount {
  readonly value: bigint
  readonly scale: number
}

export class QuantityValue extends Opaque {
  readonly text: string
  readonly amount: Amount | undefined
  constructor(text: string, amount: Amount | undefined) {
    super()
    this.text = text
    this.amount = amount
  }
  get type(): Type {
    return QUANTITY_TYPE
  }
  override equals(other: Opaque): boolean {
    return other instanceof QuantityValue && compareQuantities(this.text, other.text) === 0
  }
  override toString(): string {
    return formatQuantity(parseQuantity(this.text))
  }
}

/** How many digits an amount may have. */
const MOST_DIGITS = 18
const BINARY_DIGITS = 15

function amountOf(text: string): Amount | undefined {
  const [, sign, whole = '', fraction = '', suffix = ''] = /^([+-]?)0*([0-9]*)(?:\.([0-9]*))?(.*)$/s.exec(text)!
  const binary = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'].indexOf(suffix)
  const { coefficient, scale } = parseQuantity(text)
  if (binary >= 0) {
    const precision = BINARY_DIGITS - whole.length - Math.trunc(((binary + 1) * 10 * 3) / 10) - 1
    return fraction === '' && precision >= 0 ? { value: scale < 0 ? coefficient / 10n ** BigInt(-scale) : coefficient * 10n ** BigInt(scale), scale: 0 } : undefined
  }
  const digits = BigInt(`${whole}${fraction}` || '0')
  return whole.length + fraction.length <= MOST_DIGITS && scale >= -9 ? { value: sign === '-' ? -digits : digits, scale } : undefined
}

function addAmounts(a: Amount | undefined, b: Amount | undefined): Amount | undefined {
  if (!a || !b) return undefined
  if (b.value === 0n) return a
  if (a.value === 0n) return b
  const scale = Math.min(a.scale, b.scale)
  const value = a.value * 10n ** BigInt(a.scale - scale) + b.value * 10n ** BigInt(b.scale - scale)
  return isInt64(value) ? { value, scale } : undefined
}

function quantityOf(text: string): QuantityValue {
  try {
    return new QuantityValue(text, amountOf(text))
  } catch (error) {
    return fail((error as Error).message)
  }
}

function isQuantity(text: string): boolean {
  try {
    parseQuantity(text)
    return true
  } catch {
    return false
  }
}

const add = (a: QuantityValue, b: QuantityValue): QuantityValue => new QuantityValue(addQuantities(a.text, b.text), addAmounts(a.amount, b.amount))
const subtract = (a: QuantityValue, b: QuantityValue): QuantityValue =>
  new QuantityValue(subtractQuantities(a.text, b.text), addAmounts(a.amount, b.amount && { ...b.amount, value: -b.amount.value }))
const ofInt = (value: number | bigint): QuantityValue => new QuantityValue(String(value), { value: BigInt(value), scale: 0 })

/** The whole number that it is, when int64 holds it. */
function wholeOf({ amount }: QuantityValue): bigint | undefined {
  if (!amount || amount.scale < 0) return undefined
  const value = amount.value * 10n ** BigInt(Math.min(amount.scale, 19))
  return isInt64(value) ? value : undefined
}

function asInteger(quantity: QuantityValue): Value {
  const whole = wholeOf(quantity)
  return whole === undefined ? fail('cannot convert value to integer') : intOf(whole)
}

function asFloat({ text }: QuantityValue): Value {
  const { coefficient, scale } = parseQuantity(text)
  return new Double(Number(`${coefficient}e${scale}`))
}

const compare = (a: QuantityValue, b: QuantityValue): number => Math.sign(compareQuantities(a.text, b.text))
const Q = QUANTITY_TYPE

/** Kubernetes' numbers with units. */
export const quantity: Library = {
  name: 'kubernetes.quantity',
  functions: [
    declare('quantity', overload('string_to_quantity', [STRING], Q, quantityOf, traversal())),
    declare('isQuantity', overload('is_quantity_string', [STRING], BOOL, isQuantity, traversal())),
    declare('sign', overload('quantity_sign', [Q], INT, ({ text }: QuantityValue) => Math.sign(compareQuantities(text, '0')), nominal)),
    declare('isGreaterThan', method('quantity_is_greater_than', [Q, Q], BOOL, (a: QuantityValue, b: QuantityValue) => compare(a, b) > 0, nominal)),
    declare('isLessThan', method('quantity_is_less_than', [Q, Q], BOOL, (a: QuantityValue, b: QuantityValue) => compare(a, b) < 0, nominal)),
    declare('compareTo', method('quantity_compare_to', [Q, Q], INT, compare, nominal)),
    declare('asApproximateFloat', method('quantity_get_float', [Q], DOUBLE, asFloat, nominal)),
    declare('asInteger', method('quantity_get_int', [Q], INT, asInteger, nominal)),
    declare('isInteger', method('quantity_is_integer', [Q], BOOL, (value: QuantityValue) => wholeOf(value) !== undefined, nominal)),
    declare(
      'add', method('quantity_add', [Q, Q], Q, add, nominal), method('quantity_add_int', [Q, INT], Q, (a: QuantityValue, b: number | bigint) => add(a, ofInt(b)), nominal),
    ),
    declare(
      'sub', method('quantity_sub', [Q, Q], Q, subtract, nominal), method('quantity_sub_int', [Q, INT], Q, (a: QuantityValue, b: number | bigint) => subtract(a, ofInt(b)), nominal),
    ),
  ],
}
