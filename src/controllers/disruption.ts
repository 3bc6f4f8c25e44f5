import { Deployments } from '../api/apps/deployment.ts'
import { ReplicaSets } from '../api/apps/replica-set.ts'
import { StatefulSets } from '../api/apps/stateful-set.ts'
import { Pods, type Pod } from '../api/core/pod/pod.ts'
import { isPodFinished, isPodReady } from '../api/core/pod/predicates.ts'
import { ReplicationControllers } from '../api/core/replication-controller.ts'
import { PodDisruptionBudgets, type PodDisruptionBudget } from '../api/policy/pod-disruption-budget.ts'
import type { CacheReader } from '../client/cache.ts'
import { selectorFrom } from '../machinery/selector.ts'
import { controllerOf } from './claim.ts'
import { sameJson, withCondition } from './conditions.ts'
import { defineController, watched } from './framework.ts'

/** An eviction that was granted but whose pod still has not gone is forgotten after this time. */
const DISRUPTION_MS = 120_000

/** Says for every budget how many of its pods may be evicted now. */
export const disruptionController = defineController<PodDisruptionBudget>({
  name: 'disruption',
  for: PodDisruptionBudgets,
  watches: [watched(Pods, (pod, cache) => cache.list(PodDisruptionBudgets, { namespace: pod.metadata.namespace })
    .filter(({ spec }) => selectorFrom(spec.selector).matches(pod.metadata.labels)).map(budget => budget.metadata))],
  reads: [ReplicaSets, Deployments, StatefulSets, ReplicationControllers],
  async reconcile(budget, { cache, client, clock, events }) {
    const selector = selectorFrom(budget.spec.selector)
    const pods = cache.list(Pods, { namespace: budget.metadata.namespace }).filter(pod => selector.matches(pod.metadata.labels) && !isPodFinished(pod))
    if (pods.length === 0) events.event(budget, 'Normal', 'NoPods', 'No matching pods found')
    const { status, nextMs } = planBudget(budget, pods, scaleIn(cache), clock.now())
    if (!sameJson(status, budget.status)) await client.updateStatus(PodDisruptionBudgets, { ...budget, status })
    return { afterMs: nextMs }
  },
})

/** How many pods the owner of a pod wants, by the uid of that owner. */
type Scale = (pod: Pod) => { readonly uid: string; readonly replicas: number } | undefined

const scaleIn = (cache: CacheReader): Scale => pod => {
  const { namespace } = pod.metadata
  const owner = controllerOf(pod)
  if (!owner) return undefined
  const ref = { namespace, name: owner.name }
  const direct = owner.kind === 'ReplicaSet' ? cache.get(ReplicaSets, ref) : owner.kind === 'StatefulSet' ? cache.get(StatefulSets, ref)
    : owner.kind === 'ReplicationController' ? cache.get(ReplicationControllers, ref) : undefined
  if (direct?.metadata.uid !== owner.uid) return undefined
  const parent = owner.kind === 'ReplicaSet' ? controllerOf(direct) : undefined
  const deployment = parent?.kind === 'Deployment' ? cache.get(Deployments, { namespace, name: parent.name }) : undefined
  const scaled = deployment ?? direct
  return { uid: scaled.metadata.uid, replicas: scaled.spec.replicas ?? 1 }
}

const portion = (value: number | string, total: number): number => (typeof value === 'string' ? Math.ceil((Number.parseInt(value, 10) * total) / 100) : value)

/** Decides what a budget allows. Percentages are of what the pods' owners want, not of what happens to be there. */
export function planBudget(budget: PodDisruptionBudget, pods: readonly Pod[], scale: Scale, now: number): { status: PodDisruptionBudget['status']; nextMs: number | undefined } {
  const { minAvailable, maxUnavailable } = budget.spec
  const wanted = (): number => {
    const owners = new Map<string, number>()
    for (const pod of pods) {
      const owner = scale(pod)
      if (owner) owners.set(owner.uid, owner.replicas)
    }
    return [...owners.values()].reduce((total, replicas) => total + replicas, 0)
  }
  const expectedPods = maxUnavailable !== undefined || typeof minAvailable === 'string' ? wanted() : pods.length
  const desiredHealthy = maxUnavailable !== undefined ? Math.max(0, expectedPods - portion(maxUnavailable, expectedPods)) : portion(minAvailable ?? 0, expectedPods)
  const disrupted = stillDisrupted(budget, pods, now)
  const currentHealthy = pods.filter(pod => isPodReady(pod) && !pod.metadata.deletionTimestamp && disrupted[pod.metadata.name] === undefined).length
  const disruptionsAllowed = expectedPods <= 0 ? 0 : Math.max(0, currentHealthy - desiredHealthy)
  const allowed = disruptionsAllowed > 0
  const condition = {
    type: 'DisruptionAllowed', status: allowed ? 'True' : 'False', reason: allowed ? 'SufficientPods' : 'InsufficientPods', message: '', lastTransitionTime: '',
    ...(budget.metadata.generation !== undefined && { observedGeneration: budget.metadata.generation }),
  }
  const times = Object.values(disrupted).map(time => Date.parse(time!) + DISRUPTION_MS - now)
  return {
    nextMs: times.length > 0 ? Math.min(...times) + 1 : undefined,
    status: {
      ...(budget.metadata.generation !== undefined && { observedGeneration: budget.metadata.generation }), ...(Object.keys(disrupted).length > 0 && { disruptedPods: disrupted }),
      disruptionsAllowed, currentHealthy, desiredHealthy, expectedPods, conditions: withCondition(budget.status.conditions, condition, now),
    },
  }
}

/** Pods whose eviction was granted and that are still there, as long as that can be believed. */
function stillDisrupted({ status }: PodDisruptionBudget, pods: readonly Pod[], now: number): NonNullable<PodDisruptionBudget['status']['disruptedPods']> {
  const there = new Map(pods.map(pod => [pod.metadata.name, pod]))
  return Object.fromEntries(Object.entries(status.disruptedPods ?? {}).filter(([name, time]) => {
    const pod = there.get(name)
    return pod && !pod.metadata.deletionTimestamp && Date.parse(time!) + DISRUPTION_MS > now
  }))
}
