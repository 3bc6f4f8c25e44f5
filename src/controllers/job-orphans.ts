import { Pods, type Pod } from '../api/core/pod/pod.ts'
import { controllerOf } from './claim.ts'
import { defineController } from './framework.ts'
import { isTracked, untrack } from './job-tracking.ts'

/** Lets pods go that were a job's and have no owner any more: nobody else would count them. */
export const jobOrphans = defineController<Pod>({
  name: 'job-orphans',
  identity: 'job-controller',
  for: Pods,
  async reconcile(pod, { client }) {
    if (isTracked(pod) && !controllerOf(pod)) await untrack(client, pod)
  },
})
