import assert from 'node:assert/strict'
import { test } from 'node:test'
import { timetable, zonedTimestamp } from './cron-next.ts'

const after = (schedule: string, from: string, zone?: string, count = 1): string[] => {
  const times: string[] = []
  let at = Date.parse(from)
  for (let left = count; left > 0; left--) {
    const next = timetable(schedule, zone).next(at)
    if (next === undefined) return [...times, 'never']
    times.push(new Date(next).toISOString())
    at = next
  }
  return times
}

const cases: readonly [schedule: string, from: string, zone: string | undefined, ...times: string[]][] = [
  ['*/15 * * * *', '2026-01-01T00:00:00Z', undefined, '2026-01-01T00:15:00.000Z', '2026-01-01T00:30:00.000Z'],
  ['0 0 13 * 5', '2026-01-01T00:00:00Z', undefined, '2026-01-02T00:00:00.000Z', '2026-01-09T00:00:00.000Z', '2026-01-13T00:00:00.000Z'],
  ['0 0 * * 5', '2026-01-03T00:00:00Z', undefined, '2026-01-09T00:00:00.000Z'],
  ['@yearly', '2026-02-01T00:00:00Z', undefined, '2027-01-01T00:00:00.000Z'],
  ['0 0 29 2 *', '2026-02-01T00:00:00Z', undefined, '2028-02-29T00:00:00.000Z'],
  ['0 0 31 2 *', '2026-02-01T00:00:00Z', undefined, 'never'],
  ['@every 90s', '2026-01-01T00:00:00.700Z', undefined, '2026-01-01T00:01:30.000Z', '2026-01-01T00:03:00.000Z'],
  ['30 2 * * *', '2026-03-28T12:00:00Z', 'Europe/Berlin', '2026-03-30T00:30:00.000Z'],
  ['30 2 * * *', '2026-10-24T12:00:00Z', 'Europe/Berlin', '2026-10-25T00:30:00.000Z', '2026-10-25T01:30:00.000Z', '2026-10-26T01:30:00.000Z'],
  ['TZ=Asia/Tokyo @daily', '2026-01-01T00:00:00Z', undefined, '2026-01-01T15:00:00.000Z'],
  ['0 9 1 * *', '2026-01-01T00:00:00Z', 'Asia/Kathmandu', '2026-01-01T03:15:00.000Z', '2026-02-01T03:15:00.000Z'],
  // Beirut's clocks go from 24:00 to 1:00: the day has no midnight.
  ['0 0 * * *', '2026-03-27T23:00:00Z', 'Asia/Beirut', '2026-03-29T21:00:00.000Z'],
]
for (const [schedule, from, zone, ...times] of cases) {
  test(`${schedule} after ${from} ${zone ?? ''}`, () => assert.deepEqual(after(schedule, from, zone, times.length), times))
}

test('a time as the clocks of a zone show it', () => {
  assert.equal(zonedTimestamp(Date.parse('2026-07-01T04:00:00Z'), 'Europe/Berlin'), '2026-07-01T06:00:00+02:00')
  assert.equal(zonedTimestamp(Date.parse('2026-07-01T04:00:00Z'), 'America/St_Johns'), '2026-07-01T01:30:00-02:30')
  assert.equal(zonedTimestamp(Date.parse('2026-07-01T04:00:00Z'), undefined), '2026-07-01T04:00:00Z')
})
