import type { OwnerReference } from '../api/meta/object-meta.ts'
import type { AnyResource, KubeObject } from '../api/resource.ts'

/** An object as the garbage collector knows it. */
export interface GraphNode {
  readonly resource: AnyResource
  readonly object: KubeObject
}

/** Who depends on whom, by uid; owners that nobody has seen are only known from their dependents. */
export class OwnershipGraph {
  readonly #nodes = new Map<string, GraphNode>()
  readonly #dependents = new Map<string, Set<string>>()

  get(uid: string): GraphNode | undefined {
    return this.#nodes.get(uid)
  }

  /** Takes note of a change; answers the uids that must be looked at. */
  apply(resource: AnyResource, old: KubeObject | undefined, next: KubeObject | undefined): string[] {
    const uid = (next ?? old)!.metadata.uid
    // Recreated under its old name: the old object is gone, too.
    const replaced = old && next && old.metadata.uid !== uid ? this.apply(resource, old, undefined) : []
    const known = this.#nodes.get(uid)
    for (const owner of known?.object.metadata.ownerReferences ?? []) this.#unlink(owner.uid, uid)
    if (!next) {
      this.#nodes.delete(uid)
      return [...replaced, ...this.dependentsOf(uid), ...(old?.metadata.ownerReferences ?? []).map(owner => owner.uid)]
    }
    this.#nodes.set(uid, { resource, object: next })
    for (const owner of next.metadata.ownerReferences ?? []) this.#link(owner.uid, uid)
    return [...replaced, ...relevant(known?.object, next) ? [uid, ...ownersOf(known?.object)] : []]
  }

  dependentsOf(uid: string): readonly string[] {
    return [...(this.#dependents.get(uid) ?? [])]
  }

  #link(owner: string, dependent: string): void {
    const set = this.#dependents.get(owner)
    if (set) set.add(dependent)
    else this.#dependents.set(owner, new Set([dependent]))
  }

  #unlink(owner: string, dependent: string): void {
    const set = this.#dependents.get(owner)
    set?.delete(dependent)
    if (set?.size === 0) this.#dependents.delete(owner)
  }
}

const ownersOf = (object: KubeObject | undefined): string[] => (object?.metadata.ownerReferences ?? []).map(owner => owner.uid)
const keyOf = (owners: readonly OwnerReference[] | undefined): string => (owners ?? []).map(({ uid, blockOwnerDeletion }) => `${uid}:${blockOwnerDeletion ?? false}`).join()

/** Whether a change of an object can change what the collector does: its owners or its deletion. */
function relevant(old: KubeObject | undefined, { metadata: next }: KubeObject): boolean {
  const interesting = (next.ownerReferences?.length ?? 0) > 0 || next.deletionTimestamp !== undefined
  if (!old) return interesting
  const before = old.metadata
  return keyOf(before.ownerReferences) !== keyOf(next.ownerReferences) || before.deletionTimestamp !== next.deletionTimestamp
    || (next.deletionTimestamp !== undefined && before.finalizers?.join() !== next.finalizers?.join())
}

export const FOREGROUND = 'foregroundDeletion'
export const ORPHAN = 'orphan'
export const isDeletingDependents = ({ metadata }: KubeObject): boolean => metadata.deletionTimestamp !== undefined && (metadata.finalizers?.includes(FOREGROUND) ?? false)
export const isOrphaning = ({ metadata }: KubeObject): boolean => metadata.deletionTimestamp !== undefined && (metadata.finalizers?.includes(ORPHAN) ?? false)

/** What an owner reference leads to: an owner that stays, one that waits for its dependents to go, or nothing. */
export type OwnerState = 'solid' | 'waiting' | 'absent'

export type CollectAction =
  | { readonly type: 'none' }
  /** Owners that are gone, or waiting for this object, are struck from its references: others keep it. */
  | { readonly type: 'strike'; readonly uids: readonly string[] }
  | { readonly type: 'delete'; readonly policy: 'Background' | 'Foreground' | 'Orphan'; readonly unblock: boolean }

/** Decides what becomes of an object whose owners are in these states. */
export function planCollect({ metadata }: KubeObject, owners: readonly { uid: string; state: OwnerState }[], dependents: readonly KubeObject[]): CollectAction {
  if (owners.length === 0) return { type: 'none' }
  const lost = owners.filter(({ state }) => state !== 'solid')
  if (lost.length < owners.length) return lost.length > 0 ? { type: 'strike', uids: lost.map(({ uid }) => uid) } : { type: 'none' }
  if (owners.some(({ state }) => state === 'waiting') && dependents.length > 0) return { type: 'delete', policy: 'Foreground', unblock: dependents.some(isDeletingDependents) }
  const policy = metadata.finalizers?.includes(ORPHAN) ? 'Orphan' : metadata.finalizers?.includes(FOREGROUND) ? 'Foreground' : 'Background'
  return { type: 'delete', policy, unblock: false }
}
