import { canonicalQuantity } from '../quantity.ts'
import { badRequest } from '../status.ts'
import { formatDuration, parseDuration } from './duration.ts'

const pad = (value: number, width: number): string => String(value).padStart(width, '0')
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** Base64 as Go writes it; line breaks are forgiven. */
export function canonicalBase64(text: string): string {
  const dense = text.includes('\n') || text.includes('\r') ? text.replace(/[\r\n]/g, '') : text
  if (dense.length % 4 !== 0 || !BASE64.test(dense)) throw badRequest(`illegal base64 data at input byte ${firstIllegal(text)}`)
  if (!dense.endsWith('=')) return dense
  // Bits beyond the last byte carry nothing: two texts of the same bytes must be one text.
  const padding = dense.endsWith('==') ? 2 : 1
  const last = ALPHABET.indexOf(dense[dense.length - padding - 1]!)
  const kept = padding === 2 ? last & 0b110000 : last & 0b111100
  return kept === last ? dense : dense.slice(0, -padding - 1) + ALPHABET[kept] + '='.repeat(padding)
}

/** Go's decoder names the first byte that does not fit, or the start of the quantum that is cut short. */
function firstIllegal(text: string): number {
  let digits = 0
  for (let index = 0; index < text.length; index++) {
    const char = text[index]!
    if (char === '\n' || char === '\r') continue
    if (char === '=') {
      if (digits % 4 < 2) return index
      const rest = text.slice(index + 1).replace(/[\r\n]/g, '')
      if (digits % 4 === 3) return index + 1
      return rest.startsWith('=') ? index + 2 : text.length
    }
    if (!ALPHABET.includes(char)) return index
    digits++
  }
  return text.length - (digits % 4)
}

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)([.,]\d+)?(Z|[+-]\d\d:\d\d)$/
const WHOLE_SECONDS = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/
const ZERO_TIME = '0001-01-01T00:00:00Z'

/** An instant: whole seconds since 1970 and the rest in nanoseconds. */
export interface Instant {
  seconds: number
  nanos: number
}

function utcSeconds(year: number, month: number, day: number, hour: number, minute: number, second: number): number {
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  return date.getTime() / 1000 + hour * 3600 + minute * 60 + second
}

const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
const daysIn = (year: number, month: number): number => (month === 2 ? (isLeap(year) ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31)

/** Reads RFC 3339 as Go does; errors are worded as Go words them. */
export function parseInstant(text: string, layout: string): Instant {
  if (WHOLE_SECONDS.test(text)) return { seconds: Date.parse(text) / 1000, nanos: 0 }
  const match = RFC3339.exec(text)
  if (!match) throw badRequest(timeMisfit(text, layout))
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [number, number, number, number, number, number]
  const outOfRange = month < 1 || month > 12 ? 'month' : day < 1 || day > daysIn(year, month) ? 'day' : hour > 23 ? 'hour' : minute > 59 ? 'minute' : second > 59 ? 'second' : ''
  if (outOfRange) throw badRequest(`parsing time ${JSON.stringify(text)}: ${outOfRange} out of range`)
  const zone = match[8]!
  const offset = zone === 'Z' ? 0 : (zone[0] === '-' ? -1 : 1) * (Number(zone.slice(1, 3)) * 3600 + Number(zone.slice(4, 6)) * 60)
  return { seconds: utcSeconds(year, month, day, hour, minute, second) - offset, nanos: Number((match[7] ?? '.').slice(1, 10).padEnd(9, '0')) }
}

const ELEMENTS: readonly (readonly [RegExp, string])[] = [
  [/^\d{4}/, '2006'], [/^-/, '-'], [/^\d\d/, '01'], [/^-/, '-'], [/^\d\d/, '02'], [/^T/, 'T'], [/^\d\d/, '15'], [/^:/, ':'], [/^\d\d/, '04'], [/^:/, ':'],
  [/^\d\d(?:[.,]\d+)?/, '05'], [/^(?:Z|[+-]\d\d:\d\d)/, 'Z07:00'],
]

/** What Go says of a text that is no time: the element of the layout at which reading stopped. */
function timeMisfit(text: string, layout: string): string {
  let rest = text
  for (const [pattern, element] of ELEMENTS) {
    const found = pattern.exec(rest)
    if (!found) return `parsing time ${JSON.stringify(text)} as "${layout}": cannot parse ${JSON.stringify(rest)} as "${element}"`
    rest = rest.slice(found[0].length)
  }
  return `parsing time ${JSON.stringify(text)}: extra text: ${JSON.stringify(rest)}`
}

/** Writes an instant in UTC with the given number of digits after the second. */
export function formatInstant({ seconds, nanos }: Instant, digits: number): string {
  const stem = new Date(seconds * 1000).toISOString().slice(0, 19)
  return digits ? `${stem}.${pad(nanos, 9).slice(0, digits)}Z` : `${stem}Z`
}

const LAYOUT = '2006-01-02T15:04:05Z07:00'
const MICRO_LAYOUT = '2006-01-02T15:04:05.000000Z07:00'

/** Whole seconds in UTC, or null for Go's zero time. */
export function canonicalTime(text: string): string | null {
  const whole = WHOLE_SECONDS.test(text) ? text : formatInstant(parseInstant(text, LAYOUT), 0)
  return whole === ZERO_TIME ? null : whole
}

/** Six digits after the second in UTC, or null for Go's zero time. */
export function canonicalMicroTime(text: string): string | null {
  const instant = parseInstant(text, MICRO_LAYOUT)
  const fraction = /[.,](\d*)/.exec(text)?.[1] ?? ''
  if (fraction.length !== 6) {
    // Go reads as many digits as its layout has, no fewer, and expects the zone behind them.
    const [from, element] = fraction.length < 6 ? [19, '.000000'] : [26, 'Z07:00']
    throw badRequest(`parsing time ${JSON.stringify(text)} as "${MICRO_LAYOUT}": cannot parse ${JSON.stringify(text.slice(from))} as "${element}"`)
  }
  const micro = formatInstant(instant, 6)
  return micro === '0001-01-01T00:00:00.000000Z' ? null : micro
}

/** A duration as Go writes it: `1h30m0s`. */
export function canonicalDuration(text: string): string {
  const nanos = parseDuration(text)
  if (nanos === undefined) throw badRequest(`time: invalid duration ${JSON.stringify(text)}`)
  return formatDuration(nanos)
}

/** The canonical text of a quantity; a text that is none is the caller's fault. */
export function canonicalQuantityText(text: string): string {
  try {
    return canonicalQuantity(text)
  } catch (error) {
    throw badRequest((error as Error).message)
  }
}
