import { nominal, traversal } from './costs.ts'
import { declare, method, overload } from '../declarations.ts'
import { addQuantities, compareQuantities, formatQuantity, parseQuantity, subtractQuantities } from '../../quantity.ts'
import { BOOL, DOUBLE, INT, STRING, handleType } from '../types.ts'
import { Double, Opaque, fail, intOf, isInt64 } from '../values.ts'
import type { Library } from '../declarations.ts'
import type { Type } from '../types.ts'
import type { Value } from '../values.ts'

export const QUANTITY_TYPE = handleType('kubernetes.Quantity')

export class QuantityValue extends Opaque {
  readonly text: string
  constructor(text: string) {
    super()
    this.text = text
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

function quantityOf(text: string): QuantityValue {
  try {
    parseQuantity(text)
    return new QuantityValue(text)
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

/** The whole number that it is, when int64 holds it. */
function wholeOf({ text }: QuantityValue): bigint | undefined {
  const { coefficient, scale } = parseQuantity(text)
  if (scale >= 0) return scale > 18 && coefficient !== 0n ? undefined : within(coefficient * 10n ** BigInt(Math.min(scale, 18)))
  const unit = 10n ** BigInt(-scale)
  return coefficient % unit === 0n ? within(coefficient / unit) : undefined
}
const within = (value: bigint): bigint | undefined => (isInt64(value) ? value : undefined)

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
      'add', method('quantity_add', [Q, Q], Q, (a: QuantityValue, b: QuantityValue) => new QuantityValue(addQuantities(a.text, b.text)), nominal),
      method('quantity_add_int', [Q, INT], Q, (a: QuantityValue, b: number | bigint) => new QuantityValue(addQuantities(a.text, String(b))), nominal),
    ),
    declare(
      'sub', method('quantity_sub', [Q, Q], Q, (a: QuantityValue, b: QuantityValue) => new QuantityValue(subtractQuantities(a.text, b.text)), nominal),
      method('quantity_sub_int', [Q, INT], Q, (a: QuantityValue, b: number | bigint) => new QuantityValue(subtractQuantities(a.text, String(b))), nominal),
    ),
  ],
}
