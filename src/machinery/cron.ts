/** The fields of a schedule as sets of numbers; `any` says that the field was a star, which matters where days of month and of week meet. */
export interface CronField {
  readonly values: readonly number[]
  readonly any: boolean
}

/** When something is to happen: at times whose every field fits, or again and again after a while. */
export type CronSchedule =
  | { readonly kind: 'fields'; readonly minute: CronField; readonly hour: CronField; readonly dayOfMonth: CronField; readonly month: CronField; readonly dayOfWeek: CronField }
  | { readonly kind: 'every'; readonly seconds: number }

interface Bounds {
  readonly least: number
  readonly most: number
  readonly names?: Readonly<Record<string, number>>
}

const numbered = (names: string, from: number): Record<string, number> => Object.fromEntries(names.split(' ').map((name, index) => [name, index + from]))

const BOUNDS: readonly Bounds[] = [
  { least: 0, most: 59 }, { least: 0, most: 23 }, { least: 1, most: 31 }, { least: 1, most: 12, names: numbered('jan feb mar apr may jun jul aug sep oct nov dec', 1) },
  { least: 0, most: 6, names: numbered('sun mon tue wed thu fri sat', 0) },
]

const DESCRIPTORS: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *', '@annually': '0 0 1 1 *', '@monthly': '0 0 1 * *', '@weekly': '0 0 * * 0', '@daily': '0 0 * * *', '@midnight': '0 0 * * *', '@hourly': '0 * * * *',
}
const EVERY = '@every '
const UNITS: Readonly<Record<string, number>> = { ns: 1e-9, us: 1e-6, 'µs': 1e-6, 'μs': 1e-6, ms: 1e-3, s: 1, m: 60, h: 3600 }

/** Reads a schedule of five fields or a descriptor, as Go's usual cron library does; throws an Error worded as that library's. */
export function parseCron(text: string): CronSchedule {
  if (text === '') throw new Error('empty spec string')
  const spec = withoutZone(text)
  if (spec.startsWith('@')) return parseDescriptor(spec)
  const fields = spec.split(/\s+/).filter(field => field !== '')
  if (fields.length !== BOUNDS.length) throw new Error(`expected exactly ${BOUNDS.length} fields, found ${fields.length}: [${fields.join(' ')}]`)
  const [minute, hour, dayOfMonth, month, dayOfWeek] = fields.map((field, index) => parseField(field, BOUNDS[index]!))
  return { kind: 'fields', minute: minute!, hour: hour!, dayOfMonth: dayOfMonth!, month: month!, dayOfWeek: dayOfWeek! }
}

function withoutZone(text: string): string {
  if (!text.startsWith('TZ=') && !text.startsWith('CRON_TZ=')) return text
  const space = text.indexOf(' ')
  if (space < 0) throw new Error('invalid schedule format: runtime error: slice bounds out of range [:-1]')
  const zone = text.slice(text.indexOf('=') + 1, space)
  if (!isTimeZone(zone)) throw new Error(`provided bad location ${zone}: unknown time zone ${zone}`)
  return text.slice(space).trim()
}

function parseDescriptor(text: string): CronSchedule {
  if (Object.hasOwn(DESCRIPTORS, text)) return parseCron(DESCRIPTORS[text]!)
  if (!text.startsWith(EVERY)) throw new Error(`unrecognized descriptor: ${text}`)
  // Less than a second makes no schedule.
  try {
    return { kind: 'every', seconds: Math.max(1, Math.trunc(parseDuration(text.slice(EVERY.length)))) }
  } catch (error) {
    throw new Error(`failed to parse duration ${text}: ${(error as Error).message}`)
  }
}

/** Seconds of a duration as Go writes it; throws an Error worded as Go's. */
function parseDuration(text: string): number {
  const shown = JSON.stringify(text)
  const sign = text.startsWith('-') ? -1 : 1
  let rest = text.replace(/^[-+]/, '')
  if (rest === '0') return 0
  if (rest === '') throw new Error(`time: invalid duration ${shown}`)
  let seconds = 0
  while (rest !== '') {
    const [, number, unit] = /^([0-9]*\.?[0-9]*)([^0-9.]*)/.exec(rest)!
    if (!number || number === '.') throw new Error(`time: invalid duration ${shown}`)
    if (!unit) throw new Error(`time: missing unit in duration ${shown}`)
    if (!Object.hasOwn(UNITS, unit)) throw new Error(`time: unknown unit ${JSON.stringify(unit)} in duration ${shown}`)
    seconds += Number(number) * UNITS[unit]!
    rest = rest.slice(number.length + unit.length)
  }
  return sign * seconds
}

function parseField(text: string, bounds: Bounds): CronField {
  const values = new Set<number>()
  let any = false
  for (const part of text.split(',').filter(part => part !== '')) {
    const range = parseRange(part, bounds)
    any ||= range.any
    for (let value = range.start; value <= range.end; value += range.step) values.add(value)
  }
  return { values: [...values].sort((a, b) => a - b), any }
}

function parseRange(text: string, { least, most, names }: Bounds): { start: number; end: number; step: number; any: boolean } {
  const parts = text.split('/')
  const ends = parts[0]!.split('-')
  const star = ends[0] === '*' || ends[0] === '?'
  if (!star && ends.length > 2) throw new Error(`too many hyphens: ${text}`)
  const start = star ? least : parseName(ends[0]!, names)
  let end = star ? most : ends.length === 1 ? start : parseName(ends[1]!, names)
  if (parts.length > 2) throw new Error(`too many slashes: ${text}`)
  const step = parts.length === 2 ? parseNumber(parts[1]!) : 1
  if (parts.length === 2 && ends.length === 1) end = most
  if (start < least) throw new Error(`beginning of range (${start}) below minimum (${least}): ${text}`)
  if (end > most) throw new Error(`end of range (${end}) above maximum (${most}): ${text}`)
  if (start > end) throw new Error(`beginning of range (${start}) beyond end of range (${end}): ${text}`)
  if (step === 0) throw new Error(`step of range should be a positive number: ${text}`)
  return { start, end, step, any: star && step === 1 }
}

const parseName = (text: string, names: Readonly<Record<string, number>> | undefined): number => {
  const name = text.toLowerCase()
  return names && Object.hasOwn(names, name) ? names[name]! : parseNumber(text)
}

function parseNumber(text: string): number {
  if (!/^[-+]?[0-9]+$/.test(text)) throw new Error(`failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`)
  const number = Number(text)
  if (number < 0) throw new Error(`negative number (${number}) not allowed: ${text}`)
  return number
}

/** Whether a text names a time zone of the IANA database, in its own spelling. */
export function isTimeZone(name: string): boolean {
  if (name === '' || name === 'UTC' || name === 'Local') return true
  // Names of zones start with capitals in every part; Intl does not mind case.
  if (!name.split('/').every(part => /^[A-Z]/.test(part))) return false
  try {
    const { timeZone } = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions()
    return timeZone === name || timeZone.toLowerCase() !== name.toLowerCase()
  } catch {
    return false
  }
}
