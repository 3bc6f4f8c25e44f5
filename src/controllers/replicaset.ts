import { ReplicaSets, type ReplicaSet, type ReplicaSetCondition } from '../api/apps/replica-set.ts'
import { Pods, type Pod } from '../api/core/pod/pod.ts'
import { isPodActive, isPodReady, podCondition, untilAvailable } from '../api/core/pod/predicates.ts'
import type { CacheReader } from '../client/cache.ts'
import { matchesLabels, selectorFrom } from '../machinery/selector.ts'
import { controllerOf } from './claim.ts'
import { conditionOf, sameJson, withCondition, withoutCondition } from './conditions.ts'
import { defineController, slowStart } from './framework.ts'
import { createPod, deletePod, podFromTemplate } from './pod-control.ts'

/** So many pods are created or deleted in one run. */
const BURST = 500

/** Keeps `spec.replicas` pods alive for every ReplicaSet. */
export const replicaSetController = defineController<ReplicaSet>({
  name: 'replicaset',
  for: ReplicaSets,
  owns: [Pods],
  selects: rs => selectorFrom(rs.spec.selector),

  async reconcile(rs, context) {
    const pods = await context.owned(Pods)
    const now = context.clock.now()
    const plan = planReplicas(rs, pods.filter(isPodActive), { onNode: relatedOnNode(rs, context.cache), now })
    const failure = await act(rs, plan, context).then(() => undefined, (error: Error) => error)
    const status = replicaSetStatus(rs, pods, plan, failure, now)
    if (!sameJson(status, rs.status)) await context.client.updateStatus(ReplicaSets, { ...rs, status })
    if (failure) throw failure
    return { afterMs: nextAvailable(rs, pods, now) }
  },
})

async function act(rs: ReplicaSet, plan: ReplicaPlan, context: Parameters<typeof replicaSetController.reconcile>[1]): Promise<void> {
  const template = podFromTemplate(rs.spec.template, ReplicaSets, rs)
  await slowStart(Array.from({ length: Math.min(plan.create, BURST) }), () => createPod(context, rs, template))
  await Promise.all(plan.remove.slice(0, BURST).map(pod => deletePod(context, rs, pod)))
}

export interface ReplicaPlan {
  readonly create: number
  readonly remove: readonly Pod[]
}

/** Decides how many pods are missing, or which are too many: least useful first. */
export function planReplicas(rs: ReplicaSet, active: readonly Pod[], ranking: Ranking): ReplicaPlan {
  const wanted = rs.spec.replicas ?? 1
  if (rs.metadata.deletionTimestamp) return { create: 0, remove: [] }
  const surplus = active.length - wanted
  return { create: Math.max(0, -surplus), remove: surplus > 0 ? [...active].sort(leastUsefulFirst(ranking)).slice(0, surplus) : [] }
}

const PHASE_ORDER: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 }
const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost'

const deletionCost = (pod: Pod): number => {
  const text = pod.metadata.annotations?.[DELETION_COST]
  return text !== undefined && /^-?(0|[1-9]\d*)$/.test(text) ? Number(text) : 0
}
const restarts = (pod: Pod): number => Math.max(0, ...(pod.status?.containerStatuses ?? []).map(status => status.restartCount))
const startOf = (time: string | null | undefined): number => (time ? Date.parse(time) : 0)

export interface Ranking {
  /** How many active pods of the same family stand on the pod's node. */
  readonly onNode: (pod: Pod) => number
  readonly now: number
}

/**
 * The order in which pods are given up: unassigned, pending, not ready, cheap, crowded together, ready for less long, restarted more often, younger.
 * Ages count by orders of magnitude, so that pods of about the same age are chosen by chance (KEP-2185): the uid breaks ties.
 */
export const leastUsefulFirst = ({ onNode, now }: Ranking) => (a: Pod, b: Pod): number => {
  const readySince = (pod: Pod): number => startOf(podCondition(pod, 'Ready')?.lastTransitionTime)
  const magnitude = (time: number): number => (now <= time ? -1 : Math.floor(Math.log2((now - time) * 1e6)))
  const youngerFirst = (x: number, y: number): number =>
    x === y ? 0 : x === 0 ? -1 : y === 0 ? 1 : magnitude(x) - magnitude(y) || (a.metadata.uid < b.metadata.uid ? -1 : 1)
  return Number(!!a.spec.nodeName) - Number(!!b.spec.nodeName)
    || (PHASE_ORDER[a.status?.phase ?? ''] ?? 0) - (PHASE_ORDER[b.status?.phase ?? ''] ?? 0)
    || Number(isPodReady(a)) - Number(isPodReady(b))
    || deletionCost(a) - deletionCost(b)
    || onNode(b) - onNode(a)
    || (isPodReady(a) && isPodReady(b) ? youngerFirst(readySince(a), readySince(b)) : 0)
    || restarts(b) - restarts(a)
    || youngerFirst(startOf(a.metadata.creationTimestamp), startOf(b.metadata.creationTimestamp))
}

/** Counts, when first asked, the active pods on each node that belong to ReplicaSets of the same owner. */
function relatedOnNode(rs: ReplicaSet, cache: CacheReader): (pod: Pod) => number {
  let counts: Map<string, number> | undefined
  const owner = controllerOf(rs)
  return pod => {
    if (!counts) {
      const family = owner ? cache.list(ReplicaSets, { owner: { metadata: owner } }) : [rs]
      counts = new Map()
      for (const { spec } of family.flatMap(member => cache.list(Pods, { owner: member })).filter(isPodActive)) {
        if (spec.nodeName) counts.set(spec.nodeName, (counts.get(spec.nodeName) ?? 0) + 1)
      }
    }
    return counts.get(pod.spec.nodeName ?? '') ?? 0
  }
}

/** The first failure is told until it is over: each new one names another pod, and writing that down would wake the controller to try again at once. */
function withFailure(conditions: readonly ReplicaSetCondition[], plan: ReplicaPlan, { message }: Error, now: number): ReplicaSetCondition[] {
  if (conditionOf(conditions, 'ReplicaFailure')) return [...conditions]
  return withCondition(conditions, { type: 'ReplicaFailure', status: 'True', reason: plan.create > 0 ? 'FailedCreate' : 'FailedDelete', message }, now)
}

/** What the ReplicaSet says of itself. */
export function replicaSetStatus(rs: ReplicaSet, pods: readonly Pod[], plan: ReplicaPlan, failure: Error | undefined, now: number): ReplicaSet['status'] {
  const active = pods.filter(isPodActive)
  const minReadySeconds = rs.spec.minReadySeconds ?? 0
  const labels = rs.spec.template?.metadata?.labels ?? {}
  const count = (holds: (pod: Pod) => boolean): number => active.filter(holds).length
  const conditions = failure ? withFailure(rs.status.conditions ?? [], plan, failure, now) : withoutCondition(rs.status.conditions, 'ReplicaFailure')
  const filled = {
    fullyLabeledReplicas: count(pod => matchesLabels(labels, pod.metadata.labels)),
    readyReplicas: count(isPodReady),
    availableReplicas: count(pod => untilAvailable(pod, minReadySeconds, now) === 0),
  }
  return {
    replicas: active.length, ...Object.fromEntries(Object.entries(filled).filter(([, value]) => value > 0)),
    terminatingReplicas: pods.filter(pod => pod.metadata.deletionTimestamp && pod.status?.phase !== 'Succeeded' && pod.status?.phase !== 'Failed').length,
    ...(rs.metadata.generation !== undefined && { observedGeneration: rs.metadata.generation }), ...(conditions.length > 0 && { conditions }),
  }
}

/** Milliseconds until the next ready pod counts as available. */
export function nextAvailable(rs: ReplicaSet, pods: readonly Pod[], now: number): number | undefined {
  const waits = pods.filter(isPodActive).map(pod => untilAvailable(pod, rs.spec.minReadySeconds ?? 0, now) ?? 0).filter(ms => ms > 0)
  return waits.length > 0 ? Math.min(...waits) : undefined
}
