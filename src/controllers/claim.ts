import { apiVersionOf, type AnyResource, type KubeObject, type Resource } from '../api/resource.ts'
import type { OwnerReference } from '../api/meta/object-meta.ts'
import type { CacheReader } from '../client/cache.ts'
import type { Client } from '../client/client.ts'
import { controllerUidOf } from '../client/store.ts'
import type { LabelSelector } from '../machinery/selector.ts'
import { isReason, notFound } from '../machinery/status.ts'

/** The reference that makes `owner` the controller of what carries it. */
export const controllerReference = (resource: AnyResource, owner: KubeObject): OwnerReference => ({
  apiVersion: apiVersionOf(resource), kind: resource.kind, name: owner.metadata.name, uid: owner.metadata.uid, controller: true, blockOwnerDeletion: true,
})

/** The reference to an object's controller. */
export const controllerOf = (object: KubeObject): OwnerReference | undefined => object.metadata.ownerReferences?.find(reference => reference.controller)

export interface ClaimPlan<T> {
  readonly keep: readonly T[]
  readonly adopt: readonly T[]
  readonly release: readonly T[]
}

/** Decides which objects belong to an owner, which it takes on and which it lets go. A deleted owner takes and lets go of nothing. */
export function planClaim<T extends KubeObject>(owner: KubeObject, candidates: readonly T[], selector: LabelSelector): ClaimPlan<T> {
  const leaving = owner.metadata.deletionTimestamp !== undefined
  const mine = candidates.filter(object => controllerUidOf(object) === owner.metadata.uid)
  const selected = (object: T): boolean => selector.matches(object.metadata.labels)
  return {
    keep: mine.filter(selected),
    release: leaving ? [] : mine.filter(object => !selected(object)),
    adopt: leaving ? [] : candidates.filter(object => !controllerOf(object) && !object.metadata.deletionTimestamp && selected(object)),
  }
}

interface ClaimOptions<O extends KubeObject, T extends KubeObject> {
  readonly client: Client
  readonly cache: CacheReader
  readonly ownerResource: Resource<O>
  readonly owner: O
  readonly resource: Resource<T>
  readonly selector: LabelSelector
  /** What owned objects carry as long as they have their owner (a job's pods: their end must be counted). */
  readonly finalizer?: string | undefined
}

/** The objects that an owner controls, after adopting and releasing what its selector says. */
export async function claim<O extends KubeObject, T extends KubeObject>(options: ClaimOptions<O, T>): Promise<readonly T[]> {
  const { client, cache, ownerResource, owner, resource, selector, finalizer } = options
  const { namespace, name, uid } = owner.metadata
  const candidates = [...cache.list(resource, { owner }), ...cache.list(resource, { orphansIn: namespace })]
  const { keep, adopt, release } = planClaim(owner, candidates, selector)
  if (adopt.length > 0) {
    // The cache may not know yet that the owner is being deleted: adopting now would keep its children alive.
    const fresh = await client.get(ownerResource, { namespace, name })
    if (fresh.metadata.uid !== uid) throw notFound(ownerResource, name)
    if (fresh.metadata.deletionTimestamp) return keep
  }
  const reference = controllerReference(ownerResource, owner)
  const change = async (object: T, metadata: object): Promise<T | undefined> => {
    try {
      const patch = { metadata: { uid: object.metadata.uid, ...metadata } }
      return await client.patch(resource, object.metadata, patch, { type: 'application/strategic-merge-patch+json' })
    } catch (error) {
      // Gone, or replaced by another of the same name: then there is nothing to claim.
      if (isReason(error, 'NotFound') || isReason(error, 'Invalid') || isReason(error, 'Conflict')) return undefined
      throw error
    }
  }
  const letGo = { ownerReferences: [{ $patch: 'delete', uid }], ...(finalizer && { '$deleteFromPrimitiveList/finalizers': [finalizer] }) }
  await Promise.all(release.map(object => change(object, letGo)))
  const takenOn = { ownerReferences: [reference], ...(finalizer && { finalizers: [finalizer] }) }
  const adopted = await Promise.all(adopt.map(object => change(object, takenOn)))
  return [...keep, ...adopted.filter(object => object !== undefined)]
}
