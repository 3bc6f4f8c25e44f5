import type { AnyResource, KubeObject } from '../api/resource.ts'

/** Something held for an object while its write is under way: given back unless the write was committed. */
export interface Reservation extends AsyncDisposable {
  commit(): void
}

/** What a kind needs of the cluster before it can be stored: a Service its addresses. `draft` may be changed in place. */
export interface Reserver {
  handles(resource: AnyResource): boolean
  reserve(draft: never, old: never, dryRun: boolean): Promise<Reservation>
  /** The object is gone: what it held is free. */
  released(object: never): Promise<void>
}

export interface KindHooks {
  released(resource: AnyResource, object: KubeObject): Promise<void>
  reserve(resource: AnyResource, draft: KubeObject, old: KubeObject | undefined, dryRun: boolean): Promise<Reservation>
}

const DONE = Promise.resolve()
const NOTHING: Reservation = { commit() {}, [Symbol.asyncDispose]: () => DONE }

/** The hooks of all kinds that have one. */
export const createHooks = (reservers: readonly Reserver[]): KindHooks => ({
  async reserve(resource, draft, old, dryRun) {
    const reserver = reservers.find(each => each.handles(resource))
    return reserver ? reserver.reserve(draft as never, old as never, dryRun) : NOTHING
  },
  async released(resource, object) {
    await reservers.find(each => each.handles(resource))?.released(object as never)
  },
})
