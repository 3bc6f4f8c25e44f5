import type { CronJob } from '../api/batch/cron-job.ts'
import { Jobs, type Job } from '../api/batch/job.ts'
import type { Timetable } from '../machinery/cron-next.ts'

/** More missed starts than these are worth a warning. */
const MANY = 100
/** A run comes a moment after its time, so that the clock has certainly passed it. */
const DELTA_MS = 100

export type ActiveRef = NonNullable<CronJob['status']['active']>[number]

export interface Due {
  /** The latest time that has come and has not been served. */
  readonly scheduledMs: number | undefined
  readonly tooManyMissed: boolean
  /** Until the next time. */
  readonly waitMs: number | undefined
}

/** Which time of its schedule a cron job has to serve now, and when to look again. */
export function dueTime({ metadata, spec, status }: CronJob, table: Timetable, now: number): Due {
  const last = Date.parse(status.lastScheduleTime ?? metadata.creationTimestamp)
  const deadline = spec.startingDeadlineSeconds === undefined ? last : now - spec.startingDeadlineSeconds * 1000
  const { latest, missed } = latestTime(table, Math.max(last, deadline), now)
  const next = table.next(latestTime(table, last, now).latest ?? last)
  return { scheduledMs: latest, tooManyMissed: missed > MANY, waitMs: next === undefined ? undefined : next - now + DELTA_MS }
}

/** After a long sleep most times are leapt over: the distance of the first two tells how far. */
function latestTime(table: Timetable, fromMs: number, now: number): { latest: number | undefined; missed: number } {
  const first = table.next(fromMs)
  if (first === undefined || first > now) return { latest: undefined, missed: 0 }
  const second = table.next(first)
  if (second === undefined || second > now) return { latest: first, missed: 1 }
  const missed = Math.floor((now - first) / (second - first)) + 1
  let latest = second
  const leap = Math.max(first, first + (missed - 2) * (second - first))
  for (let at = table.next(leap); at !== undefined && at <= now; at = table.next(at)) latest = at
  return { latest, missed }
}

export const finishedAs = ({ status }: Job): string | undefined =>
  status.conditions?.find(({ type, status: state }) => (type === 'Complete' || type === 'Failed') && state === 'True')?.type

/** Finished jobs beyond what the history keeps, the oldest first. */
export function surplusHistory({ spec }: CronJob, jobs: readonly Job[]): Job[] {
  const beyond = (type: string, limit: number | undefined): Job[] => {
    if (limit === undefined) return []
    const ended = jobs.filter(job => finishedAs(job) === type && !job.metadata.deletionTimestamp).sort(byStart)
    return ended.slice(0, Math.max(0, ended.length - limit))
  }
  return [...beyond('Failed', spec.failedJobsHistoryLimit), ...beyond('Complete', spec.successfulJobsHistoryLimit)]
}

const byStart = (a: Job, b: Job): number => {
  const start = ({ status }: Job): number => (status.startTime ? Date.parse(status.startTime) : Infinity)
  const [left, right] = [start(a), start(b)]
  return left === right ? (a.metadata.name < b.metadata.name ? -1 : 1) : left - right
}

/** The reference under which a running job stands in the status. */
export const activeRef = ({ metadata }: Job): ActiveRef => ({
  kind: Jobs.kind, apiVersion: 'batch/v1', name: metadata.name, namespace: metadata.namespace, uid: metadata.uid, resourceVersion: metadata.resourceVersion,
}) as ActiveRef
