import type { WatchEvent } from '../api/request.ts'
import type { KubeObject, Resource } from '../api/resource.ts'
import { sleep, type Clock } from '../machinery/clock.ts'
import { errorMessage, type Log } from '../machinery/log.ts'
import { jitter, type Random } from '../machinery/random.ts'
import { isReason } from '../machinery/status.ts'
import type { Client, ReadOptions } from './client.ts'
import { keyOf, ObjectStore, type IndexKeys, type Lister } from './store.ts'

/** An object came (`old` is undefined), changed, or went (`object` is undefined). */
export interface Change<T extends KubeObject = KubeObject> {
  readonly old: T | undefined
  readonly object: T | undefined
}

export interface InformerOptions<T extends KubeObject> {
  readonly client: Client
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly resource: Resource<T>
  /** Only some objects: a namespace, a label selector, a field selector. */
  readonly only?: Pick<ReadOptions, 'namespace' | 'labelSelector' | 'fieldSelector'>
  /** Receive the initial objects through the watch; where the server does not offer that, they are listed. */
  readonly initialEvents?: boolean
  readonly signal: AbortSignal
}

/** A copy of one kind that keeps itself up to date until its signal is aborted. */
export interface Informer<T extends KubeObject> extends Lister<T> {
  readonly resource: Resource<T>
  /** Whether the first complete answer has arrived. */
  readonly synced: boolean
  /** Everything up to this version has been seen; 0 before the first answer. */
  readonly revision: number
  waitForSync(): Promise<void>
  addIndex(name: string, keysOf: IndexKeys<T>): void
  /** Calls `listener` after each change is in the cache, beginning with the objects that are there. The result ends it. */
  onChange(listener: (change: Change<T>) => void): () => void
  /** Calls `listener` whenever `revision` has moved. */
  onProgress(listener: () => void): () => void
}

const FIRST_DELAY_MS = 800
const LONGEST_DELAY_MS = 30_000
/** A watch that ends sooner than this without a word counts as a failure, so that a broken server is not hammered. */
const SHORTEST_WATCH_MS = 1_000
const INITIAL_EVENTS_END = 'k8s.io/initial-events-end'

/** Starts to list and watch a kind. */
export function startInformer<T extends KubeObject>(options: InformerOptions<T>): Informer<T> {
  const { resource, signal } = options
  const mirror = new Mirror<T>()
  const running = keepUp(options, mirror)
  running.catch(error => options.log.error(`informer of ${resource.plural} ended: ${errorMessage(error)}`))
  return {
    resource,
    get synced() {
      return mirror.synced
    },
    get revision() {
      return mirror.revision
    },
    waitForSync: () => mirror.synced ? Promise.resolve() : new Promise((resolve, reject) => {
      mirror.waiting.push(resolve)
      if (signal.aborted) reject(signal.reason)
      else signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    }),
    get: ref => mirror.store.get(ref),
    list: query => mirror.store.list(query),
    addIndex: (name, keysOf) => mirror.store.addIndex(name, keysOf),
    onChange(listener) {
      mirror.listeners.add(listener)
      if (mirror.synced) for (const object of mirror.store.list()) listener({ old: undefined, object })
      return () => void mirror.listeners.delete(listener)
    },
    onProgress(listener) {
      mirror.observers.add(listener)
      return () => void mirror.observers.delete(listener)
    },
  }
}

/** The local copy: applies lists and events, tells who listens. */
class Mirror<T extends KubeObject> {
  readonly store = new ObjectStore<T>()
  readonly listeners = new Set<(change: Change<T>) => void>()
  readonly observers = new Set<() => void>()
  readonly waiting: (() => void)[] = []
  synced = false
  revision = 0

  apply({ type, object }: WatchEvent<T>): void {
    if (type !== 'BOOKMARK') this.#put(keyOf(object.metadata), type === 'DELETED' ? undefined : object)
    this.#reached(object.metadata.resourceVersion)
  }

  /** What is not in the list is gone. */
  replace(items: readonly T[], version: string): void {
    const gone = new Set(this.store.keys())
    for (const item of items) {
      const key = keyOf(item.metadata)
      gone.delete(key)
      if (this.store.get(item.metadata)?.metadata.resourceVersion !== item.metadata.resourceVersion) this.#put(key, item)
    }
    for (const key of gone) this.#put(key, undefined)
    this.synced = true
    this.#reached(version)
    for (const resolve of this.waiting.splice(0)) resolve()
  }

  #put(key: string, object: T | undefined): void {
    const old = this.store.set(key, object)
    if (old || object) for (const listener of this.listeners) listener({ old, object })
  }

  #reached(version: string): void {
    const revision = Number(version)
    if (!(revision > this.revision)) return
    this.revision = revision
    for (const observer of this.observers) observer()
  }
}

async function keepUp<T extends KubeObject>(options: InformerOptions<T>, mirror: Mirror<T>): Promise<void> {
  const { client, clock, random, log, resource, only, signal } = options
  let version: string | undefined
  let failures = 0
  let streams = options.initialEvents ?? false
  const listed = async (): Promise<string> => {
    const list = await client.list(resource, { ...only, signal })
    mirror.replace(list.items, list.metadata.resourceVersion ?? '')
    return list.metadata.resourceVersion ?? ''
  }
  while (!signal.aborted) {
    const startedAt = clock.monotonic()
    let heard = false
    try {
      if (version === undefined && !streams) version = await listed()
      const initial: T[] | undefined = version === undefined ? [] : undefined
      const start = initial ? { sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan' } : { resourceVersion: version! }
      for await (const event of client.watch(resource, { ...only, ...start, allowWatchBookmarks: true, signal })) {
        heard = true
        failures = 0
        if (initial && version === undefined) {
          if (event.type !== 'BOOKMARK') initial.push(event.object)
          else if (event.object.metadata.annotations?.[INITIAL_EVENTS_END] === 'true') mirror.replace(initial, event.object.metadata.resourceVersion)
          else continue
          if (event.type === 'BOOKMARK') version = event.object.metadata.resourceVersion
          continue
        }
        mirror.apply(event)
        version = event.object.metadata.resourceVersion
      }
      if (heard || clock.monotonic() - startedAt >= SHORTEST_WATCH_MS) continue
      failures++
    } catch (error) {
      if (signal.aborted) return
      if (isReason(error, 'Expired') || isReason(error, 'Gone')) {
        version = undefined
        if (failures++ === 0) continue
      } else if (version === undefined && streams && (isReason(error, 'Invalid') || isReason(error, 'BadRequest'))) {
        streams = false
        continue
      } else {
        failures++
        log.warn(`cannot keep up with ${resource.plural}: ${errorMessage(error)}`, { resource: resource.plural })
      }
    }
    await sleep(clock, jitter(random, Math.min(FIRST_DELAY_MS * 2 ** (failures - 1), LONGEST_DELAY_MS), 1), signal).catch(() => undefined)
  }
}
