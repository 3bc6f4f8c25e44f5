import type { AnyResource, KubeObject, Resource } from '../api/resource.ts'
import type { Clock } from '../machinery/clock.ts'
import type { Log } from '../machinery/log.ts'
import type { Random } from '../machinery/random.ts'
import type { Client, ObjectRef } from './client.ts'
import { startInformer, type Informer } from './informer.ts'
import type { CacheQuery } from './store.ts'

/** What reads from shared copies of kinds look like. Objects are shared: never change one. */
export interface CacheReader {
  get<T extends KubeObject>(resource: Resource<T>, ref: ObjectRef): T | undefined
  list<T extends KubeObject>(resource: Resource<T>, query?: CacheQuery): readonly T[]
}

/** One informer a kind, shared by everybody in the process who looks at that kind. */
export interface Cache extends CacheReader {
  /** The kind's informer; it starts with the first call. */
  informer<T extends KubeObject>(resource: Resource<T>): Informer<T>
  /** The kind's informer if somebody has started it. */
  started<T extends KubeObject>(resource: Resource<T>): Informer<T> | undefined
  /** Waits until every informer started so far has its first complete answer. */
  waitForSync(): Promise<void>
  stop(): void
}

export interface CacheOptions {
  readonly client: Client
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** Receive initial objects through the watch instead of a list. */
  readonly initialEvents?: boolean
}

const nameOf = ({ group, version, plural }: AnyResource): string => `${group}/${version}/${plural}`

/** Makes an empty set of informers. Reading a kind that nobody has started to watch is a programmer's error. */
export function createCache(options: CacheOptions): Cache {
  const informers = new Map<string, Informer<KubeObject>>()
  const ended = new AbortController()
  const started = <T extends KubeObject>(resource: Resource<T>): Informer<T> | undefined => informers.get(nameOf(resource)) as Informer<T> | undefined
  const informer = <T extends KubeObject>(resource: Resource<T>): Informer<T> => {
    const existing = started(resource)
    if (existing) return existing
    const made = startInformer({ ...options, resource, signal: ended.signal })
    informers.set(nameOf(resource), made as unknown as Informer<KubeObject>)
    return made
  }
  return {
    informer,
    started,
    get: (resource, ref) => informer(resource).get(ref),
    list: (resource, query) => informer(resource).list(query),
    async waitForSync() {
      await Promise.all([...informers.values()].map(each => each.waitForSync()))
    },
    stop: () => ended.abort(new DOMException('the cache was stopped', 'AbortError')),
  }
}
