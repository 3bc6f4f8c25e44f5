import { Duration, Timestamp, fail, int64 } from './values.ts'
import type { Value } from './values.ts'

const SECOND = 1_000_000_000n
const UNITS: Readonly<Record<string, bigint>> = { ns: 1n, us: 1000n, 'µs': 1000n, 'μs': 1000n, ms: 1_000_000n, s: SECOND, m: 60n * SECOND, h: 3600n * SECOND }
/** 0001-01-01 and 9999-12-31, the ends of timestamps. */
const FIRST = -62_135_596_800
const LAST = 253_402_300_799
const LONGEST = 2n ** 63n - 1n

/** The duration, or the failure that int64 nanoseconds cannot hold it. */
export const durationOf = (nanos: bigint): Duration => (nanos <= LONGEST && nanos >= -LONGEST - 1n ? new Duration(nanos) : fail('integer overflow'))

export function timestampOf(nanos: bigint, offset = 0): Timestamp {
  const seconds = nanos >= 0n ? nanos / SECOND : -((-nanos + SECOND - 1n) / SECOND)
  if (seconds < FIRST || seconds > LAST) return fail('timestamp overflow')
  return new Timestamp(Number(seconds), Number(nanos - seconds * SECOND), offset)
}

export const nanosOf = ({ seconds, nanos }: Timestamp): bigint => BigInt(seconds) * SECOND + BigInt(nanos)

/** A duration in Go's notation (`1h2m3.5s`); undefined when it is none. */
export function parseDuration(text: string): Duration | undefined {
  const match = /^([-+]?)((?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.exec(text)
  if (!match) return text === '0' || text === '-0' || text === '+0' ? new Duration(0n) : undefined
  let nanos = 0n
  for (const [, whole = '', fraction = '', unit] of text.matchAll(/(\d*)(?:\.(\d*))?(ns|us|µs|μs|ms|s|m|h)/g)) {
    const factor = UNITS[unit!]!
    nanos += BigInt(whole || '0') * factor + (fraction === '' ? 0n : (BigInt(fraction) * factor) / 10n ** BigInt(fraction.length))
  }
  const signed = match[1] === '-' ? -nanos : nanos
  return signed <= LONGEST && signed >= -LONGEST - 1n ? new Duration(signed) : undefined
}

/** Seconds with a fraction: `5400s`, `0.5s`. */
export function formatDuration({ nanos }: Duration): string {
  const size = nanos < 0n ? -nanos : nanos
  const fraction = (size % SECOND).toString().padStart(9, '0').replace(/0+$/, '')
  return `${nanos < 0n ? '-' : ''}${size / SECOND}${fraction === '' ? '' : `.${fraction}`}s`
}

/** A time of RFC 3339; undefined when it is none. */
export function parseTimestamp(text: string): Timestamp | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d)T(\d\d?):(\d\d):(\d\d)(?:[.,](\d+))?(?:Z|([+-])(\d\d):(\d\d))$/.exec(text)
  if (!match) return undefined
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [number, number, number, number, number, number]
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month) || hour > 23 || minute > 59 || second > 59) return undefined
  const [zoneHour, zoneMinute] = [Number(match[9] ?? 0), Number(match[10] ?? 0)]
  if (zoneHour > 24 || zoneMinute > 60) return undefined
  const offset = (match[8] === '-' ? -1 : 1) * (zoneHour * 3600 + zoneMinute * 60)
  const seconds = utcSeconds(year, month, day) + hour * 3600 + minute * 60 + second - offset
  if (seconds < FIRST || seconds > LAST) return undefined
  return new Timestamp(seconds, Number((match[7] ?? '').slice(0, 9).padEnd(9, '0')), offset)
}

function utcSeconds(year: number, month: number, day: number): number {
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  return date.getTime() / 1000
}

const daysIn = (year: number, month: number): number => new Date(Date.UTC(year === 0 ? 4 : year + 4000, month, 0)).getUTCDate()

/** RFC 3339, with as many digits of the fraction as there are. */
export function formatTimestamp({ seconds, nanos, offset }: Timestamp): string {
  const fraction = nanos.toString().padStart(9, '0').replace(/0+$/, '')
  return `${new Date((seconds + offset) * 1000).toISOString().slice(0, 19)}${fraction === '' ? '' : `.${fraction}`}${formatOffset(offset)}`
}

function formatOffset(offset: number): string {
  if (offset === 0) return 'Z'
  const minutes = Math.abs(offset) / 60
  return `${offset < 0 ? '-' : '+'}${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
}

/** The wall clock of a zone (`UTC`, `Europe/Paris`, `+05:30`) at that moment, as a date whose UTC fields are that clock's. */
export function wallClock({ seconds }: Timestamp, zone: string): Date {
  return new Date((seconds + offsetOf(seconds, zone)) * 1000)
}

function offsetOf(seconds: number, zone: string): number {
  if (zone === '' || zone === 'UTC' || zone === 'Local') return 0
  const colon = zone.indexOf(':')
  if (colon < 0) return zoneOffset(seconds, zone)
  const [hours, minutes] = [zone.slice(0, colon), zone.slice(colon + 1)].map(wholeNumber) as [number, number]
  return hours * 3600 + (zone.startsWith('-') ? -minutes : minutes) * 60
}

const wholeNumber = (text: string): number => (/^[+-]?\d+$/.test(text) ? Number(text) : fail(`strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`))

function zoneOffset(seconds: number, zone: string): number {
  try {
    const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric', era: 'short' })
    const parts = Object.fromEntries(format.formatToParts(seconds * 1000).map(part => [part.type, part.value]))
    const year = parts['era'] === 'BC' ? 1 - Number(parts['year']) : Number(parts['year'])
    const local = utcSeconds(year, Number(parts['month']), Number(parts['day'])) + Number(parts['hour']) * 3600 + Number(parts['minute']) * 60 + Number(parts['second'])
    return local - seconds
  } catch {
    return fail(`unknown time zone ${zone}`)
  }
}

/** Days since the first of January. */
export function dayOfYear(date: Date): number {
  const start = new Date(date)
  start.setUTCMonth(0, 1)
  return Math.round((date.getTime() - start.getTime()) / 86_400_000)
}

/** Whole units of a duration, toward zero. */
export const wholeUnits = ({ nanos }: Duration, unit: bigint): Value => int64(nanos / unit)
