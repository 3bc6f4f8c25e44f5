import { Jobs, type Job } from '../api/batch/job.ts'
import { isReason } from '../machinery/status.ts'
import { defineController } from './framework.ts'

/** Deletes finished jobs after the time that they state. */
export const ttlAfterFinished = defineController<Job>({
  name: 'ttl-after-finished',
  for: Jobs,
  async reconcile(job, { client, clock }) {
    const expiresAt = expiryOf(job)
    if (expiresAt === undefined || job.metadata.deletionTimestamp) return
    const leftMs = expiresAt - clock.now()
    if (leftMs > 0) return { afterMs: leftMs }
    const { uid, resourceVersion } = job.metadata
    await client.delete(Jobs, job.metadata, { propagationPolicy: 'Foreground', preconditions: { uid, resourceVersion } }).catch(error => {
      if (!isReason(error, 'NotFound')) throw error
    })
  },
})

/** When a finished job's time is up; undefined: it has not finished, or stays. */
export function expiryOf({ spec, status }: Job): number | undefined {
  const finished = status.conditions?.find(({ type, status: state }) => (type === 'Complete' || type === 'Failed') && state === 'True')
  if (spec.ttlSecondsAfterFinished === undefined || !finished?.lastTransitionTime) return undefined
  return Date.parse(finished.lastTransitionTime) + spec.ttlSecondsAfterFinished * 1000
}
