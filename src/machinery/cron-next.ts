import { parseCron, type CronField, type CronSchedule } from './cron.ts'

/** A schedule in its time zone. */
export interface Timetable {
  /** The first time after `afterMs`, in whole seconds; undefined: none within five years. */
  next(afterMs: number): number | undefined
}

const MINUTE = 60_000
const DAY_MINUTES = 24 * 60
/** A schedule that fits no day (31 February) is given up after so many. */
const LONGEST_SEARCH_DAYS = 5 * 366

/** What the clock on the wall shows. */
interface Wall {
  readonly month: number
  readonly day: number
  readonly weekday: number
  readonly minuteOfDay: number
}

/** Reads a schedule, which may name its time zone itself (`TZ=Europe/Berlin 0 6 * * *`); throws an Error worded as Go's usual library does. */
export function timetable(text: string, timeZone?: string): Timetable {
  const schedule = parseCron(text)
  if (schedule.kind === 'every') return { next: afterMs => Math.floor(afterMs / 1000) * 1000 + schedule.seconds * 1000 }
  const wallAt = wallClock(/^(?:CRON_)?TZ=(\S*)/.exec(text)?.[1] ?? timeZone)
  return { next: afterMs => search(schedule, wallAt, afterMs) }
}

/**
 * Walks along real time and looks at the wall: so a time that the wall skips in spring never comes, and one that it shows twice in autumn comes twice,
 * as in Go's library.
 */
function search(schedule: CronSchedule & { kind: 'fields' }, wallAt: (ms: number) => Wall, afterMs: number): number | undefined {
  let at = Math.floor(afterMs / MINUTE) * MINUTE + MINUTE
  for (let days = 0; days < LONGEST_SEARCH_DAYS;) {
    const wall = wallAt(at)
    if (!has(schedule.month, wall.month) || !isDay(schedule, wall)) {
      at = nextDay(at, wall, wallAt)
      days++
    } else if (!has(schedule.hour, Math.floor(wall.minuteOfDay / 60))) at += (60 - (wall.minuteOfDay % 60)) * MINUTE
    else if (!has(schedule.minute, wall.minuteOfDay % 60)) at += MINUTE
    else return at
  }
  return undefined
}

const has = ({ values }: CronField, value: number): boolean => values.includes(value)

/** With both days stated one is enough; a star says nothing. */
function isDay({ dayOfMonth, dayOfWeek }: CronSchedule & { kind: 'fields' }, { day, weekday }: Wall): boolean {
  const [byMonth, byWeek] = [has(dayOfMonth, day), has(dayOfWeek, weekday)]
  return dayOfMonth.any || dayOfWeek.any ? byMonth && byWeek : byMonth || byWeek
}

/** The first minute of the next day on the wall, or a time before it: days have 23 to 25 hours. */
function nextDay(at: number, { day, minuteOfDay }: Wall, wallAt: (ms: number) => Wall): number {
  const guess = at + (DAY_MINUTES - minuteOfDay) * MINUTE
  const wall = wallAt(guess)
  if (wall.day === day || wall.minuteOfDay === 0) return guess
  const earlier = guess - wall.minuteOfDay * MINUTE
  return wallAt(earlier).day === day ? guess : earlier
}

function wallClock(timeZone: string | undefined): (ms: number) => Wall {
  if (!timeZone || timeZone === 'UTC' || timeZone === 'Local') return ms => wallOf(new Date(ms))
  const format = new Intl.DateTimeFormat('en-US', { timeZone, calendar: 'gregory', hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' })
  return ms => {
    const part = Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]))
    return wallOf(new Date(Date.UTC(part['year']!, part['month']! - 1, part['day'], part['hour'], part['minute'])))
  }
}

const wallOf = (date: Date): Wall =>
  ({ month: date.getUTCMonth() + 1, day: date.getUTCDate(), weekday: date.getUTCDay(), minuteOfDay: date.getUTCHours() * 60 + date.getUTCMinutes() })

/** RFC 3339 as the clocks of a time zone show it: `2026-07-01T06:00:00+02:00`. */
export function zonedTimestamp(ms: number, timeZone: string | undefined): string {
  const date = new Date(ms)
  if (!timeZone || timeZone === 'UTC' || timeZone === 'Local') return `${date.toISOString().slice(0, 19)}Z`
  const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' })
  const offset = format.formatToParts(ms).find(({ type }) => type === 'timeZoneName')!.value.slice('GMT'.length)
  if (offset === '') return `${date.toISOString().slice(0, 19)}Z`
  const [, sign, hours, minutes] = /^([+-])(\d+):(\d+)/.exec(offset)!
  const shifted = new Date(ms + (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * MINUTE)
  return `${shifted.toISOString().slice(0, 19)}${sign}${hours}:${minutes}`
}
