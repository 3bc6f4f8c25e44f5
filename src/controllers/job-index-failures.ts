import type { Job } from '../api/batch/job.ts'
import type { Pod } from '../api/core/pod/pod.ts'
import { parseIndexes } from './job-indexes.ts'
import { matchFailure } from './job-policies.ts'

export const INDEX_FAILURES = 'batch.kubernetes.io/job-index-failure-count'
export const INDEX_IGNORED = 'batch.kubernetes.io/job-index-ignored-failure-count'

/** How often an index has failed before: stands on its pods. */
export interface Failures {
  readonly counted: number
  readonly ignored: number
}

const countOn = ({ metadata }: Pod, name: string): number => {
  const text = metadata.annotations?.[name]
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : 0
}

/** The failures that the next pod after a failed one carries on. */
export function failuresAfter(job: Job, pod: Pod): Failures {
  const [counted, ignored] = [countOn(pod, INDEX_FAILURES), countOn(pod, INDEX_IGNORED)]
  return matchFailure(job, pod)?.action === 'Ignore' ? { counted, ignored: ignored + 1 } : { counted: counted + 1, ignored }
}

/** What has failed, index by index (KEP-3850). */
export interface IndexFailures {
  readonly failed: ReadonlySet<number>
  /** The last failed pod of each index that is to be tried again: it must stay until its successor has taken its count over. */
  readonly last: ReadonlyMap<number, Pod>
}

/** Tells failed indexes from those that get another pod; undefined: the job counts its failures as a whole. */
export function indexFailures(job: Job, pods: readonly Pod[], indexOf: (pod: Pod) => number | undefined, completed: ReadonlySet<number>): IndexFailures | undefined {
  const limit = job.spec.backoffLimitPerIndex
  if (limit === undefined) return undefined
  const failed = parseIndexes(job.status.failedIndexes, job.spec.completions ?? 0)
  const last = new Map<number, Pod>()
  const total = (pod: Pod): number => countOn(pod, INDEX_FAILURES) + countOn(pod, INDEX_IGNORED)
  for (const pod of pods) {
    const index = indexOf(pod)
    if (index === undefined || pod.status.phase !== 'Failed' || completed.has(index)) continue
    const action = matchFailure(job, pod)?.action
    if (action === 'FailIndex' || (action !== 'Ignore' && countOn(pod, INDEX_FAILURES) >= limit)) failed.add(index)
    const before = last.get(index)
    if (!before || total(before) < total(pod)) last.set(index, pod)
  }
  for (const pod of pods) {
    const index = indexOf(pod)
    if (index === undefined) continue
    const before = last.get(index)
    if (failed.has(index) || (before && before !== pod && pod.status.phase !== 'Failed' && total(pod) > total(before))) last.delete(index)
  }
  return { failed, last }
}
