import { CronJobs, type CronJob } from '../api/batch/cron-job.ts'
import { Jobs, type Job } from '../api/batch/job.ts'
import { timestamp } from '../machinery/clock.ts'
import { isTimeZone } from '../machinery/cron.ts'
import { timetable, zonedTimestamp, type Timetable } from '../machinery/cron-next.ts'
import type { Draft } from '../machinery/schema/schema.ts'
import { isReason } from '../machinery/status.ts'
import { controllerReference } from './claim.ts'
import { sameJson } from './conditions.ts'
import { activeRef, dueTime, finishedAs, surplusHistory, type ActiveRef } from './cron-job-plan.ts'
import { defineController, type Context } from './framework.ts'
import { isNamespaceTerminating } from './pod-control.ts'

const SCHEDULED_AT = 'batch.kubernetes.io/cronjob-scheduled-timestamp'

type Status = CronJob['status']

/** Starts jobs at the times of a schedule and keeps a history of those that have ended. */
export const cronJobController = defineController<CronJob>({
  name: 'cronjob',
  for: CronJobs,
  owns: [Jobs],
  async reconcile(cronJob, context) {
    const jobs = context.cache.list(Jobs, { owner: cronJob })
    const known = await followJobs(cronJob, jobs, context)
    const begun = cronJob.metadata.deletionTimestamp ? { status: known } : await startDue(cronJob, known, jobs, context)
    const gone = await trimHistory(cronJob, jobs, context)
    const status = withActive(begun.status, (begun.status.active ?? []).filter(({ uid }) => !gone.has(uid!)))
    if (!sameJson(status, cronJob.status)) await context.client.updateStatus(CronJobs, { ...cronJob, status })
    if (begun.failure) throw begun.failure
    return { afterMs: begun.waitMs }
  },
})

interface Begun {
  readonly status: Status
  readonly waitMs?: number | undefined
  readonly failure?: unknown
}

const withActive = ({ active: _, ...status }: Status, active: readonly ActiveRef[]): Status => ({ ...status, ...(active.length > 0 && { active: [...active] }) })

/** Takes over what became of the jobs: which run, which have ended, which have gone. */
async function followJobs(cronJob: CronJob, jobs: readonly Job[], { client, events }: Context): Promise<Status> {
  let active = cronJob.status.active ?? []
  let { lastSuccessfulTime } = cronJob.status
  for (const job of jobs) {
    const { name, uid } = job.metadata
    const isListed = active.some(ref => ref.uid === uid)
    const end = finishedAs(job)
    if (!isListed && !end) events.event(cronJob, 'Warning', 'UnexpectedJob', `Saw a job that the controller did not create or forgot: ${name}`)
    else if (isListed && end) {
      active = active.filter(ref => ref.uid !== uid)
      events.event(cronJob, 'Normal', 'SawCompletedJob', `Saw completed job: ${name}, condition: ${end}`)
    }
    const { completionTime } = job.status
    if (end === 'Complete' && completionTime && (!lastSuccessfulTime || Date.parse(completionTime) > Date.parse(lastSuccessfulTime))) lastSuccessfulTime = completionTime
  }
  for (const ref of active.filter(({ uid }) => !jobs.some(job => job.metadata.uid === uid))) {
    const exists = await client.get(Jobs, { namespace: cronJob.metadata.namespace, name: ref.name! }).then(job => job.metadata.uid === ref.uid, error => {
      if (isReason(error, 'NotFound')) return false
      throw error
    })
    if (exists) continue
    active = active.filter(other => other !== ref)
    events.event(cronJob, 'Normal', 'MissingJob', `Active job went missing: ${ref.name}`)
  }
  return withActive({ ...cronJob.status, ...(lastSuccessfulTime && { lastSuccessfulTime }) }, active)
}

/** Starts the job whose time has come, if the policy lets it. */
async function startDue(cronJob: CronJob, status: Status, jobs: readonly Job[], context: Context): Promise<Begun> {
  const { spec, metadata } = cronJob
  const { clock, events } = context
  const table = readSchedule(cronJob, context)
  if (!table || spec.suspend) return { status }
  const now = clock.now()
  const { scheduledMs, tooManyMissed, waitMs } = dueTime({ ...cronJob, status }, table, now)
  if (tooManyMissed) events.event(cronJob, 'Warning', 'TooManyMissedTimes', 'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew')
  if (scheduledMs === undefined) return { status, waitMs }
  if (spec.startingDeadlineSeconds !== undefined && scheduledMs + spec.startingDeadlineSeconds * 1000 < now) {
    events.event(cronJob, 'Warning', 'MissSchedule', `Missed scheduled time to start a job: ${rfc1123(scheduledMs)}`)
    return { status, waitMs }
  }
  const name = `${metadata.name}-${Math.floor(scheduledMs / 60_000)}`
  const active = status.active ?? []
  if (active.some(ref => ref.name === name) || (status.lastScheduleTime && Date.parse(status.lastScheduleTime) === scheduledMs)) return { status, waitMs }
  if (spec.concurrencyPolicy === 'Forbid' && active.length > 0) {
    events.event(cronJob, 'Normal', 'JobAlreadyActive', 'Not starting job because prior execution is running and concurrency policy is Forbid')
    return { status, waitMs }
  }
  const kept = spec.concurrencyPolicy === 'Replace' ? await replace(cronJob, active, jobs, context) : active
  try {
    const job = await createJob(cronJob, name, scheduledMs, context)
    return { status: job ? { ...withActive(status, [...kept, activeRef(job)]), lastScheduleTime: timestamp(scheduledMs) } : withActive(status, kept), waitMs }
  } catch (failure) {
    return { status: withActive(status, kept), failure }
  }
}

/** What is wrong with a schedule is told; it is looked at again when it changes. */
function readSchedule(cronJob: CronJob, { events }: Context): Timetable | undefined {
  const { schedule, timeZone } = cronJob.spec
  if (timeZone !== undefined && !isTimeZone(timeZone)) {
    events.event(cronJob, 'Warning', 'UnknownTimeZone', `invalid timeZone: ${JSON.stringify(timeZone)}: unknown time zone ${timeZone}`)
    return undefined
  }
  const inZone = timeZone !== undefined && !schedule.includes('TZ') ? `TZ=${timeZone} ${schedule}` : schedule
  if (schedule.includes('TZ')) {
    events.event(cronJob, 'Warning', 'UnsupportedSchedule',
      `CRON_TZ or TZ used in schedule ${JSON.stringify(schedule)} is not officially supported, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details`)
  }
  try {
    return timetable(inZone)
  } catch (error) {
    events.event(cronJob, 'Warning', 'UnparseableSchedule', `unparseable schedule: ${JSON.stringify(inZone)} : ${(error as Error).message}`)
    return undefined
  }
}

async function replace(cronJob: CronJob, active: readonly ActiveRef[], jobs: readonly Job[], context: Context): Promise<ActiveRef[]> {
  for (const ref of active) {
    const job = jobs.find(({ metadata }) => metadata.uid === ref.uid)
    if (job) await removeJob(cronJob, job, context)
  }
  return []
}

async function trimHistory(cronJob: CronJob, jobs: readonly Job[], context: Context): Promise<Set<string>> {
  const surplus = surplusHistory(cronJob, jobs)
  for (const job of surplus) await removeJob(cronJob, job, context)
  return new Set(surplus.map(({ metadata }) => metadata.uid))
}

async function removeJob(cronJob: CronJob, { metadata }: Job, { client, events }: Context): Promise<void> {
  try {
    await client.delete(Jobs, metadata, { propagationPolicy: 'Background', preconditions: { uid: metadata.uid } })
    events.event(cronJob, 'Normal', 'SuccessfulDelete', `Deleted job ${metadata.name}`)
  } catch (error) {
    if (isReason(error, 'NotFound')) return
    events.event(cronJob, 'Warning', 'FailedDelete', `Deleted job: ${(error as Error).message}`)
    throw error
  }
}

/** The job of one time; undefined: the namespace takes none. A job that an earlier run made and forgot counts as made. */
async function createJob(cronJob: CronJob, name: string, scheduledMs: number, { client, events }: Context): Promise<Job | undefined> {
  try {
    const job = await client.create(Jobs, jobDraft(cronJob, name, scheduledMs))
    events.event(cronJob, 'Normal', 'SuccessfulCreate', `Created job ${name}`)
    return job
  } catch (error) {
    if (isNamespaceTerminating(error)) return undefined
    if (isReason(error, 'AlreadyExists')) {
      const existing = await client.get(Jobs, { namespace: cronJob.metadata.namespace, name })
      if (existing.metadata.ownerReferences?.some(({ controller, uid }) => controller && uid === cronJob.metadata.uid)) return existing
    }
    events.event(cronJob, 'Warning', 'FailedCreate', `Error creating job: ${(error as Error).message}`)
    throw error
  }
}

function jobDraft(cronJob: CronJob, name: string, scheduledMs: number): Draft<Job> {
  const { metadata, spec } = cronJob.spec.jobTemplate
  return {
    metadata: {
      name, namespace: cronJob.metadata.namespace, ...(metadata?.labels && { labels: metadata.labels }),
      annotations: { ...metadata?.annotations, [SCHEDULED_AT]: zonedTimestamp(scheduledMs, cronJob.spec.timeZone) },
      ownerReferences: [controllerReference(CronJobs, cronJob)],
    },
    spec,
  } as Draft<Job>
}

/** `Thu, 01 Jan 2026 00:05:00 +0000`. */
const rfc1123 = (ms: number): string => new Date(ms).toUTCString().replace('GMT', '+0000')
