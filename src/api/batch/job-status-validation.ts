import type { Cause } from '../../machinery/status.ts'
import { duplicate, invalid, nonNegative, required } from '../validation.ts'
import { parseIndexes } from './indexes.ts'
import type { Job, JobStatus } from './job-schema.ts'
import { invalidWhole } from './job-spec-validation.ts'

type Interval = { start: number; end: number }

const has = ({ conditions }: JobStatus, type: string): boolean => (conditions ?? []).some(condition => condition.type === type && condition.status === 'True')
const TERMINAL = ['FailureTarget', 'Failed', 'SuccessCriteriaMet', 'Complete']

/** What a status may say, and how it may go on; what was wrong before is let pass. */
export function validateJobStatus(job: Job, old: Job): Cause[] {
  const before = new Set(validateStatus(old).map(({ field, message }) => `${field} ${message}`))
  return [...validateStatus(job).filter(({ field, message }) => !before.has(`${field} ${message}`)), ...validateProgress(job, old)]
}

function validateStatus(job: Job): Cause[] {
  const { status } = job
  const causes: Cause[] = []
  for (const name of ['active', 'succeeded', 'failed', 'ready', 'terminating'] as const) causes.push(...nonNegative(`status.${name}`, status[name]))
  for (const part of ['succeeded', 'failed'] as const) {
    const uids = status.uncountedTerminatedPods?.[part] ?? []
    for (const [index, uid] of uids.entries()) {
      const field = `status.uncountedTerminatedPods.${part}[${index}]`
      if (!uid) causes.push(invalid(field, uid, 'must not be empty'))
      else if (uids.indexOf(uid) < index) causes.push(duplicate(field, uid))
    }
  }
  return [...causes, ...validateConditions(job), ...validateTimes(status), ...validateFinished(status), ...validateIndexes(job)]
}

function validateConditions({ spec, status }: Job): Cause[] {
  const is = (type: string): boolean => has(status, type)
  const wrong = (when: boolean, detail: string): Cause[] => (when ? [invalidWhole('status.conditions', detail)] : [])
  return [
    ...wrong(is('Complete') && is('Failed'), 'cannot set Complete=True and Failed=true conditions'),
    ...wrong(is('Complete') && is('FailureTarget'), 'cannot set Complete=True and FailureTarget=true conditions'),
    ...wrong(is('Failed') && !is('FailureTarget'), 'cannot set Failed=True condition without the FailureTarget=true condition'),
    ...wrong(is('Complete') && !is('SuccessCriteriaMet'), 'cannot set Complete=True condition without the SuccessCriteriaMet=true condition'),
    ...wrong(is('SuccessCriteriaMet') && is('Failed'), 'cannot set SuccessCriteriaMet=True and Failed=true conditions'),
    ...wrong(is('SuccessCriteriaMet') && is('FailureTarget'), 'cannot set SuccessCriteriaMet=True and FailureTarget=true conditions'),
    ...wrong(Boolean(spec.successPolicy) && is('Complete') && !is('SuccessCriteriaMet'), 'cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True'),
  ]
}

function validateTimes(status: JobStatus): Cause[] {
  const { completionTime, startTime } = status
  const causes: Cause[] = []
  if (completionTime && !has(status, 'Complete')) causes.push(invalid('status.completionTime', completionTime, 'cannot set completionTime when there is no Complete=True condition'))
  if (!completionTime && has(status, 'Complete')) causes.push(required('status.completionTime', 'completionTime is required for Complete jobs'))
  if (completionTime && startTime && Date.parse(completionTime) < Date.parse(startTime)) {
    causes.push(invalid('status.completionTime', completionTime, 'completionTime cannot be set before startTime'))
  }
  return causes
}

function validateFinished(status: JobStatus): Cause[] {
  const causes = (status.ready ?? 0) > (status.active ?? 0) ? [invalid('status.ready', status.ready, 'cannot set more ready pods than active')] : []
  if (!has(status, 'Complete') && !has(status, 'Failed')) return causes
  const { active = 0, terminating = 0, startTime, uncountedTerminatedPods: uncounted } = status
  if (!startTime) causes.push(required('status.startTime', 'startTime is required for finished job'))
  if (active > 0) causes.push(invalid('status.active', active, 'active>0 is invalid for finished job'))
  if (terminating > 0) causes.push(invalid('status.terminating', terminating, 'terminating>0 is invalid for finished job'))
  if (uncounted?.succeeded?.length || uncounted?.failed?.length) {
    causes.push(invalid('status.uncountedTerminatedPods', { Succeeded: uncounted.succeeded ?? null, Failed: uncounted.failed ?? null }, 'must be empty for finished job'))
  }
  return causes
}

function validateIndexes({ spec, status }: Job): Cause[] {
  const { completedIndexes = '', failedIndexes } = status
  const causes: Cause[] = []
  if (spec.completionMode !== 'Indexed') {
    if (completedIndexes) causes.push(invalid('status.completedIndexes', completedIndexes, 'cannot set non-empty completedIndexes when non-indexed completion mode'))
    if (failedIndexes) causes.push(invalid('status.failedIndexes', failedIndexes, 'cannot set non-null failedIndexes when backoffLimitPerIndex is null'))
    return causes
  }
  const read = (text: string, name: string): Interval[] => {
    try {
      return parseIndexes(text, spec.completions ?? 0)
    } catch (error) {
      causes.push(invalid(`status.${name}`, text, `error parsing ${name}: ${(error as Error).message}`))
      return firstIndexes(text, spec.completions ?? 0)
    }
  }
  const completed = read(completedIndexes, 'completedIndexes')
  if (failedIndexes === undefined) return causes
  if (spec.backoffLimitPerIndex === undefined) causes.push(invalid('status.failedIndexes', failedIndexes, 'cannot set non-null failedIndexes when backoffLimitPerIndex is null'))
  const overlap = overlapOf(completed, read(failedIndexes, 'failedIndexes'))
  return overlap === undefined ? causes : [...causes, invalid('status.failedIndexes', failedIndexes, `failedIndexes and completedIndexes overlap at index: ${overlap}`)]
}

/** What can be read of a text before it goes wrong. */
function firstIndexes(text: string, completions: number): Interval[] {
  const parts = text.split(',')
  for (let count = parts.length - 1; count > 0; count--) {
    try {
      return parseIndexes(parts.slice(0, count).join(','), completions)
    } catch {
      // Still too much.
    }
  }
  return []
}

const overlapOf = (a: readonly Interval[], b: readonly Interval[]): number | undefined =>
  a.flatMap(left => b.filter(right => left.start <= right.end && right.start <= left.end).map(right => Math.max(left.start, right.start))).sort((x, y) => x - y)[0]

function validateProgress({ spec, status }: Job, { status: old }: Job): Cause[] {
  const causes = TERMINAL.filter(type => has(old, type) && !has(status, type)).map(type => invalidWhole('status.conditions', `cannot disable the terminal ${type}=True condition`))
  if (old.completionTime && status.completionTime && Date.parse(old.completionTime) !== Date.parse(status.completionTime)) {
    causes.push(invalid('status.completionTime', status.completionTime, 'completionTime cannot be mutated'))
  }
  if (old.startTime && !spec.suspend) {
    if (!status.startTime) causes.push(required('status.startTime', 'startTime cannot be removed for unsuspended job'))
    else if (Date.parse(old.startTime) !== Date.parse(status.startTime)) causes.push(required('status.startTime', 'startTime cannot be modified for unsuspended job'))
  }
  if ((status.succeeded ?? 0) < (old.succeeded ?? 0) && spec.completionMode !== 'Indexed') causes.push(invalid('status.succeeded', status.succeeded ?? 0, 'cannot decrease the number of succeeded pods'))
  if ((status.failed ?? 0) < (old.failed ?? 0)) causes.push(invalid('status.failed', status.failed ?? 0, 'cannot decrease the failed counter'))
  return causes
}
