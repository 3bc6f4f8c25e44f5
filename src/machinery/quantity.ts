/**
 * Kubernetes' decimal numbers with units (`500m`, `1Gi`, `12e6`). Arithmetic is exact: a quantity is coefficient × 10^scale with a bigint
 * coefficient. In objects a quantity is its canonical text.
 */
type Format = 'decimal' | 'binary' | 'exponent'

export interface Quantity {
  readonly coefficient: bigint
  readonly scale: number
  /** The family of suffixes that the text used; results of arithmetic keep the left operand's. */
  readonly format: Format
  /** `e` or `E`, as the text had it. */
  readonly letter?: 'E'
}

const WRONG_FORMAT = String.raw`quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'`
const WRONG_SUFFIX = "unable to parse quantity's suffix"
const DECIMAL: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 }
const BINARY: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 }
const DECIMAL_SUFFIXES = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E']
const BINARY_SUFFIXES = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei']
const LARGEST = 2n ** 63n - 1n
const SMALLEST_SCALE = -9
/** More digits than this are held to the range of int64 and to nanos, as upstream does. */
const FREE_DIGITS = 18
/** Upstream's exponents end at int32; from 1,000 on they would only make the server work, and are capped like other large numbers. */
const LARGEST_EXPONENT = 2 ** 31 - 1
const LARGEST_FREE_SCALE = 1000

const power = (exponent: number): bigint => 10n ** BigInt(exponent)
const abs = (value: bigint): bigint => (value < 0n ? -value : value)

/** Division that rounds away from zero. */
function divideUp(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor
  return value % divisor === 0n ? quotient : quotient + (value < 0n ? -1n : 1n)
}

/** Reads a quantity; throws an Error worded as upstream's. */
export function parseQuantity(text: string): Quantity {
  const match = /^([+-]?)([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*[-+]?[0-9]*)$/.exec(text)
  if (!match || text === '') throw new Error(WRONG_FORMAT)
  const [, sign, whole = '', fraction = '', suffix = ''] = match
  const unit = unitOf(suffix)
  const digits = whole.replace(/^0+/, '') + fraction
  const magnitude = BigInt(digits || '0') * (unit.format === 'binary' ? 2n ** BigInt(unit.exponent) : 1n)
  const coefficient = sign === '-' ? -magnitude : magnitude
  const scale = (unit.format === 'binary' ? 0 : unit.exponent) - fraction.length
  const free = digits.length <= FREE_DIGITS && scale >= SMALLEST_SCALE && scale < LARGEST_FREE_SCALE && unit.format !== 'binary'
  const letter = suffix.startsWith('E') && unit.format === 'exponent' ? { letter: 'E' as const } : {}
  return free ? { coefficient, scale, format: unit.format, ...letter } : { ...bounded(coefficient, scale), format: unit.format, ...letter }
}

function unitOf(suffix: string): { format: Format; exponent: number } {
  const decimal = DECIMAL[suffix]
  if (decimal !== undefined) return { format: 'decimal', exponent: decimal }
  const binary = BINARY[suffix]
  if (binary !== undefined) return { format: 'binary', exponent: binary }
  if (!/^[eE][-+]?[0-9]+$/.test(suffix)) throw new Error(WRONG_SUFFIX)
  const exponent = Number(suffix.slice(1))
  if (Math.abs(exponent) > LARGEST_EXPONENT) throw new Error(WRONG_SUFFIX)
  return { format: 'exponent', exponent }
}

/** Rounds up to nanos and caps at the largest int64. */
function bounded(coefficient: bigint, scale: number): { coefficient: bigint; scale: number } {
  if (coefficient === 0n) return { coefficient, scale: 0 }
  if (scale > 18) return { coefficient: coefficient < 0n ? -LARGEST : LARGEST, scale: 0 }
  const tiny = scale < -(coefficient.toString().length + 10)
  const nanos = tiny ? (coefficient < 0n ? -1n : 1n) : rescaled({ coefficient, scale }, SMALLEST_SCALE)
  if (abs(nanos) > LARGEST * power(9)) return { coefficient: nanos < 0n ? -LARGEST : LARGEST, scale: 0 }
  return { coefficient: nanos, scale: SMALLEST_SCALE }
}

/** The coefficient at another scale, rounded away from zero. */
function rescaled({ coefficient, scale }: { coefficient: bigint; scale: number }, to: number): bigint {
  if (coefficient === 0n) return 0n
  if (scale >= to) return coefficient * power(scale - to)
  return to - scale > coefficient.toString().length + 1 ? (coefficient < 0n ? -1n : 1n) : divideUp(coefficient, power(to - scale))
}

/** The canonical text: no fraction, the largest unit of its family, no digit lost. */
export function formatQuantity(quantity: Quantity): string {
  const { coefficient, scale, format } = quantity
  if (coefficient === 0n) return '0'
  return (format === 'binary' && formatBinary(coefficient, scale)) || formatDecimal(quantity)
}

function formatBinary(coefficient: bigint, scale: number): string | undefined {
  const whole = rescaled({ coefficient, scale }, 0)
  if (abs(whole) < 1024n || (scale < 0 && whole * power(-scale) !== coefficient)) return undefined
  let [number, unit] = [whole, 0]
  while (unit < BINARY_SUFFIXES.length - 1 && number % 1024n === 0n) [number, unit] = [number / 1024n, unit + 1]
  return `${number}${BINARY_SUFFIXES[unit]}`
}

function formatDecimal({ coefficient, scale, format, letter }: Quantity): string {
  let digits = coefficient.toString()
  const zeros = digits.length - digits.replace(/0+$/, '').length
  let exponent = scale + zeros
  digits = digits.slice(0, digits.length - zeros)
  const excess = ((exponent % 3) + 3) % 3
  digits += '0'.repeat(excess)
  exponent -= excess
  if (format === 'exponent') return exponent === 0 ? digits : `${digits}${letter ?? 'e'}${exponent}`
  const shown = Math.min(exponent, 18)
  return `${digits}${'0'.repeat(exponent - shown)}${DECIMAL_SUFFIXES[shown / 3 + 3]}`
}

/** A canonical text whatever was written; throws an Error worded as upstream's. */
export function canonicalQuantity(text: string): string {
  if (/^(?:0|[1-9][0-9]{0,2}(?:[mkMGTPE]|[KMGTPE]i)?)$/.test(text)) return text
  return formatQuantity(parseQuantity(text.trim()))
}

const THOUSANDTHS: ReadonlyMap<string, number> = new Map([
  ['m', 1], ...(['', 'k', 'M', 'G'] as const).map(suffix => [suffix, 1000 * 10 ** DECIMAL[suffix]!] as const), ...(['Ki', 'Mi', 'Gi'] as const).map(suffix => [suffix, 1000 * 2 ** BINARY[suffix]!] as const),
])

/** How many thousandths a quantity is, where that is a whole number that a double holds; undefined of others. Nearly all quantities are such. */
function thousandths(text: string): number | undefined {
  let whole = 0
  let at = 0
  for (; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 48
    if (digit < 0 || digit > 9) break
    whole = whole * 10 + digit
  }
  const unit = at === 0 ? undefined : THOUSANDTHS.get(text.slice(at))
  const exact = unit === undefined ? NaN : whole * unit
  return Number.isSafeInteger(exact) ? exact : undefined
}

/** Negative, zero or positive, as a is less than, equal to or more than b. */
export function compareQuantities(a: string, b: string): number {
  if (a === b) return 0
  const [few, many] = [thousandths(a), thousandths(b)]
  if (few !== undefined && many !== undefined) return Math.sign(few - many)
  const [left, right] = [parseQuantity(a), parseQuantity(b)]
  const scale = Math.min(left.scale, right.scale)
  const [x, y] = [rescaled(left, scale), rescaled(right, scale)]
  return x < y ? -1 : x > y ? 1 : 0
}

function combine(a: string, b: string, sign: 1n | -1n): string {
  const [left, right] = [parseQuantity(a), parseQuantity(b)]
  const scale = Math.min(left.scale, right.scale)
  const format = left.coefficient === 0n ? right : left
  return formatQuantity({ ...format, coefficient: rescaled(left, scale) + sign * rescaled(right, scale), scale })
}

/** a + b, in a's family of suffixes (b's when a is zero). */
export const addQuantities = (a: string, b: string): string => combine(a, b, 1n)

/** a - b, in a's family of suffixes (b's when a is zero). */
export const subtractQuantities = (a: string, b: string): string => combine(a, b, -1n)

/** The canonical text rounded up (away from zero) to thousandths. */
export function roundToMilli(text: string): string {
  const quantity = parseQuantity(text)
  return quantity.scale >= -3 ? formatQuantity(quantity) : formatQuantity({ ...quantity, coefficient: rescaled(quantity, -3), scale: -3 })
}

/** The value, rounded up to a whole number. */
export function value(text: string): number {
  const match = /^([0-9]{1,15})([KMG]i)?$/.exec(text)
  if (match) return Number(match[1]) * (match[2] ? 2 ** BINARY[match[2]]! : 1)
  return Number(rescaled(parseQuantity(text), 0))
}

/** The value in thousandths, rounded up. */
export function milliValue(text: string): number {
  const match = /^([0-9]{1,12})(m?)$/.exec(text)
  if (match) return Number(match[1]) * (match[2] ? 1 : 1000)
  return Number(rescaled(parseQuantity(text), -3))
}

/** The quantity that is this many thousandths, in decimal units. */
export const fromMilli = (thousandths: number): string => formatQuantity({ coefficient: BigInt(Math.ceil(thousandths)), scale: -3, format: 'decimal' })

/** The quantity that is this whole number, in binary units when `format` says so. */
export const fromNumber = (whole: number, format: 'decimal' | 'binary' = 'decimal'): string => formatQuantity({ coefficient: BigInt(Math.ceil(whole)), scale: 0, format })
