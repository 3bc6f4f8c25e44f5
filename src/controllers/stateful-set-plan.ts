import type { StatefulSet } from '../api/apps/stateful-set.ts'
import type { Pod } from '../api/core/pod/pod.ts'
import { isPodReady, untilAvailable } from '../api/core/pod/predicates.ts'
import { REVISION_HASH } from './revisions.ts'

/** The names of the revision that most pods still have and of the one that they shall have. */
export interface Revisions {
  readonly current: string
  readonly update: string
}

export interface StatefulPlan {
  /** Ordinals to create, each of the given revision. */
  readonly create: readonly { readonly ordinal: number; readonly revision: string }[]
  readonly remove: readonly Pod[]
  /** When a pod that is ready will count as available. */
  readonly nextMs: number | undefined
}

export const startOf = (set: StatefulSet): number => set.spec.ordinals?.start ?? 0
export const replicasOf = (set: StatefulSet): number => set.spec.replicas ?? 1
const inOrder = (set: StatefulSet): boolean => set.spec.podManagementPolicy !== 'Parallel'

/** The number at the end of a pod's name, if it is one of this set's. */
export function ordinalOf(set: StatefulSet, { metadata }: Pod): number | undefined {
  const match = /^(.*)-(\d+)$/.exec(metadata.name)
  return match && match[1] === set.metadata.name ? Number(match[2]) : undefined
}

const revisionOf = ({ metadata }: Pod): string => metadata.labels?.[REVISION_HASH] ?? ''
const isLeaving = ({ metadata }: Pod): boolean => metadata.deletionTimestamp !== undefined
const isHealthy = (pod: Pod): boolean => pod.status.phase === 'Running' && isPodReady(pod) && !isLeaving(pod)
const hasEnded = ({ status }: Pod): boolean => status.phase === 'Failed' || status.phase === 'Succeeded'

/** Which revision a new pod of this ordinal gets: a partition, or an update that has not come so far, keeps it with the old one. */
function revisionFor(set: StatefulSet, ordinal: number, revisions: Revisions): string {
  const { updateStrategy } = set.spec
  if (updateStrategy?.type === 'OnDelete') return revisions.update
  const partition = updateStrategy?.rollingUpdate?.partition
  const kept = updateStrategy?.rollingUpdate ? partition ?? 0 : set.status.currentReplicas ?? 0
  return ordinal < startOf(set) + kept ? revisions.current : revisions.update
}

/** Decides the next step. In order: one pod at a time, each only when all before it are healthy. */
export function planStateful(set: StatefulSet, pods: readonly Pod[], revisions: Revisions, now: number): StatefulPlan {
  const first = startOf(set)
  const ordered = inOrder(set)
  const byOrdinal = new Map(pods.map(pod => [ordinalOf(set, pod), pod]))
  const create: { ordinal: number; revision: string }[] = []
  const remove: Pod[] = []
  const done = (nextMs?: number): StatefulPlan => ({ create, remove, nextMs })
  for (let ordinal = first; ordinal < first + replicasOf(set); ordinal++) {
    const pod = byOrdinal.get(ordinal)
    if (!pod) create.push({ ordinal, revision: revisionFor(set, ordinal, revisions) })
    else if (hasEnded(pod) && !isLeaving(pod)) remove.push(pod)
    else if (!ordered) continue
    else if (!isHealthy(pod)) return done()
    else {
      const waitMs = untilAvailable(pod, set.spec.minReadySeconds ?? 0, now)
      if (waitMs) return done(waitMs)
      continue
    }
    if (ordered) return done()
  }
  const condemned = pods.filter(pod => { const ordinal = ordinalOf(set, pod); return ordinal !== undefined && (ordinal < first || ordinal >= first + replicasOf(set)) })
    .sort((a, b) => ordinalOf(set, b)! - ordinalOf(set, a)!)
  if (condemned.length > 0) {
    if (ordered && (condemned.some(isLeaving) || isHeldBack(set, condemned, now))) return done(nextAvailable(set, pods, now))
    remove.push(...(ordered ? condemned.slice(0, 1) : condemned.filter(pod => !isLeaving(pod))))
    if (ordered) return done()
  }
  const outdated = planUpdate(set, byOrdinal, revisions)
  return { create, remove: [...remove, ...outdated.filter(pod => !remove.includes(pod))], nextMs: nextAvailable(set, pods, now) }
}

/** In order, an unhealthy pod goes only when no pod before it is unhealthy too: scaling down halts until those have recovered. */
function isHeldBack(set: StatefulSet, [last, ...before]: readonly Pod[], now: number): boolean {
  const isAvailable = (pod: Pod): boolean => isHealthy(pod) && untilAvailable(pod, set.spec.minReadySeconds ?? 0, now) === 0
  return last !== undefined && !isAvailable(last) && !before.every(isAvailable)
}

/** From the last to the first: the next pod of an older revision, when all after it are healthy. */
function planUpdate(set: StatefulSet, byOrdinal: ReadonlyMap<number | undefined, Pod>, revisions: Revisions): Pod[] {
  if (set.spec.updateStrategy?.type === 'OnDelete') return []
  const first = startOf(set)
  const stop = first + (set.spec.updateStrategy?.rollingUpdate?.partition ?? 0)
  for (let ordinal = first + replicasOf(set) - 1; ordinal >= stop; ordinal--) {
    const pod = byOrdinal.get(ordinal)
    if (!pod) return []
    if (revisionOf(pod) !== revisions.update) return isLeaving(pod) ? [] : [pod]
    if (!isHealthy(pod)) return []
  }
  return []
}

function nextAvailable(set: StatefulSet, pods: readonly Pod[], now: number): number | undefined {
  const waits = pods.map(pod => untilAvailable(pod, set.spec.minReadySeconds ?? 0, now) ?? 0).filter(ms => ms > 0)
  return waits.length > 0 ? Math.min(...waits) : undefined
}

/** What the set says of itself. */
export function statefulStatus(set: StatefulSet, pods: readonly Pod[], revisions: Revisions, now: number): StatefulSet['status'] {
  const count = (holds: (pod: Pod) => boolean): number => pods.filter(holds).length
  const ready = count(isHealthy)
  const updated = count(pod => !isLeaving(pod) && revisionOf(pod) === revisions.update)
  const wanted = replicasOf(set)
  const complete = set.spec.updateStrategy?.type !== 'OnDelete' && updated === wanted && pods.length === wanted && ready === wanted
  const current = complete ? updated : count(pod => !isLeaving(pod) && revisionOf(pod) === revisions.current)
  const optional = { readyReplicas: ready, currentReplicas: current, updatedReplicas: updated }
  return {
    ...(set.status.conditions && { conditions: set.status.conditions }), collisionCount: set.status.collisionCount ?? 0,
    ...(set.metadata.generation !== undefined && { observedGeneration: set.metadata.generation }), replicas: pods.length,
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value > 0)),
    availableReplicas: count(pod => isHealthy(pod) && untilAvailable(pod, set.spec.minReadySeconds ?? 0, now) === 0),
    currentRevision: complete ? revisions.update : revisions.current, updateRevision: revisions.update,
  }
}
