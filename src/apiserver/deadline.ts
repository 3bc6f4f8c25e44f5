import type { Clock } from '../machinery/clock.ts'
import { parseDuration } from '../machinery/schema/duration.ts'
import { StatusError } from '../machinery/status.ts'
import type { Exchange } from './exchange.ts'
import { isLongRunning } from './observation.ts'
import type { RequestInfo } from './request-info.ts'

/** How long a request may take that is not meant to last: reading its body and sending its answer count too. */
const LONGEST_MS = 60_000
const NANOSECONDS = 1_000_000

/** How long this request may take: 60 seconds, or what its `timeout` says if that is less; undefined: as long as its client likes. */
export function allowedMs(info: RequestInfo, query: URLSearchParams): number | undefined {
  if (isLongRunning(info)) return undefined
  const asked = query.get('timeout')
  const parsed = asked ? parseDuration(asked) : undefined
  const milliseconds = parsed === undefined ? 0 : Number(parsed) / NANOSECONDS
  return milliseconds > 0 ? Math.min(milliseconds, LONGEST_MS) : LONGEST_MS
}

/**
 * Does what a request asks for and fails with 504 when its time is up. Work that is under way then goes on unseen, as a write that has reached the
 * store cannot be taken back.
 */
export function withinTime(clock: Clock, exchange: Exchange, info: RequestInfo, work: Promise<void>): Promise<void> {
  const allowed = allowedMs(info, exchange.query)
  if (allowed === undefined) return work
  return new Promise((resolve, reject) => {
    const timer = clock.after(allowed, () => reject(new StatusError('Timeout', 'Timeout: request did not complete within the allotted timeout')), { background: true })
    work.then(resolve, reject).finally(() => timer.cancel())
  })
}
