import { Jobs, type Job } from '../api/batch/job.ts'
import { Pods, type Pod } from '../api/core/pod/pod.ts'
import type { Draft } from '../machinery/schema/schema.ts'
import { selectorFrom } from '../machinery/selector.ts'
import { sameJson } from './conditions.ts'
import { defineController, slowStart, type Context } from './framework.ts'
import { INDEX_FAILURES, INDEX_IGNORED } from './job-index-failures.ts'
import { INDEX, planJob, type JobPlan, type NextPod } from './job-plan.ts'
import { isTracked, TRACKING, untrack } from './job-tracking.ts'
import { createPod, deletePod, podFromTemplate } from './pod-control.ts'

const UID_LABEL = 'batch.kubernetes.io/controller-uid'
const isFinished = ({ status }: Job): boolean => status.conditions?.some(({ type, status: state }) => (type === 'Complete' || type === 'Failed') && state === 'True') ?? false

/** Runs pods until enough of them have succeeded. */
export const jobController = defineController<Job>({
  name: 'job',
  for: Jobs,
  owns: [Pods],
  finalizer: TRACKING,
  selects: ({ spec, metadata }) => selectorFrom(spec.selector ?? { matchLabels: { [UID_LABEL]: metadata.uid } }),
  async reconcile(job, context) {
    if (job.spec.managedBy && job.spec.managedBy !== 'kubernetes.io/job-controller') return
    const pods = await context.owned(Pods)
    // Pods of a job that is over are only let go.
    if (isFinished(job) || job.metadata.deletionTimestamp) return release(pods.filter(isTracked), context)
    const plan = planJob(job, pods, context.clock.now())
    const latest = sameJson(plan.status, job.status) ? job : await context.client.updateStatus(Jobs, { ...job, status: plan.status })
    if (plan.event) context.events.event(latest, plan.event.type, plan.event.reason, plan.event.message)
    await act(job, plan, context)
    return { afterMs: plan.nextMs }
  },
  async gone(ref, context) {
    const orphans = context.cache.list(Pods, { namespace: ref.namespace }).filter(pod => isTracked(pod) && pod.metadata.ownerReferences?.some(owner => owner.controller && owner.kind === 'Job' && owner.name === ref.name))
    await release(orphans, context)
  },
})

async function act(job: Job, plan: JobPlan, context: Context): Promise<void> {
  // Their uids stand in the status by now: they cannot be counted twice.
  await release(plan.release, context)
  if (plan.uncounted) await release(plan.remove.filter(isTracked), context)
  await Promise.all(plan.remove.map(pod => deletePod(context, job, pod)))
  await slowStart(plan.create, next => createPod(context, job, jobPod(job, next)))
}

async function release(pods: readonly Pod[], { client }: Context): Promise<void> {
  await Promise.all(pods.map(pod => untrack(client, pod)))
}

/** The pod of a job; with an index it has the index in its name, host name, annotation, label and environment. */
export function jobPod(job: Job, { index, failures }: NextPod): Draft<Pod> {
  const pod = podFromTemplate(job.spec.template, Jobs, job)
  const { name, uid } = job.metadata
  const own = { [UID_LABEL]: uid, 'controller-uid': uid, 'batch.kubernetes.io/job-name': name, 'job-name': name, ...(index !== undefined && { [INDEX]: String(index) }) }
  const metadata = { ...pod.metadata, labels: { ...own, ...pod.metadata?.labels, ...(index !== undefined && { [INDEX]: String(index) }) }, finalizers: [...(pod.metadata?.finalizers ?? []), TRACKING] }
  if (index === undefined) return { ...pod, metadata } as Draft<Pod>
  const env = { name: 'JOB_COMPLETION_INDEX', valueFrom: { fieldRef: { fieldPath: `metadata.labels['${INDEX}']` } } }
  const withEnv = <C extends { env?: readonly { name?: string }[] }>(container: C): C => (container.env?.some(each => each.name === env.name) ? container : { ...container, env: [...(container.env ?? []), env] })
  const spec = job.spec.template.spec!
  const counts = failures && { [INDEX_FAILURES]: String(failures.counted), ...(job.spec.podFailurePolicy && { [INDEX_IGNORED]: String(failures.ignored) }) }
  return {
    metadata: { ...metadata, generateName: `${name}-${index}-`, annotations: { ...metadata.annotations, [INDEX]: String(index), ...counts } },
    spec: {
      ...pod.spec, hostname: `${name}-${index}`, containers: spec.containers.map(each => withEnv(each as never)),
      ...(spec.initContainers && { initContainers: spec.initContainers.map(each => withEnv(each as never)) }),
    },
  } as Draft<Pod>
}
