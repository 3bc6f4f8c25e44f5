import { Deployments, type Deployment } from '../api/apps/deployment.ts'
import { ReplicaSets, type ReplicaSet } from '../api/apps/replica-set.ts'
import { Pods } from '../api/core/pod/pod.ts'
import { selectorFrom } from '../machinery/selector.ts'
import { isReason } from '../machinery/status.ts'
import { controllerOf } from './claim.ts'
import { sameJson } from './conditions.ts'
import { planDeployment, type DeploymentPlan, type Resize } from './deployment-plan.ts'
import { deploymentStatus, nextDeadline, type RolloutFacts } from './deployment-status.ts'
import { defineController, watched, type Context } from './framework.ts'
import { isNamespaceTerminating } from './pod-control.ts'
import { replicasOf, REVISION, sameTemplate, sizeAnnotations, sortOut } from './replicaset-facts.ts'

/** Rolls pods over from one template to the next by growing one ReplicaSet and shrinking the others. */
export const deploymentController = defineController<Deployment>({
  name: 'deployment',
  for: Deployments,
  owns: [ReplicaSets],
  // A deployment of type Recreate waits for the last old pod to go.
  watches: [watched(Pods, (pod, cache) => {
    const owner = controllerOf(pod)
    const rs = owner?.kind === 'ReplicaSet' ? cache.get(ReplicaSets, { namespace: pod.metadata.namespace, name: owner.name }) : undefined
    const deployment = rs && controllerOf(rs)
    if (deployment?.kind !== 'Deployment') return []
    const found = cache.get(Deployments, { namespace: pod.metadata.namespace, name: deployment.name })
    return found?.spec.strategy.type === 'Recreate' ? [found.metadata] : []
  })],
  selects: deployment => selectorFrom(deployment.spec.selector),

  async reconcile(d, context) {
    const { cache, client, clock, events } = context
    if (selectorFrom(d.spec.selector).everything) {
      events.event(d, 'Warning', 'SelectingAll', 'This deployment is selecting all pods. A non-empty selector is required.')
      return
    }
    const all = await context.owned(ReplicaSets)
    const plan = d.metadata.deletionTimestamp ? undefined : planDeployment(d, all, rs => cache.list(Pods, { owner: rs }))
    const facts = plan ? await act(d, all, plan, context) : { all, current: sortOut(d, all).current }
    const now = clock.now()
    const status = deploymentStatus(d, facts, now)
    const annotations = plan?.revision && !facts.failure ? { ...d.metadata.annotations, [REVISION]: String(plan.revision) } : d.metadata.annotations
    if (!sameJson(status, d.status) || annotations !== d.metadata.annotations) {
      await client.updateStatus(Deployments, { ...d, metadata: { ...d.metadata, ...(annotations && { annotations }) }, status })
    }
    if (facts.failure) throw facts.failure.error
    return { afterMs: nextDeadline(d, status, now) }
  },
})

/** Does what the plan says; answers the ReplicaSets as they are then. */
async function act(d: Deployment, all: readonly ReplicaSet[], plan: DeploymentPlan, context: Context): Promise<RolloutFacts> {
  const { client } = context
  const changed = new Map<string, ReplicaSet>()
  if (plan.update) changed.set(plan.update.metadata.uid, await client.update(ReplicaSets, plan.update))
  for (const step of plan.resize) {
    const rs = changed.get(step.rs.metadata.uid) ?? step.rs
    changed.set(rs.metadata.uid, await resize(d, { ...step, rs }, context))
  }
  for (const rs of plan.remove) await client.delete(ReplicaSets, rs.metadata).catch(error => { if (!isReason(error, 'NotFound')) throw error })
  const made = plan.create ? await create(d, plan.create, context) : {}
  const after = [...all.map(rs => changed.get(rs.metadata.uid) ?? rs), ...(made.rs ? [made.rs] : [])]
  return { ...made, all: after, current: made.rs ?? sortOut(d, after).current }
}

async function resize(d: Deployment, { rs, replicas }: Resize, { client, events }: Context): Promise<ReplicaSet> {
  const before = replicasOf(rs)
  const annotations = { ...rs.metadata.annotations, ...sizeAnnotations(d) }
  const next = await client.update(ReplicaSets, { ...rs, metadata: { ...rs.metadata, annotations }, spec: { ...rs.spec, replicas } })
  if (replicas !== before) {
    events.event(d, 'Normal', 'ScalingReplicaSet', `Scaled ${replicas > before ? 'up' : 'down'} replica set ${rs.metadata.name} from ${before} to ${replicas}`)
  }
  return next
}

type Made = Omit<RolloutFacts, 'all' | 'current'> & { readonly rs?: ReplicaSet }

async function create(d: Deployment, draft: NonNullable<DeploymentPlan['create']>, { client, events }: Context): Promise<Made> {
  const name = draft.metadata!.name!
  try {
    const rs = await client.create(ReplicaSets, draft)
    const replicas = replicasOf(rs)
    if (replicas > 0) events.event(d, 'Normal', 'ScalingReplicaSet', `Scaled up replica set ${name} from 0 to ${replicas}`)
    return { rs, created: name }
  } catch (error) {
    if (isNamespaceTerminating(error)) return {}
    if (!isReason(error, 'AlreadyExists')) {
      events.event(d, 'Warning', 'ReplicaSetCreateError', `Failed to create new replica set "${name}": ${(error as Error).message}`)
      return { failure: { name, error: error as Error } }
    }
    const existing = await client.get(ReplicaSets, { namespace: d.metadata.namespace, name })
    // Ours after all, only not seen yet; otherwise another template has the same hash, and the next run tries another name.
    return controllerOf(existing)?.uid === d.metadata.uid && sameTemplate(existing.spec.template, d.spec.template) ? { rs: existing } : { collided: true }
  }
}
