import assert from 'node:assert/strict'
import test from 'node:test'
import { isTimeZone, parseCron } from './cron.ts'

const minutesOf = (schedule: string): readonly number[] => {
  const parsed = parseCron(schedule)
  assert(parsed.kind === 'fields')
  return parsed.minute.values
}

test('fields are read as sets of numbers', () => {
  const cases: [schedule: string, minutes: number[]][] = [
    ['1,3,5 * * * *', [1, 3, 5]], ['10-13 * * * *', [10, 11, 12, 13]], ['*/20 * * * *', [0, 20, 40]], ['50/5 * * * *', [50, 55]], ['0-10/5 * * * *', [0, 5, 10]], [',1 * * * *', [1]], ['@hourly', [0]],
  ]
  for (const [schedule, minutes] of cases) assert.deepEqual(minutesOf(schedule), minutes, schedule)
})

test('stars and names', () => {
  const parsed = parseCron('* ? */1 JAN-mar Sun')
  assert(parsed.kind === 'fields')
  assert.deepEqual([parsed.hour.any, parsed.dayOfMonth.any, parsed.month.values, parsed.dayOfWeek.values, parsed.dayOfWeek.any], [true, true, [1, 2, 3], [0], false])
  assert.deepEqual(parseCron('@every 1h30m'), { kind: 'every', seconds: 5400 })
  assert.deepEqual(parseCron('@every -1h'), { kind: 'every', seconds: 1 })
})

test('what is wrong is told as the Go library tells it', () => {
  const cases: [schedule: string, message: string][] = [
    ['', 'empty spec string'],
    ['x', 'expected exactly 5 fields, found 1: [x]'],
    ['60 * * * *', 'end of range (60) above maximum (59): 60'],
    ['* * 0 * *', 'beginning of range (0) below minimum (1): 0'],
    ['5-3 * * * *', 'beginning of range (5) beyond end of range (3): 5-3'],
    ['*/0 * * * *', 'step of range should be a positive number: */0'],
    ['1-2-3 * * * *', 'too many hyphens: 1-2-3'],
    ['1/2/3 * * * *', 'too many slashes: 1/2/3'],
    ['1/ * * * *', 'failed to parse int from : strconv.Atoi: parsing "": invalid syntax'],
    ['@sometimes', 'unrecognized descriptor: @sometimes'],
    ['@every x', 'failed to parse duration @every x: time: invalid duration "x"'],
    ['TZ=Nowhere/Land * * * * *', 'provided bad location Nowhere/Land: unknown time zone Nowhere/Land'],
  ]
  for (const [schedule, message] of cases) assert.throws(() => parseCron(schedule), { message }, schedule)
})

test('time zones have one spelling', () => {
  for (const name of ['UTC', 'Europe/Berlin', 'US/Pacific', 'America/Argentina/Buenos_Aires']) assert(isTimeZone(name), name)
  for (const name of ['Europe/berlin', 'US/pacific', 'Mars/Phobos', '../etc/passwd', '+01:00', 'local']) assert(!isTimeZone(name), name)
})
