import type { AnyResource, KubeObject, Resource } from '../api/resource.ts'
import type { Cache, CacheReader } from '../client/cache.ts'
import type { Client, ObjectRef } from '../client/client.ts'
import { eventRecorder, type EventRecorder } from '../client/events.ts'
import type { Change } from '../client/informer.ts'
import { keyOf, refOf } from '../client/store.ts'
import type { Clock } from '../machinery/clock.ts'
import { errorMessage, type Log } from '../machinery/log.ts'
import { workQueue, type QueueMeter, type WorkQueue } from '../machinery/queue.ts'
import type { Random } from '../machinery/random.ts'
import type { LabelSelector } from '../machinery/selector.ts'
import { isReason } from '../machinery/status.ts'
import { claim, controllerOf } from './claim.ts'
import type { ControllerSettings } from './settings.ts'
import { trackedClient, type Seen } from './staleness.ts'

/** What a controller may use. `client` acts as the controller; what it writes is waited for before the key runs again. */
export interface Context {
  readonly cache: CacheReader
  readonly client: Client
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly events: EventRecorder
  readonly settings: ControllerSettings
  /** Objects of an owned kind, after adopting and releasing what the controller's selector says. */
  owned<C extends KubeObject>(resource: Resource<C>): Promise<readonly C[]>
}

/** Nothing: done until something changes. `afterMs`: come again then. A throw: again with back-off. */
export type Outcome = { readonly afterMs?: number | undefined } | void

/** A kind whose changes wake other keys. */
export interface Watched {
  readonly resource: AnyResource
  /** The keys to run after a change; called for the old and the new object. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  keys(object: any, reader: CacheReader): Iterable<ObjectRef>
}

/** States which keys a change of `resource` wakes. */
export const watched = <W extends KubeObject>(resource: Resource<W>, keys: (object: W, reader: CacheReader) => Iterable<ObjectRef>): Watched => ({ resource, keys })

export interface Controller<T extends KubeObject = KubeObject> {
  readonly name: string
  /** The service account in kube-system as which it acts, and the source of its events. Default: `<name>-controller`. */
  readonly identity?: string
  /** The source of its events where that is not the service account. */
  readonly eventSource?: string
  readonly for: Resource<T>
  /** Kinds whose objects have objects of `for` as their controller: their changes wake the owner. */
  readonly owns?: readonly AnyResource[]
  readonly watches?: readonly Watched[]
  /** Kinds that are only read. */
  readonly reads?: readonly AnyResource[]
  /** How many keys run at once. */
  readonly workers?: number
  /** Which owned objects belong to `object`: they are adopted and released accordingly. Without it only references count. */
  selects?(object: T): LabelSelector
  /** What adopted objects are given and released ones are rid of. */
  readonly finalizer?: string
  /** Declares custom indexes. */
  prepare?(cache: Cache): void
  /** Brings the world one step closer to what the object asks for. Must not change the object. */
  reconcile(object: T, context: Context): Promise<Outcome>
  /** Clears up after an object that no longer exists. */
  gone?(ref: ObjectRef, context: Context): Promise<Outcome>
}

/** The identity of controllers that have no account of their own: they act as the controller manager. */
export const MANAGER_ITSELF = ''

/** What a running controller tells of itself. */
export interface ControllerMetrics {
  ran(controller: string, durationMs: number, failed: boolean): void
  /** Looks at a controller's queue. */
  queue?(controller: string): QueueMeter
}

export interface RunOptions {
  readonly cache: Cache
  readonly clientFor: (identity: string) => Client
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly settings: ControllerSettings
  readonly metrics?: ControllerMetrics | undefined
  readonly signal: AbortSignal
}

/** A controller at work. */
export interface RunningController {
  readonly name: string
  /** Whether a key is ready to run or running; keys that wait for a time do not count. */
  readonly busy: boolean
  stop(): Promise<void>
}

/** What the composition starts: a controller by keys, or a process of its own making (garbage collector). */
export interface ControllerModule {
  readonly name: string
  start(options: RunOptions): RunningController
}

/** Completes a controller: the framework gives it a queue, back-off, adoption, events and patience with the cache. */
export function defineController<T extends KubeObject>(controller: Controller<T>): ControllerModule & Controller<T> {
  return { ...controller, start: options => runController(controller, options) }
}

const DEFAULT_WORKERS = 5

function runController<T extends KubeObject>(controller: Controller<T>, options: RunOptions): RunningController {
  const { cache, clock, metrics, signal } = options
  const log = options.log.with({ controller: controller.name })
  const queue = workQueue<string>(clock, { meter: metrics?.queue?.(controller.name) })
  const parking = parkingLot(queue)
  const contexts = contextMaker(controller, { ...options, log })
  let running = 0
  let ready = false
  let stopped = false
  let wake = (): void => {}

  controller.prepare?.(cache)
  const endings = [...wire(controller, cache, queue), ...kindsOf(controller).map(resource => cache.informer(resource).onProgress(parking.check))]

  const work = async (key: string): Promise<void> => {
    const startedAt = clock.monotonic()
    const seen: Seen[] = []
    try {
      const outcome = await runKey(controller, cache, key, contexts.make(key, seen))
      queue.forget(key)
      if (outcome?.afterMs !== undefined) queue.addAfter(key, Math.max(outcome.afterMs, 1))
      metrics?.ran(controller.name, clock.monotonic() - startedAt, false)
    } catch (error) {
      if (signal.aborted) return
      // Somebody else wrote or deleted first: no fault, the next run sees it.
      log[isReason(error, 'Conflict') || isReason(error, 'NotFound') ? 'debug' : 'warn'](`${key}: ${errorMessage(error)}`, { retries: queue.retries(key) })
      queue.addRateLimited(key)
      metrics?.ran(controller.name, clock.monotonic() - startedAt, true)
    } finally {
      parking.park(key, seen)
    }
  }
  const worker = async (): Promise<void> => {
    for (let key = await queue.take(); key !== undefined; key = await queue.take()) {
      running++
      if (!parking.waits(key)) await work(key)
      running--
      queue.done(key)
      if (stopped && running === 0) wake()
    }
  }
  const informers = kindsOf(controller).map(resource => cache.informer(resource))
  Promise.all(informers.map(informer => informer.waitForSync())).then(() => {
    ready = true
    for (let count = controller.workers ?? DEFAULT_WORKERS; count > 0; count--) void worker()
  }, error => { if (!signal.aborted) log.error(`never synchronized: ${errorMessage(error)}`) })

  return {
    name: controller.name,
    get busy() {
      return !ready || running > 0 || queue.length > 0
    },
    async stop() {
      stopped = true
      for (const end of endings) end()
      queue.close()
      if (running > 0) await new Promise<void>(resolve => (wake = resolve))
      await contexts.events.flush()
    },
  }
}

const kindsOf = <T extends KubeObject>({ for: own, owns = [], watches = [], reads = [] }: Controller<T>): AnyResource[] =>
  [...new Set<AnyResource>([own, ...owns, ...watches.map(watch => watch.resource), ...reads])]

async function runKey<T extends KubeObject>(controller: Controller<T>, cache: Cache, key: string, context: Context & { about(object: T): void }): Promise<Outcome> {
  const ref = refOf(key)
  const object = cache.get(controller.for, ref)
  if (!object) return controller.gone?.(ref, context)
  context.about(object)
  return controller.reconcile(object, context)
}

/** Connects the kinds' changes to the queue; the results disconnect them. */
function wire<T extends KubeObject>(controller: Controller<T>, cache: Cache, queue: WorkQueue<string>): (() => void)[] {
  const own = controller.for
  const eachOf = (change: Change, action: (object: KubeObject) => void): void => {
    if (change.old) action(change.old)
    if (change.object) action(change.object)
  }
  const wakeOwner = (object: KubeObject): void => {
    const owner = controllerOf(object)
    if (owner) {
      if (owner.kind === own.kind && owner.apiVersion.split('/').slice(0, -1).join('/') === own.group) {
        queue.add(keyOf({ name: owner.name, namespace: own.namespaced ? object.metadata.namespace : undefined }))
      }
    } else if (controller.selects && !object.metadata.deletionTimestamp && object.metadata.labels) {
      for (const candidate of cache.list(own, { namespace: object.metadata.namespace })) {
        if (controller.selects(candidate).matches(object.metadata.labels)) queue.add(keyOf(candidate.metadata))
      }
    }
  }
  return [
    cache.informer(own).onChange(({ old, object }) => queue.add(keyOf((object ?? old)!.metadata))),
    ...(controller.owns ?? []).map(resource => cache.informer(resource as Resource).onChange(change => eachOf(change, wakeOwner))),
    ...(controller.watches ?? []).map(({ resource, keys }) => cache.informer(resource as Resource).onChange(change => eachOf(change, object => {
      for (const ref of keys(object, cache)) queue.add(keyOf(ref))
    }))),
  ]
}

function contextMaker<T extends KubeObject>(controller: Controller<T>, { cache, clientFor, clock, random, log, settings }: RunOptions) {
  const identity = controller.identity ?? `${controller.name}-controller`
  const client = clientFor(identity)
  const events = eventRecorder({ client, clock, log, component: controller.eventSource ?? (identity || controller.name) })
  return {
    events,
    make(key: string, seen: Seen[]): Context & { about(object: T): void } {
      const tracked = trackedClient(client, cache, check => seen.push(check))
      let owner: T | undefined
      return {
        cache, client: tracked, clock, random, log: log.with({ key }), events, settings,
        about: object => void (owner = object),
        async owned<C extends KubeObject>(resource: Resource<C>) {
          if (!controller.selects) return cache.list(resource, { owner: owner! })
          return claim({ client: tracked, cache, ownerResource: controller.for, owner: owner!, resource, selector: controller.selects(owner!), finalizer: controller.finalizer })
        },
      }
    },
  }
}

/** Keys whose last writes the cache has not seen yet: running them would decide on the past. */
function parkingLot(queue: WorkQueue<string>) {
  const parked = new Map<string, { readonly seen: readonly Seen[]; wanted: boolean }>()
  return {
    park(key: string, seen: readonly Seen[]): void {
      const missing = seen.filter(check => !check())
      if (missing.length > 0) parked.set(key, { seen: missing, wanted: false })
    },
    /** Whether the key must wait; it comes back by itself. */
    waits(key: string): boolean {
      const place = parked.get(key)
      if (place) place.wanted = true
      return place !== undefined
    },
    check(): void {
      for (const [key, { seen, wanted }] of parked) {
        if (!seen.every(check => check())) continue
        parked.delete(key)
        if (wanted) queue.add(key)
      }
    },
  }
}

/** Runs `action` in batches that double (1, 2, 4, …) and stops after the batch in which one failed; answers how many succeeded, throws the first failure. */
export async function slowStart<A>(items: readonly A[], action: (item: A) => Promise<unknown>): Promise<void> {
  for (let at = 0, size = 1; at < items.length; at += size, size *= 2) {
    const results = await Promise.allSettled(items.slice(at, at + size).map(action))
    const failed = results.find(result => result.status === 'rejected')
    if (failed) throw failed.reason
  }
}
