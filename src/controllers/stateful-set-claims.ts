import { StatefulSets, type StatefulSet } from '../api/apps/stateful-set.ts'
import { PersistentVolumeClaims, type PersistentVolumeClaim } from '../api/core/persistent-volume-claim.ts'
import { Pods, type Pod } from '../api/core/pod/pod.ts'
import type { OwnerReference } from '../api/meta/object-meta.ts'
import { controllerReference } from './claim.ts'
import type { Context } from './framework.ts'
import { ordinalOf, replicasOf, startOf } from './stateful-set-plan.ts'

/** Whether an ordinal has been scaled away. */
export function isCondemned(set: StatefulSet, pod: Pod): boolean {
  const ordinal = ordinalOf(set, pod) ?? -1
  return ordinal < startOf(set) || ordinal >= startOf(set) + replicasOf(set)
}

/** Whom a pod's claims belong to, and so with whom the garbage collector takes them away (KEP-1847); undefined: they stay. */
export function claimOwner(set: StatefulSet, pod: Pod): OwnerReference | undefined {
  const { whenDeleted, whenScaled } = set.spec.persistentVolumeClaimRetentionPolicy ?? {}
  if (whenScaled === 'Delete' && isCondemned(set, pod)) return controllerReference(Pods, pod)
  return whenDeleted === 'Delete' ? controllerReference(StatefulSets, set) : undefined
}

/** Whether a claim still belongs to a pod: the next of its name would lose it. */
export const isPredecessorsClaim = ({ metadata }: PersistentVolumeClaim): boolean =>
  metadata.deletionTimestamp !== undefined || (metadata.ownerReferences?.some(({ kind, controller }) => kind === Pods.kind && controller) ?? false)

/** Makes a pod's claims belong to whom the policy says. A claim that somebody else controls is left alone. */
export async function settleClaimOwners(set: StatefulSet, pod: Pod, names: readonly string[], { cache, client, events }: Context): Promise<void> {
  const owner = claimOwner(set, pod)
  for (const name of names) {
    const claim = cache.get(PersistentVolumeClaims, { namespace: set.metadata.namespace, name })
    if (!claim || claim.metadata.deletionTimestamp) continue
    const references = claim.metadata.ownerReferences ?? []
    const others = references.filter(({ uid, kind, name: owned }) => uid !== set.metadata.uid && !(kind === Pods.kind && owned === pod.metadata.name))
    const foreign = others.find(({ controller }) => controller)
    if (foreign && owner) {
      events.event(set, 'Warning', 'ConflictingController', `PersistentVolumeClaim ${name} has a conflicting OwnerReference that acts as a managing controller, the retention policy is ignored for this claim`)
      continue
    }
    const mine = references.filter(reference => !others.includes(reference))
    if (mine.length === (owner ? 1 : 0) && mine[0]?.uid === owner?.uid) continue
    await client.update(PersistentVolumeClaims, { ...claim, metadata: { ...claim.metadata, ownerReferences: [...others, ...(owner ? [owner] : [])] } })
  }
}
