import type { ReplicaSet } from '../api/apps/replica-set.ts'
import { Deployments, type Deployment } from '../api/apps/deployment.ts'
import type { Pod } from '../api/core/pod/pod.ts'
import { isPodFinished } from '../api/core/pod/predicates.ts'
import type { Draft } from '../machinery/schema/schema.ts'
import { controllerReference } from './claim.ts'
import { sameJson } from './conditions.ts'
import {
  availableOf, createdFirst, currentAnnotations, DESIRED, HASH_LABEL, isRolling, MAX, nextRevision, replicasOf, revisionOf, rollingLimits, sizeAnnotations, sortOut, sum, templateHash,
} from './replicaset-facts.ts'

export interface Resize {
  readonly rs: ReplicaSet
  readonly replicas: number
}

export interface DeploymentPlan {
  readonly create: Draft<ReplicaSet> | undefined
  /** The present ReplicaSet with other annotations or minReadySeconds. */
  readonly update: ReplicaSet | undefined
  readonly resize: readonly Resize[]
  readonly remove: readonly ReplicaSet[]
  /** The revision to note on the deployment. */
  readonly revision: bigint | undefined
}

const NOTHING: DeploymentPlan = { create: undefined, update: undefined, resize: [], remove: [], revision: undefined }

/** Decides the next step of a deployment from what its ReplicaSets are now. */
export function planDeployment(d: Deployment, all: readonly ReplicaSet[], podsOf: (rs: ReplicaSet) => readonly Pod[]): DeploymentPlan {
  const { current, old } = sortOut(d, all)
  const known = { ...NOTHING, ...(current && keepCurrent(d, current, old)) }
  if (d.spec.paused || isScaling(d, all)) return { ...known, resize: planScale(d, current, old), remove: d.spec.paused ? planCleanup(d, old) : [] }
  if (!isRolling(d)) return planRecreate(d, known, current, old, podsOf)
  if (!current) return { ...known, ...createCurrent(d, old, newSize(d, undefined, all)) }
  const grown = planCurrent(d, current, all)
  if (grown) return { ...known, resize: [grown] }
  const shrunk = planOld(d, current, old)
  return { ...known, resize: shrunk, remove: shrunk.length === 0 && isComplete(d) ? planCleanup(d, old) : [] }
}

/** Whether the deployment's size differs from what its ReplicaSets were last scaled for. */
const isScaling = (d: Deployment, all: readonly ReplicaSet[]): boolean => all.some(rs => {
  const desired = rs.metadata.annotations?.[DESIRED]
  return replicasOf(rs) > 0 && desired !== undefined && Number(desired) !== replicasOf(d)
})

function keepCurrent(d: Deployment, current: ReplicaSet, old: readonly ReplicaSet[]): Pick<DeploymentPlan, 'update' | 'revision'> {
  const annotations = currentAnnotations(d, current, nextRevision(old))
  const minReadySeconds = d.spec.minReadySeconds ?? 0
  const changed = !sameJson(annotations, current.metadata.annotations ?? {}) || (current.spec.minReadySeconds ?? 0) !== minReadySeconds
  const revision = revisionOf({ metadata: { annotations } })
  return {
    update: changed ? { ...current, metadata: { ...current.metadata, annotations }, spec: { ...current.spec, minReadySeconds } } : undefined,
    revision: revision !== revisionOf(d) ? revision : undefined,
  }
}

function createCurrent(d: Deployment, old: readonly ReplicaSet[], replicas: number): Pick<DeploymentPlan, 'create' | 'revision'> {
  const hash = templateHash(d.spec.template, d.status.collisionCount ?? 0)
  const labels = { ...d.spec.template.metadata?.labels, [HASH_LABEL]: hash }
  const revision = nextRevision(old)
  const template = { ...d.spec.template, metadata: { ...d.spec.template.metadata, labels } }
  return {
    revision,
    create: {
      metadata: {
        name: `${d.metadata.name}-${hash}`, namespace: d.metadata.namespace, labels,
        annotations: { ...currentAnnotations(d, undefined, revision), ...sizeAnnotations(d) }, ownerReferences: [controllerReference(Deployments, d)],
      },
      spec: {
        replicas, ...(d.spec.minReadySeconds && { minReadySeconds: d.spec.minReadySeconds }),
        selector: { ...d.spec.selector, matchLabels: { ...d.spec.selector.matchLabels, [HASH_LABEL]: hash } }, template,
      } as Draft<ReplicaSet['spec']>,
    },
  }
}

/** How large the present ReplicaSet may be now. */
export function newSize(d: Deployment, current: ReplicaSet | undefined, all: readonly ReplicaSet[]): number {
  const now = current ? replicasOf(current) : 0
  if (!isRolling(d)) return replicasOf(d)
  const room = replicasOf(d) + rollingLimits(d).maxSurge - sum(all, replicasOf)
  return room <= 0 ? now : now + Math.min(room, replicasOf(d) - now)
}

function planCurrent(d: Deployment, current: ReplicaSet, all: readonly ReplicaSet[]): Resize | undefined {
  const replicas = replicasOf(current) > replicasOf(d) ? replicasOf(d) : newSize(d, current, all)
  return replicas === replicasOf(current) ? undefined : { rs: current, replicas }
}

/** Old pods that are not available go first; then available ones, as many as may be missing. */
export function planOld(d: Deployment, current: ReplicaSet, old: readonly ReplicaSet[]): readonly Resize[] {
  const shrinking = [...old].sort(createdFirst).filter(rs => replicasOf(rs) > 0)
  const minAvailable = replicasOf(d) - rollingLimits(d).maxUnavailable
  const total = sum(shrinking, replicasOf) + replicasOf(current)
  const most = total - minAvailable - (replicasOf(current) - availableOf(current))
  if (shrinking.length === 0 || most <= 0) return []
  const sizes = new Map(shrinking.map(rs => [rs, replicasOf(rs)]))
  const take = (rs: ReplicaSet, count: number): number => {
    sizes.set(rs, sizes.get(rs)! - count)
    return count
  }
  let unhealthy = 0
  for (const rs of shrinking) unhealthy += take(rs, Math.max(0, Math.min(most - unhealthy, replicasOf(rs) - availableOf(rs))))
  let spare = Math.max(0, sum([...old, current], availableOf) - minAvailable)
  for (const rs of shrinking) spare -= take(rs, Math.min(spare, sizes.get(rs)!))
  return shrinking.filter(rs => sizes.get(rs) !== replicasOf(rs)).map(rs => ({ rs, replicas: sizes.get(rs)! }))
}

function planRecreate(
  d: Deployment, known: DeploymentPlan, current: ReplicaSet | undefined, old: readonly ReplicaSet[], podsOf: (rs: ReplicaSet) => readonly Pod[],
): DeploymentPlan {
  const running = old.filter(rs => replicasOf(rs) > 0)
  if (running.length > 0) return { ...known, resize: running.map(rs => ({ rs, replicas: 0 })) }
  if (old.some(rs => podsOf(rs).some(pod => !isPodFinished(pod)))) return known
  if (!current) return { ...known, ...createCurrent(d, old, replicasOf(d)) }
  if (replicasOf(current) !== replicasOf(d)) return { ...known, resize: [{ rs: current, replicas: replicasOf(d) }] }
  return { ...known, remove: isComplete(d) ? planCleanup(d, old) : [] }
}

/** Whether the status says that the rollout is done. */
export const isComplete = (d: Deployment, status = d.status): boolean => {
  const replicas = replicasOf(d)
  return (status.updatedReplicas ?? 0) === replicas && (status.replicas ?? 0) === replicas && (status.availableReplicas ?? 0) === replicas
    && (status.observedGeneration ?? 0) >= (d.metadata.generation ?? 0)
}

/** Spreads a change of size over the ReplicaSets in proportion, while a rollout is under way or paused. */
export function planScale(d: Deployment, current: ReplicaSet | undefined, old: readonly ReplicaSet[]): readonly Resize[] {
  const all = [...old, ...(current ? [current] : [])]
  const active = all.filter(rs => replicasOf(rs) > 0)
  const only = active.length === 1 ? active[0] : active.length === 0 ? current ?? [...old].sort(createdFirst).at(-1) : undefined
  if (only) return replicasOf(only) === replicasOf(d) && fits(d, only) ? [] : [{ rs: only, replicas: replicasOf(d) }]
  if (active.length === 0) return []
  if (current && isSaturated(d, current)) return old.filter(rs => replicasOf(rs) > 0).map(rs => ({ rs, replicas: 0 }))
  if (!isRolling(d)) return []
  const allowed = replicasOf(d) > 0 ? replicasOf(d) + rollingLimits(d).maxSurge : 0
  return proportionally(d, active, allowed - sum(active, replicasOf))
}

function proportionally(d: Deployment, active: readonly ReplicaSet[], toAdd: number): readonly Resize[] {
  const bySize = [...active].sort((a, b) => replicasOf(b) - replicasOf(a) || (toAdd > 0 ? createdFirst(b, a) : createdFirst(a, b)))
  let added = 0
  const sizes = bySize.map(rs => {
    const left = toAdd - added
    const share = toAdd === 0 || left === 0 ? 0 : toAdd > 0 ? Math.min(fraction(d, rs), left) : Math.max(fraction(d, rs), left)
    added += share
    return replicasOf(rs) + share
  })
  if (sizes.length > 0) sizes[0] = Math.max(0, sizes[0]! + toAdd - added)
  return bySize.map((rs, index) => ({ rs, replicas: sizes[index]! })).filter(({ rs, replicas }) => replicas !== replicasOf(rs) || !fits(d, rs))
}

/** By how much the ReplicaSet grows when it keeps its share of the deployment. */
function fraction(d: Deployment, rs: ReplicaSet): number {
  if (replicasOf(d) === 0) return -replicasOf(rs)
  const before = Number(rs.metadata.annotations?.[MAX] ?? 0) || d.status.replicas || 1
  return Math.round((replicasOf(rs) * (replicasOf(d) + rollingLimits(d).maxSurge)) / before) - replicasOf(rs)
}

const isSaturated = (d: Deployment, rs: ReplicaSet): boolean =>
  replicasOf(rs) === replicasOf(d) && Number(rs.metadata.annotations?.[DESIRED]) === replicasOf(d) && availableOf(rs) === replicasOf(d)

/** Whether the ReplicaSet's annotations tell the deployment's present size. */
export const fits = (d: Deployment, rs: ReplicaSet): boolean =>
  Object.entries(sizeAnnotations(d)).every(([key, value]) => rs.metadata.annotations?.[key] === value)

/** The oldest revisions beyond the history limit that are not in use. */
export function planCleanup(d: Deployment, old: readonly ReplicaSet[]): readonly ReplicaSet[] {
  const kept = d.spec.revisionHistoryLimit ?? 10
  const alive = old.filter(rs => !rs.metadata.deletionTimestamp)
  const unused = (rs: ReplicaSet): boolean =>
    replicasOf(rs) === 0 && rs.status.replicas === 0 && (rs.metadata.generation ?? 0) <= (rs.status.observedGeneration ?? 0)
  return [...alive].sort((a, b) => (revisionOf(a) < revisionOf(b) ? -1 : 1)).slice(0, Math.max(0, alive.length - kept)).filter(unused)
}

