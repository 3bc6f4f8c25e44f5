import type { AnyResource, KubeObject } from '../api/resource.ts'

/** Something held for an object while its write is under way: given back unless the write was committed. */
export interface Reservation extends AsyncDisposable {
  commit(): void
}

/** What a kind needs of the cluster before it can be stored: a Service its addresses. `draft` may be changed in place. */
export interface Reserver {
  handles(resource: AnyResource): boolean
  reserve(draft: KubeObject, old: KubeObject | undefined, dryRun: boolean): Promise<Reservation>
}

export interface KindHooks {
  reserve(resource: AnyResource, draft: KubeObject, old: KubeObject | undefined, dryRun: boolean): Promise<Reservation>
}

const NOTHING: Reservation = { commit() {}, async [Symbol.asyncDispose]() {} }

/** The hooks of all kinds that have one. */
export const createHooks = (reservers: readonly Reserver[]): KindHooks => ({
  async reserve(resource, draft, old, dryRun) {
    const reserver = reservers.find(each => each.handles(resource))
    return reserver ? reserver.reserve(draft, old, dryRun) : NOTHING
  },
})
