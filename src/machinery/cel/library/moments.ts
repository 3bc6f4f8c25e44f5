import { declare, method } from '../declarations.ts'
import { dayOfYear, wallClock, wholeUnits } from '../time.ts'
import { DURATION, INT, STRING, TIMESTAMP } from '../types.ts'
import { intOf } from '../values.ts'
import type { FunctionDeclaration } from '../declarations.ts'
import type { Duration, Timestamp, Value } from '../values.ts'

const SECOND = 1_000_000_000n

/** A part of a timestamp, in UTC or the zone that is named; of a duration too where that makes sense. */
function part(name: string, id: string, read: (clock: Date) => number, ofDuration?: (duration: Duration) => Value): FunctionDeclaration {
  const overloads = [
    method(`timestamp_to_${id}`, [TIMESTAMP], INT, (time: Timestamp) => read(wallClock(time, 'UTC'))),
    method(`timestamp_to_${id}_with_tz`, [TIMESTAMP, STRING], INT, (time: Timestamp, zone: string) => read(wallClock(time, zone))),
  ]
  return declare(name, ...overloads, ...(ofDuration ? [method(`duration_to_${id}`, [DURATION], INT, ofDuration)] : []))
}

const milliseconds: FunctionDeclaration = declare(
  'getMilliseconds',
  method('timestamp_to_milliseconds', [TIMESTAMP], INT, ({ nanos }: Timestamp) => Math.trunc(nanos / 1_000_000)),
  method('timestamp_to_milliseconds_with_tz', [TIMESTAMP, STRING], INT, ({ nanos }: Timestamp) => Math.trunc(nanos / 1_000_000)),
  method('duration_to_milliseconds', [DURATION], INT, ({ nanos }: Duration) => intOf(nanos / 1_000_000n)),
)

/** The parts of timestamps and durations. */
export const moments: readonly FunctionDeclaration[] = [
  part('getFullYear', 'year', clock => clock.getUTCFullYear()),
  part('getMonth', 'month', clock => clock.getUTCMonth()),
  part('getDayOfYear', 'day_of_year', dayOfYear),
  part('getDayOfMonth', 'day_of_month', clock => clock.getUTCDate() - 1),
  part('getDate', 'day_of_month_1_based', clock => clock.getUTCDate()),
  part('getDayOfWeek', 'day_of_week', clock => clock.getUTCDay()),
  part('getHours', 'hours', clock => clock.getUTCHours(), duration => wholeUnits(duration, 3600n * SECOND)),
  part('getMinutes', 'minutes', clock => clock.getUTCMinutes(), duration => wholeUnits(duration, 60n * SECOND)),
  part('getSeconds', 'seconds', clock => clock.getUTCSeconds(), duration => wholeUnits(duration, SECOND)),
  milliseconds,
]
