import { CLAUSES } from '../format-check.ts'
import { formatDouble } from '../numbers.ts'
import { formatDuration, formatTimestamp } from '../time.ts'
import { CelMap, Double, Duration, List, Timestamp, TypeValue, Uint, affordCharacters, fail, isInt, typeOf } from '../values.ts'
import type { Value } from '../values.ts'

const DEFAULT_PRECISION = 6

/** `'%s has %d'.format([…])`, with upstream's clauses: s, d, f, e, b, x, X, o, %%. */
export function formatString(template: string, args: List): string {
  let used = 0
  const next = (): Value => (used < args.size ? args.at(used++) : fail(`index ${used} out of range`))
  const argument = (): Value => (used < args.size ? args.at(used) : fail(`index ${used} out of range`))
  let result = ''
  for (let i = 0; i < template.length; i++) {
    if (template[i] !== '%') {
      result += template[i]
      continue
    }
    if (template[i + 1] !== '%') argument()
    const clause = /(?:\.([0-9]+))?(.)/sy
    clause.lastIndex = i + 1
    const match = clause.exec(template)
    if (!match) return fail('unexpected end of string')
    i += match[0].length
    affordCharacters(result.length)
    result += match[0] === '%' ? '%' : formatClause(match[2]!, match[1] === undefined ? undefined : Number(match[1]), next)
  }
  return result
}

function formatClause(verb: string, precision: number | undefined, next: () => Value): string {
  switch (verb) {
    case 's': return shown(next())
    case 'd': return decimal(next())
    case 'f': return floating(next(), 'f', value => withGroups(fixedPoint(value, Math.min(precision ?? DEFAULT_PRECISION, 100))))
    case 'e': return floating(next(), 'e', scientific)
    case 'b': return inBase(next(), 2, 'b')
    case 'o': return inBase(next(), 8, 'o')
    case 'x': case 'X': return hexadecimal(next(), verb === 'X')
    case '.': return fail('could not parse formatting clause: error while parsing precision: error while converting precision to integer: strconv.Atoi: parsing "": invalid syntax')
    default: return fail(`could not parse formatting clause: unrecognized formatting clause "${verb}"`)
  }
}

const wrong = (verb: string, value: Value): never => fail(`error during formatting: ${CLAUSES[verb]!.wording}, was given ${typeOf(value).name}`)

function shown(value: Value): string {
  if (typeof value === 'string') return value
  if (value === null) return 'null'
  if (typeof value === 'boolean' || isInt(value)) return String(value)
  if (value instanceof Uint) return String(value.value)
  if (value instanceof Double) return formatDouble(value.value)
  if (value instanceof Uint8Array) return textOf(value)
  if (value instanceof Timestamp) return formatTimestamp(value)
  if (value instanceof Duration) return formatDuration(value)
  if (value instanceof TypeValue) return value.type.name
  if (value instanceof List) return `[${[...value].map(nested).join(', ')}]`
  if (value instanceof CelMap) return shownMap(value)
  return wrong('s', value)
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return fail('error during formatting: could not convert argument "invalid UTF-8 in bytes, cannot convert to string" to string')
  }
}

/** A value within a list or map is written as a literal. */
function nested(value: Value): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (value instanceof Uint8Array) return `b${JSON.stringify(shown(value))}`
  if (value instanceof Timestamp) return `timestamp("${formatTimestamp(value)}")`
  if (value instanceof Duration) return `duration("${formatDuration(value)}")`
  if (value instanceof Double) return Number.isFinite(value.value) ? value.value.toFixed(DEFAULT_PRECISION) : JSON.stringify(formatDouble(value.value))
  return shown(value)
}

function shownMap(map: CelMap): string {
  const entries = [...map.keys()].map(key => [nestedKey(key), nested(map.find(key)!)] as const).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return `{${entries.map(([key, value]) => `${key}:${value}`).join(', ')}}`
}

const nestedKey = (key: Value): string =>
  (typeof key === 'string' || typeof key === 'boolean' || isInt(key) || key instanceof Uint ? nested(key) : fail(`error during formatting: no formatting function for map key of type ${typeOf(key).name}`))

function decimal(value: Value): string {
  if (isInt(value)) return String(value)
  return value instanceof Uint ? String(value.value) : wrong('d', value)
}

function floating(value: Value, verb: string, format: (value: number) => string): string {
  const number = value instanceof Double ? value.value : value === 'NaN' ? Number.NaN : value === 'Infinity' ? Infinity : value === '-Infinity' ? -Infinity : undefined
  if (number === undefined) return wrong(verb, value)
  if (Number.isFinite(number)) return format(number)
  const special = Number.isNaN(number) ? 'NaN' : number > 0 ? '∞' : '-∞'
  return verb === 'e' ? special.padStart(DEFAULT_PRECISION) : special
}

/** With so many decimals; halves go to the even neighbour. */
function fixedPoint(value: number, decimals: number): string {
  const rounded = value.toFixed(decimals)
  // oxlint-disable-next-line number-arg-out-of-range -- engines take up to 100
  const exact = value.toFixed(100)
  const end = exact.indexOf('.') + 1 + decimals
  const cut = exact.slice(0, decimals === 0 ? end - 1 : end)
  return /^50*$/.test(exact.slice(end)) && Number(cut.at(-1)) % 2 === 0 ? cut : rounded
}

/** Upstream formats in en_US. */
const withGroups = (text: string): string => text.replace(/^(-?)(\d+)/, (_, sign: string, digits: string) => sign + digits.replace(/\B(?=(\d{3})+$)/g, ','))

/** Upstream's printer of numbers heeds no precision here. */
function scientific(value: number): string {
  const [mantissa, exponent] = value.toExponential(DEFAULT_PRECISION).split('e') as [string, string]
  return `${mantissa}×10${exponent[0] === '-' ? '⁻' : ''}${[...exponent.slice(1).padStart(2, '0')].map(digit => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)]).join('')}`
}

function inBase(value: Value, base: number, verb: string): string {
  if (isInt(value)) return BigInt(value).toString(base)
  if (value instanceof Uint) return value.value.toString(base)
  if (typeof value === 'boolean' && base === 2) return value ? '1' : '0'
  return wrong(verb, value)
}

function hexadecimal(value: Value, upper: boolean): string {
  const text = isInt(value) ? BigInt(value).toString(16)
    : value instanceof Uint ? value.value.toString(16)
    : typeof value === 'string' ? hexOf(new TextEncoder().encode(value))
    : value instanceof Uint8Array ? hexOf(value)
    : wrong('x', value)
  return upper ? text.toUpperCase() : text
}

const hexOf = (bytes: Uint8Array): string => [...bytes].map(byte => byte.toString(16).padStart(2, '0')).join('')
