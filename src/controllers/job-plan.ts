import type { Job, JobCondition } from '../api/batch/job.ts'
import type { Pod } from '../api/core/pod/pod.ts'
import { isPodActive, isPodReady } from '../api/core/pod/predicates.ts'
import { timestamp } from '../machinery/clock.ts'
import { conditionOf, withCondition } from './conditions.ts'
import { failuresAfter, indexFailures, type Failures, type IndexFailures } from './job-index-failures.ts'
import { formatIndexes, parseIndexes } from './job-indexes.ts'
import { matchFailure, matchSuccess, restartsTooOften } from './job-policies.ts'
import { isTracked } from './job-tracking.ts'

export const INDEX = 'batch.kubernetes.io/job-completion-index'

type Status = Job['status']

/** A pod to create: its completion index, and how often that has failed where jobs count so. */
export interface NextPod {
  readonly index: number | undefined
  readonly failures?: Failures | undefined
}

export interface JobPlan {
  readonly status: Status
  readonly create: readonly NextPod[]
  readonly remove: readonly Pod[]
  /** Whether the removed pods are let go uncounted: the job did not need them, they did not fail. */
  readonly uncounted: boolean
  /** Pods that were counted: they may go now. */
  readonly release: readonly Pod[]
  readonly nextMs: number | undefined
  readonly event: { readonly type: 'Normal' | 'Warning'; readonly reason: string; readonly message: string } | undefined
}

const FIRST_BACK_OFF_MS = 10_000
const LONGEST_BACK_OFF_MS = 600_000

export const isIndexed = ({ spec }: Job): boolean => spec.completionMode === 'Indexed'
export const indexOf = ({ metadata }: Pod): number | undefined => {
  const text = metadata.annotations?.[INDEX]
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined
}
const isOver = (conditions: Status['conditions']): boolean => ['Complete', 'Failed'].some(type => conditionOf(conditions, type)?.status === 'True')

interface Tally {
  readonly succeeded: number
  readonly failed: number
  readonly completed: ReadonlySet<number>
  readonly uncounted: { readonly succeeded: string[]; readonly failed: string[] }
  readonly counted: readonly Pod[]
  /** Failed pods that the policy does not count. */
  readonly ignored: readonly Pod[]
  readonly byIndex: IndexFailures | undefined
}

/**
 * Counts pods that have ended, each once, whatever crashes: first its uid is written down, then its finalizer is removed, then the number grows
 * and the uid is struck out (KEP-2307).
 */
function tally(job: Job, pods: readonly Pod[], isDecided: boolean): Tally {
  const before = job.status.uncountedTerminatedPods
  const byUid = new Map(pods.map(pod => [pod.metadata.uid, pod]))
  const completed = parseIndexes(job.status.completedIndexes, job.spec.completions ?? Infinity)
  const carry = (uids: readonly string[] | undefined): { kept: string[]; done: number } => {
    const kept = (uids ?? []).filter(uid => { const pod = byUid.get(uid); return pod && isTracked(pod) })
    return { kept, done: (uids?.length ?? 0) - kept.length }
  }
  const [succeeded, failed] = [carry(before?.succeeded), carry(before?.failed)]
  for (const pod of pods) {
    const index = indexOf(pod)
    if (pod.status.phase === 'Succeeded' && index !== undefined && index < (job.spec.completions ?? 0)) completed.add(index)
  }
  const byIndex = indexFailures(job, pods, indexOf, completed)
  const isAwaited = (pod: Pod): boolean => !isDecided && byIndex?.last.get(indexOf(pod) ?? -1) === pod
  const ignored: Pod[] = []
  const known = new Set([...(before?.succeeded ?? []), ...(before?.failed ?? [])])
  for (const pod of pods) {
    if (!isTracked(pod) || known.has(pod.metadata.uid)) continue
    if (pod.status.phase === 'Succeeded') succeeded.kept.push(pod.metadata.uid)
    else if (pod.status.phase !== 'Failed' || isAwaited(pod)) continue
    else if (matchFailure(job, pod)?.action === 'Ignore') ignored.push(pod)
    else failed.kept.push(pod.metadata.uid)
  }
  const uncounted = { succeeded: succeeded.kept, failed: failed.kept }
  const named = new Set([...uncounted.succeeded, ...uncounted.failed])
  return {
    succeeded: (job.status.succeeded ?? 0) + succeeded.done, failed: (job.status.failed ?? 0) + failed.done, completed, uncounted, ignored, byIndex,
    counted: pods.filter(pod => isTracked(pod) && named.has(pod.metadata.uid)),
  }
}

/** Decides a job's next step. */
export function planJob(job: Job, pods: readonly Pod[], now: number): JobPlan {
  const { spec } = job
  const active = pods.filter(isPodActive)
  const leaving = pods.filter(pod => pod.metadata.deletionTimestamp && pod.status.phase !== 'Succeeded' && pod.status.phase !== 'Failed')
  const counts = tally(job, pods, decidedBefore(job) !== undefined)
  const successes = isIndexed(job) ? counts.completed.size : counts.succeeded + counts.uncounted.succeeded.length
  const failures = counts.failed + counts.uncounted.failed.length
  const suspended = spec.suspend ?? false
  // The clock of a suspended job stands still and begins anew.
  const startTime = suspended ? undefined : job.status.startTime ?? timestamp(now)
  const target = verdict(job, { successes, failures, active: active.length, startTime, now, pods, counts })
  const remove = target || suspended ? active : surplus(job, active, successes + (counts.byIndex?.failed.size ?? 0))
  const alive = active.length - remove.length
  // Pods that are leaving hold their place where a pod is replaced only once it has really failed (KEP-3939).
  const holding = replacesOnlyFailed(job) ? leaving : []
  const wanted = target || suspended || job.metadata.deletionTimestamp ? { candidates: [], count: 0 } : missing(job, [...active, ...holding], counts, successes, alive + holding.length)
  const { made, waitMs } = inTime(wanted, counts, pods, failures, now)
  const due = spec.activeDeadlineSeconds !== undefined && startTime && !target ? Date.parse(startTime) + spec.activeDeadlineSeconds * 1000 - now : undefined
  const settled = active.length === 0 && leaving.length === 0 && pods.every(pod => !isAwaitedStill(pod, counts)) && counts.uncounted.succeeded.length + counts.uncounted.failed.length === 0
  const conditions = conditionsFor(job, target, settled, suspended, now)
  const next = [waitMs, due].filter(ms => ms !== undefined && ms > 0 && ms < Infinity) as number[]
  const over = isOver(conditions)
  return {
    create: made, remove, uncounted: !target, release: [...counts.counted, ...counts.ignored], nextMs: next.length > 0 ? Math.min(...next) : undefined,
    status: compact({
      ...job.status, conditions, startTime, ...(over && target?.type === 'Complete' && { completionTime: job.status.completionTime ?? timestamp(now) }),
      active: alive + made.length, ready: over ? 0 : active.filter(isPodReady).length - remove.filter(isPodReady).length, terminating: leaving.length + remove.length,
      succeeded: counts.succeeded, failed: counts.failed,
      uncountedTerminatedPods: Object.fromEntries(Object.entries(counts.uncounted).filter(([, uids]) => uids.length > 0)),
      ...(isIndexed(job) && { completedIndexes: formatIndexes(counts.completed) }),
      ...(counts.byIndex && { failedIndexes: formatIndexes(counts.byIndex.failed) }),
    }),
    event: over && target && !isOver(job.status.conditions)
      ? target.type === 'Complete' ? { type: 'Normal', reason: 'Completed', message: 'Job completed' } : { type: 'Warning', reason: target.reason, message: target.message } : undefined,
  }
}

/** Zeros are left out as the API leaves them out; `ready`, `terminating` and `uncountedTerminatedPods` are told apart from absent. */
const compact = (status: Record<string, unknown>): Status => Object.fromEntries(Object.entries(status).filter(([key, value]) =>
  value !== undefined && (value !== '' || key === 'failedIndexes') && !(Array.isArray(value) && value.length === 0) && (value !== 0 || key === 'ready' || key === 'terminating'))) as unknown as Status

interface Verdict {
  readonly type: 'Complete' | 'Failed'
  readonly reason: string
  readonly message: string
}

interface Facts { readonly successes: number; readonly failures: number; readonly active: number; readonly startTime: string | undefined; readonly now: number; readonly pods: readonly Pod[]; readonly counts: Tally }

/** What an earlier run has decided. */
function decidedBefore({ status }: Job): Verdict | undefined {
  for (const [type, end] of [['FailureTarget', 'Failed'], ['SuccessCriteriaMet', 'Complete']] as const) {
    const decided = conditionOf(status.conditions, type)
    if (decided?.status === 'True') return { type: end, reason: decided.reason ?? '', message: decided.message ?? '' }
  }
  return undefined
}

const failedBecause = (reason: string, message: string): Verdict => ({ type: 'Failed', reason, message })

/** Whether the job has come to its end, good or bad. What was decided once stays decided. */
function verdict(job: Job, { successes, failures, active, startTime, now, pods, counts }: Facts): Verdict | undefined {
  const { spec } = job
  const before = decidedBefore(job)
  if (before) return before
  const fatal = pods.filter(pod => pod.status.phase === 'Failed' && isTracked(pod)).map(pod => matchFailure(job, pod)).find(match => match?.action === 'FailJob')
  if (fatal) return failedBecause('PodFailurePolicy', fatal.message)
  if (failures > (spec.backoffLimit ?? 6) || restartsTooOften(job, pods)) return failedBecause('BackoffLimitExceeded', 'Job has reached the specified backoff limit')
  if (spec.activeDeadlineSeconds !== undefined && startTime && !spec.suspend && now >= Date.parse(startTime) + spec.activeDeadlineSeconds * 1000) {
    return failedBecause('DeadlineExceeded', 'Job was active longer than specified deadline')
  }
  const failed = counts.byIndex?.failed.size ?? 0
  if (failed > (spec.maxFailedIndexes ?? Infinity)) return failedBecause('MaxFailedIndexesExceeded', 'Job has exceeded the specified maximal number of failed indexes')
  const rule = matchSuccess(job, counts.completed)
  if (rule !== undefined) return { type: 'Complete', reason: 'SuccessPolicy', message: `Matched rules at index ${rule}` }
  if (failed > 0 && successes + failed >= (spec.completions ?? Infinity)) return failedBecause('FailedIndexes', 'Job has failed indexes')
  const reached = spec.completions === undefined ? successes > 0 && active === 0 : successes >= spec.completions && (spec.completions > 0 || active === 0)
  return reached ? { type: 'Complete', reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' } : undefined
}

function conditionsFor(job: Job, target: Verdict | undefined, settled: boolean, suspended: boolean, now: number): JobCondition[] {
  const set = (conditions: JobCondition[], type: string, status: string, reason: string, message: string): JobCondition[] => {
    const old = conditionOf(conditions, type)
    if (old?.status === status && old.reason === reason) return conditions
    return withCondition(conditions, { type, status, reason, message, lastProbeTime: timestamp(now) }, now)
  }
  let conditions = [...(job.status.conditions ?? [])]
  if (target) {
    conditions = set(conditions, target.type === 'Complete' ? 'SuccessCriteriaMet' : 'FailureTarget', 'True', target.reason, target.message)
    // KEP-3939: the end is told only when the last pod has really ended.
    return settled ? set(conditions, target.type, 'True', target.reason, target.message) : conditions
  }
  if (suspended) return set(conditions, 'Suspended', 'True', 'JobSuspended', 'Job suspended')
  return conditionOf(conditions, 'Suspended')?.status === 'True' ? set(conditions, 'Suspended', 'False', 'JobResumed', 'Job resumed') : conditions
}

/** How many pods should run at once. */
function wantedActive({ spec }: Job, successes: number, active: number): number {
  const parallelism = spec.parallelism ?? 1
  if (spec.completions === undefined) return successes > 0 ? Math.min(active, parallelism) : parallelism
  return Math.min(parallelism, Math.max(0, spec.completions - successes))
}

/** Pods beyond what should run: those of an index that is done or taken, then the ones that are not ready. */
function surplus(job: Job, active: readonly Pod[], successes: number): Pod[] {
  const seen = new Set<number>()
  const repeated = isIndexed(job) ? active.filter(pod => {
    const index = indexOf(pod)
    if (index === undefined || index >= (job.spec.completions ?? 0) || seen.has(index)) return true
    seen.add(index)
    return false
  }) : []
  const rest = active.filter(pod => !repeated.includes(pod))
  const tooMany = rest.length - wantedActive(job, successes, rest.length)
  return [...repeated, ...[...rest].sort((a, b) => Number(isPodReady(a)) - Number(isPodReady(b))).slice(0, Math.max(0, tooMany))]
}

/** Pods that may be created, and how many of them. */
function missing(job: Job, occupied: readonly Pod[], counts: Tally, successes: number, alive: number): { candidates: NextPod[]; count: number } {
  const count = Math.max(0, wantedActive(job, successes + (counts.byIndex?.failed.size ?? 0), alive) - alive)
  if (!isIndexed(job)) return { candidates: Array.from({ length: count }, () => ({ index: undefined })), count }
  const taken = new Set([...counts.completed, ...(counts.byIndex?.failed ?? []), ...occupied.flatMap(pod => indexOf(pod) ?? [])])
  const free = Array.from({ length: job.spec.completions ?? 0 }, (_, index) => index).filter(index => !taken.has(index))
  return {
    count,
    candidates: free.map(index => {
      const last = counts.byIndex?.last.get(index)
      return { index, ...(counts.byIndex && { failures: last ? failuresAfter(job, last) : { counted: 0, ignored: 0 } }) }
    }),
  }
}

/** Those whose time has come: after failures of the job, or of their index, pods wait. */
function inTime({ candidates, count }: { candidates: NextPod[]; count: number }, counts: Tally, pods: readonly Pod[], failures: number, now: number): { made: NextPod[]; waitMs: number } {
  if (count === 0) return { made: [], waitMs: 0 }
  if (!counts.byIndex) {
    const waitMs = untilNextTry(pods, failures, now)
    return { made: waitMs > 0 ? [] : candidates.slice(0, count), waitMs }
  }
  const waits = candidates.map(({ index, failures: own }) => {
    const last = counts.byIndex!.last.get(index!)
    return last ? untilNextTry([last], own!.counted + own!.ignored, now) : 0
  })
  const made = candidates.filter((_, at) => waits[at] === 0).slice(0, count)
  return { made, waitMs: made.length < count ? Math.min(...waits.filter(ms => ms > 0), Infinity) : 0 }
}

const replacesOnlyFailed = ({ spec }: Job): boolean => spec.podReplacementPolicy === 'Failed' || (spec.podReplacementPolicy === undefined && spec.podFailurePolicy !== undefined)
const isAwaitedStill = (pod: Pod, { byIndex, counted, ignored }: Tally): boolean =>
  isTracked(pod) && pod.status.phase === 'Failed' && byIndex?.last.get(indexOf(pod) ?? -1) === pod && !counted.includes(pod) && !ignored.includes(pod)

/** After failures the next pod waits: 10 s, doubled each time, ten minutes at most, from when the last one ended. */
function untilNextTry(pods: readonly Pod[], failures: number, now: number): number {
  if (failures === 0) return 0
  const ends = pods.filter(({ status }) => status.phase === 'Failed').map(endOf)
  const last = ends.length > 0 ? Math.max(...ends) : undefined
  if (last === undefined) return 0
  return Math.max(0, last + Math.min(FIRST_BACK_OFF_MS * 2 ** (failures - 1), LONGEST_BACK_OFF_MS) - now)
}

const endOf = ({ status, metadata }: Pod): number => {
  const ends = (status.containerStatuses ?? []).map(({ state }) => Date.parse(state?.terminated?.finishedAt ?? '')).filter(time => !Number.isNaN(time))
  const changed = (status.conditions ?? []).find(({ type }) => type === 'Ready')?.lastTransitionTime
  return ends.length > 0 ? Math.max(...ends) : Date.parse(changed ?? metadata.deletionTimestamp ?? metadata.creationTimestamp)
}
