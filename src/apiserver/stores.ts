import type { AnyResource, KubeObject } from '../api/resource.ts'
import { after, type Awaitable } from '../machinery/awaitable.ts'
import type { Clock } from '../machinery/clock.ts'
import type { Log } from '../machinery/log.ts'
import { notFound, StatusError } from '../machinery/status.ts'
import type { CacheEntry } from '../storage/cache-entry.ts'
import type { Storage } from '../storage/storage.ts'
import { WatchCache } from '../storage/watch-cache.ts'
import { assert } from '../machinery/assert.ts'
import { knownTextOf } from '../machinery/managed-fields/index.ts'
import type { Change, ObjectReader } from './object-reader.ts'
import { SharedFields } from './shared-fields.ts'

/** All objects of one stored kind: reads, watches and writes. */
export type Store = WatchCache<KubeObject>
export type Entry = CacheEntry<KubeObject>

export interface StoreOptions {
  readonly storage: Storage
  readonly clock: Clock
  readonly log: Log
}

/** How long a request waits for the cache to come to a revision that it asked for. */
const CATCH_UP_MS = 3000
const decoder = new TextDecoder()

/** Where in kept bytes the end of the metadata is: where a revision is put in for clients. Absent for texts that are not ASCII. */
const metadataEnds = new WeakMap<Uint8Array, number>()

/** The stores of all kinds. Kinds that are served in two groups or versions share one. */
export class Stores implements ObjectReader {
  readonly #options: StoreOptions
  readonly #byPrefix = new Map<string, Store>()
  readonly #fields = new SharedFields()

  constructor(options: StoreOptions) {
    this.#options = options
  }

  /** Loads the caches of kinds that have none yet. */
  async open(resources: readonly AnyResource[]): Promise<void> {
    const prefixes = new Map(resources.filter(resource => isStored(resource) && !resource.storedAs).map(resource => [resource.storagePrefix, resource]))
    await Promise.all([...prefixes].map(async ([prefix, resource]) => {
      if (!this.#byPrefix.has(prefix)) this.#byPrefix.set(prefix, await this.#start(resource))
    }))
  }

  #start(resource: AnyResource): Promise<Store> {
    const { storage, clock, log } = this.#options
    return WatchCache.start<KubeObject>({
      storage, clock, log, prefix: `/registry/${resource.storagePrefix}/`, encode: encodeStored,
      stamp: (object, revision) => stamp(this.#fields.share(object), revision),
      decode: (value, revision) => stamp(this.#fields.share(JSON.parse(decoder.decode(value)) as KubeObject), revision),
      indexes: Object.fromEntries(Object.entries(resource.fieldSelectors).filter(([field]) => INDEXED.has(field))),
    })
  }

  of(resource: AnyResource): Store {
    const store = this.#byPrefix.get((resource.storedAs?.resource ?? resource).storagePrefix)
    assert(store, `${resource.plural} are not stored`)
    return store
  }

  /** Resolves once the kind's cache has seen every write that was acknowledged before the call. */
  fresh(resource: AnyResource): Awaitable<void> {
    return after(this.#options.storage.currentRevision(), revision => this.reached(resource, revision))
  }

  /** Resolves once the kind's cache is at a revision; a revision of the future is refused after a while. */
  reached(resource: AnyResource, revision: number): Awaitable<void> {
    const store = this.of(resource)
    if (revision <= store.revision()) return
    return store.untilRevision(revision, CATCH_UP_MS).then(reached => { if (!reached) throw tooLarge(revision, store.revision()) })
  }

  /** An object as it is now: no write acknowledged before the call is missed. */
  current(resource: AnyResource, namespace: string | undefined, name: string): Awaitable<Entry> {
    return after(this.fresh(resource), () => {
      const entry = this.of(resource).get(keyOf(resource, namespace, name))
      if (!entry) throw notFound(resource, name)
      return entry
    })
  }

  get<T extends KubeObject>(resource: AnyResource, namespace: string | undefined, name: string): T | undefined {
    return this.of(resource).get(keyOf(resource, namespace, name))?.object as T | undefined
  }

  list<T extends KubeObject>(resource: AnyResource, namespace?: string): readonly T[] {
    return this.of(resource).snapshot().range(prefixOf(resource, namespace)).entries.map(({ object }) => object as T)
  }

  /** Whether what is kept under a key is sealed with a key that was replaced: then writing it again changes something after all. */
  async isStale(key: string): Promise<boolean> {
    return (await this.#options.storage.isStale?.(key)) ?? false
  }

  version(resource: AnyResource): number {
    return this.of(resource).changedAt()
  }

  changes<T extends KubeObject>(resource: AnyResource, sinceVersion: number): readonly Change<T>[] | undefined {
    return this.of(resource).changesAfter(sinceVersion)?.map(({ type, entry, previous }) => ({ object: type === 'DELETED' ? undefined : entry.object as T, previous: previous?.object as T | undefined }))
  }

  /** Ends all watches: the server goes. */
  endWatches(): void {
    for (const store of this.#byPrefix.values()) store.endWatches()
  }

  async close(): Promise<void> {
    await Promise.all([...this.#byPrefix.values()].map(store => store.close()))
  }
}

/** Fields by which so many clients select that a change is only shown to those it concerns. */
const INDEXED = new Set(['spec.nodeName'])

/** Whether objects of this kind are kept; reviews and bindings are only ever asked about. */
export const isStored = (resource: AnyResource): boolean => resource.verbs.includes('get') && resource.plural !== 'componentstatuses'

export const prefixOf = (resource: AnyResource, namespace?: string): string => `/registry/${(resource.storedAs?.resource ?? resource).storagePrefix}/${namespace ? `${namespace}/` : ''}`
export const keyOf = (resource: AnyResource, namespace: string | undefined, name: string): string => prefixOf(resource, resource.namespaced ? namespace : undefined) + name

/** The same object as of another revision. */
export const stamp = <T extends KubeObject>(object: T, revision: number): T => ({ ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } })

/** What etcd takes by default: clients know its limit, and its words for it. */
const LARGEST = 1.5 * 1024 * 1024

/** What is kept does not know its revision: that is the store's to say. */
function encodeStored(object: KubeObject): Uint8Array {
  const { kind, apiVersion, metadata: { resourceVersion: _stamped, managedFields, ...metadata } } = object
  const start = `{"kind":${JSON.stringify(kind)},"apiVersion":${JSON.stringify(apiVersion)},"metadata":${withManagers(JSON.stringify(metadata), managedFields)}`
  let text = start
  for (const part in object) {
    if (part === 'kind' || part === 'apiVersion' || part === 'metadata') continue
    const value = JSON.stringify(object[part as keyof KubeObject])
    if (value !== undefined) text += `,${JSON.stringify(part)}:${value}`
  }
  text += '}'
  const bytes = Buffer.from(text)
  if (bytes.length > LARGEST) throw new StatusError('', 'etcdserver: request is too large', undefined, { code: 500 })
  if (bytes.length === text.length) metadataEnds.set(bytes, start.length - 1)
  return bytes
}

/** The managers of fields come last in the metadata. What many objects share of them is text already. */
function withManagers(metadata: string, entries: KubeObject['metadata']['managedFields']): string {
  if (!entries?.length) return metadata
  const texts = entries.map(entry => {
    const fields = entry.fieldsV1 && !entry.subresource ? knownTextOf(entry.fieldsV1) : undefined
    if (fields === undefined) return JSON.stringify(entry)
    const { fieldsV1: _text, ...manager } = entry
    return `${JSON.stringify(manager).slice(0, -1)},"fieldsV1":${fields}}`
  })
  return `${metadata.slice(0, -1)}${metadata === '{}' ? '' : ','}"managedFields":[${texts.join(',')}]}`
}

/** The JSON that clients get, out of bytes that were just kept: with the revision, and a newline at the end. Undefined where that takes more than copying. */
export function jsonOfKept(kept: Uint8Array, revision: number): { bytes: Uint8Array; metadataEnd: number } | undefined {
  const end = metadataEnds.get(kept)
  if (end === undefined) return undefined
  const stamp = `,"resourceVersion":"${revision}"`
  // A buffer of its own: of a pool's it would keep what stands beside it alive as well.
  const bytes = Buffer.allocUnsafeSlow(kept.length + stamp.length + 1)
  const from = Buffer.from(kept.buffer, kept.byteOffset, kept.length)
  from.copy(bytes, 0, 0, end)
  bytes.write(stamp, end, 'latin1')
  from.copy(bytes, end + stamp.length, end)
  bytes[bytes.length - 1] = NEWLINE
  return { bytes, metadataEnd: end + stamp.length + 1 }
}
const NEWLINE = 10

const tooLarge = (revision: number, current: number): StatusError =>
  new StatusError('Timeout', `Too large resource version: ${revision}, current: ${current}`, { causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }], retryAfterSeconds: 1 })
