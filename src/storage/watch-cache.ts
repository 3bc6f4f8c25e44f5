import { sleep, type Clock } from '../machinery/clock.ts'
import { errorMessage, type Log } from '../machinery/log.ts'
import { StatusError } from '../machinery/status.ts'
import { CacheEntry, CacheEvent } from './cache-entry.ts'
import { CacheHistory } from './cache-history.ts'
import { KeptSnapshots, Snapshot } from './cache-snapshot.ts'
import { CacheWatch, type CacheWatchOptions } from './cache-watch.ts'
import { CacheWatches, type Indexes } from './cache-watches.ts'
import { orderedMap, type OrderedMap } from './ordered-map.ts'
import { RevisionWaiters } from './revision-waiters.ts'
import { isCompacted, type Operation, type Storage, type StorageEvent, type Watch, type WatchBatch } from './storage.ts'

/** Objects read from the store in one go while the cache loads. */
const LOAD_PAGE = 1000
const RETRY_MS = 1000

export interface WatchCacheOptions<T> {
  storage: Storage
  /** Where the kind's objects are kept; ends in a `/`. */
  prefix: string
  clock: Clock
  log: Log
  /** The bytes to keep; they must not depend on the revision. */
  encode(object: T): Uint8Array
  /** The object of kept bytes as of a revision. */
  decode(value: Uint8Array, revision: number): T
  /** The same object as of another revision. */
  stamp(object: T, revision: number): T
  indexes?: Indexes<T>
  /** How many past events are kept for watches that start late. */
  historyEvents?: number
  /** How many events may wait for one watcher. */
  watchBuffer?: number
  /** How many past states are kept for lists in pages. */
  keptSnapshots?: number
}

/** What became of a write: the new entry, or what was there instead of what the writer expected. */
export type WriteResult<T> =
  | { written: true; entry: CacheEntry<T>; /** The bytes kept, of a put. */ value?: Uint8Array }
  | { written: false; current: CacheEntry<T> | undefined }

/** All objects of one kind in memory, exactly as the store has them; reads and watches are served from here and never touch the disk. */
export class WatchCache<T> {
  readonly #options: WatchCacheOptions<T>
  readonly #history: CacheHistory<T>
  readonly #kept: KeptSnapshots<T>
  readonly #watches: CacheWatches<T>
  readonly #waiters: RevisionWaiters
  readonly #end = new AbortController()
  /** Objects whose bytes this process is writing, so that they need not be decoded when they come back. */
  readonly #written = new WeakMap<Uint8Array, T>()
  #tree: OrderedMap<CacheEntry<T>> = orderedMap()
  /** The tree as it is now, if somebody asked for it since its last change. */
  #latest: Snapshot<T> | undefined
  /** The revision of the newest event in the tree, and the one that the tree is known to be current at. */
  #changed = 0
  #applied = 0
  #watch: Watch | undefined
  #following: Promise<void> = Promise.resolve()

  private constructor(options: WatchCacheOptions<T>) {
    this.#options = options
    this.#history = new CacheHistory(options.historyEvents ?? 8192, 0)
    this.#kept = new KeptSnapshots(options.keptSnapshots ?? 16)
    this.#watches = new CacheWatches(options.indexes ?? {})
    this.#waiters = new RevisionWaiters(options.clock)
  }

  /** Loads the kind from the store and follows it from then on. */
  static async start<T>(options: WatchCacheOptions<T>): Promise<WatchCache<T>> {
    const cache = new WatchCache(options)
    await cache.#load()
    cache.#following = cache.#follow()
    return cache
  }

  /** Ends all watches and follows the store no longer. */
  async close(): Promise<void> {
    this.#end.abort()
    this.#stop()
    await this.#following
  }

  /** The store was closed, or this cache was. */
  #stop(): void {
    this.#watches.endAll('ended')
    this.#waiters.stop()
  }

  /** Ends all watches, and goes on following the store. */
  endWatches(): void {
    this.#watches.endAll('ended')
  }

  /** The revision that the cache is current at, also when the last writes were to other kinds. */
  revision(): number {
    return Math.max(this.#applied, this.#watch?.revision() ?? 0)
  }

  /** The revision of the kind's own last change: the same as long as nothing of the kind was written. */
  changedAt(): number {
    return this.#changed
  }

  get(key: string): CacheEntry<T> | undefined {
    return this.#tree.get(key)
  }

  /** The events after a revision, or undefined when some of them are forgotten. */
  changesAfter(revision: number): readonly CacheEvent<T>[] | undefined {
    return this.#history.after(revision)
  }

  /** Everything as of now. `keep` remembers it for those who will ask for its revision again, with a continue token. */
  snapshot({ keep = false } = {}): Snapshot<T> {
    const revision = this.revision()
    this.#latest ??= new Snapshot(this.#tree.clone(), revision)
    const snapshot = this.#latest.as(revision)
    if (keep) this.#kept.keep(snapshot, this.#changed)
    return snapshot
  }

  /** Everything as of an exact revision of the past or present, or undefined when that is forgotten. Wait for a future one before. */
  async snapshotAt(revision: number): Promise<Snapshot<T> | undefined> {
    if (revision < this.#options.storage.compactedRevision()) return undefined
    if (revision >= this.#changed) return this.snapshot().as(revision)
    const tree = this.#undone(revision)
    if (tree) return new Snapshot(tree, revision)
    const kept = this.#kept.at(revision)
    if (kept) return kept.revision === revision ? kept : kept.as(revision)
    return this.#snapshotFromStore(revision)
  }

  /** The tree before the events after a revision, as far as they are remembered. */
  #undone(revision: number): OrderedMap<CacheEntry<T>> | undefined {
    if (this.#kept.at(revision)) return undefined
    const events = this.#history.after(revision)
    if (!events) return undefined
    const tree = this.#tree.clone()
    for (const { previous, entry } of events.toReversed()) {
      if (previous) tree.set(previous.key, previous)
      else tree.delete(entry.key)
    }
    this.#kept.keep(new Snapshot(tree, revision), revision, events[0]!.revision)
    return tree
  }

  async #snapshotFromStore(revision: number): Promise<Snapshot<T> | undefined> {
    const tree = await this.#read(revision)
    if (!tree) return undefined
    const snapshot = new Snapshot(tree.tree, revision)
    this.#kept.keep(snapshot, revision, revision + 1)
    return snapshot
  }

  /** Watches from a revision; the first item is `gone` when that is too long ago. */
  watch(options: CacheWatchOptions): CacheWatch<T> {
    const past = this.#history.after(options.afterRevision)?.filter(event => this.#watches.concerns({ options }, event))
    const watch = new CacheWatch<T>(options, past, this.#options.watchBuffer ?? 10_000, () => this.revision(), left => this.#watches.remove(left))
    if (past && !options.signal?.aborted) this.#watches.add(watch)
    return watch
  }

  /** Resolves to true once the cache is at least at a revision, to false when that takes longer than the timeout or the cache closes. */
  async untilRevision(revision: number, timeoutMs?: number): Promise<boolean> {
    if (revision <= this.revision()) return true
    const reached = this.#waiters.wait(revision, timeoutMs)
    this.#watch?.requestProgress(revision)
    return reached
  }

  /** Writes an object that must not exist yet. */
  create(key: string, object: T, options: { ttlMs?: number } = {}): Promise<WriteResult<T>> {
    return this.update(key, 0, object, options)
  }

  /** Writes an object whose last write was at `expectedRevision`. */
  update(key: string, expectedRevision: number, object: T, options: { ttlMs?: number } = {}): Promise<WriteResult<T>> {
    const value = this.#options.encode(object)
    this.#written.set(value, object)
    return this.#write(key, expectedRevision, { type: 'put', key, value, ...options }, object)
  }

  /** Removes an object whose last write was at `expectedRevision`, as read from here; the entry is its last state, as of its deletion. */
  async delete(key: string, expectedRevision: number): Promise<WriteResult<T>> {
    const last = this.#tree.get(key)
    return last?.revision === expectedRevision
      ? this.#write(key, expectedRevision, { type: 'delete', key }, last.object)
      : { written: false, current: last }
  }

  /** A write is answered once it is durable and every reader of this cache sees it. */
  async #write(key: string, expectedRevision: number, operation: Operation, object: T): Promise<WriteResult<T>> {
    const result = await this.#options.storage.commit({ compare: [{ key, revision: expectedRevision }], operations: [operation] })
    const revision = result.committed ? result.revision : (result.current[0]?.revision ?? result.revision)
    // An event of this very write is on its way, so there is no need to ask for progress.
    if (this.#applied < revision && !(await (result.committed ? this.#waiters.wait(revision) : this.untilRevision(revision)))) throw closing()
    if (!result.committed) return { written: false, current: this.#tree.get(key) }
    const entry = this.#entryOf(key, revision) ?? new CacheEntry(key, revision, revision, this.#options.stamp(object, revision))
    return { written: true, entry, ...(operation.type === 'put' && { value: operation.value }) }
  }

  /** The entry that a write at a revision made, even if it was overwritten since. */
  #entryOf(key: string, revision: number): CacheEntry<T> | undefined {
    const current = this.#tree.get(key)
    if (current?.revision === revision) return current
    return this.#history.after(revision - 1)?.find(({ entry }) => entry.key === key && entry.revision === revision)?.entry
  }

  /** Reads the kind page by page, as of one revision; undefined when that is compacted. */
  async #read(revision?: number): Promise<{ tree: OrderedMap<CacheEntry<T>>; revision: number } | undefined> {
    const { storage, prefix, decode } = this.#options
    const tree = orderedMap<CacheEntry<T>>()
    let at = revision
    let from = prefix
    for (;;) {
      const page = await storage.list(prefix, { from, limit: LOAD_PAGE, ...(at !== undefined && { revision: at }) })
      if (isCompacted(page)) return undefined
      at = page.revision
      for (const entry of page.entries) tree.set(entry.key, new CacheEntry(entry.key, entry.revision, entry.createRevision, decode(entry.value, entry.revision)))
      if (!page.more) return { tree, revision: at }
      from = `${page.entries.at(-1)!.key}\0`
    }
  }

  async #load(): Promise<void> {
    let loaded = await this.#read()
    while (!loaded) loaded = await this.#read()
    this.#tree = loaded.tree
    this.#latest = undefined
    this.#changed = this.#applied = loaded.revision
    this.#history.reset(loaded.revision)
    this.#kept.clear()
    this.#watches.endAll('gone')
    this.#waiters.reached(loaded.revision)
  }

  /** Follows the store until the cache is closed; what fails is tried again, from where it was. */
  async #follow(): Promise<void> {
    const { storage, prefix, log, clock } = this.#options
    const { signal } = this.#end
    while (!signal.aborted) {
      try {
        this.#watch = storage.watch(prefix, { afterRevision: this.#applied, signal })
        const wanted = this.#waiters.highest()
        if (wanted !== undefined) this.#watch.requestProgress(wanted)
        let reloaded = false
        for await (const batch of this.#watch) {
          if (isCompacted(batch)) {
            await this.#load()
            reloaded = true
          } else this.#apply(batch)
        }
        if (!reloaded) return this.#stop()
      } catch (error) {
        if (signal.aborted) return
        log.error('The watch cache lost the store and tries again', { prefix, error: errorMessage(error) })
        await sleep(clock, RETRY_MS, signal).catch(() => undefined)
      }
    }
  }

  #apply(batch: WatchBatch): void {
    // What cannot be decoded must fail before anything of the batch is applied, because the batch will come again.
    const objects = batch.events.map(event => (event.type === 'put' ? this.#objectOf(event.value, event.revision) : undefined))
    batch.events.forEach((event, index) => this.#applyEvent(event, objects[index]))
    this.#applied = Math.max(this.#applied, batch.revision)
    if (batch.events.length > 0) {
      const compacted = this.#options.storage.compactedRevision()
      this.#history.trim(Math.min(compacted, this.#applied))
      this.#kept.trim(compacted)
    }
    this.#waiters.reached(this.#applied)
  }

  #applyEvent({ key, revision, createRevision }: StorageEvent, put: T | undefined): void {
    const previous = this.#tree.get(key)
    if (put === undefined && !previous) return
    const entry = new CacheEntry(key, revision, createRevision, put ?? this.#options.stamp(previous!.object, revision))
    this.#kept.changed(revision)
    this.#latest = undefined
    if (put === undefined) this.#tree.delete(key)
    else this.#tree.set(key, entry)
    this.#changed = revision
    const change = new CacheEvent(put === undefined ? 'DELETED' : previous ? 'MODIFIED' : 'ADDED', entry, previous)
    this.#history.push(change)
    this.#watches.dispatch(change)
  }

  #objectOf(value: Uint8Array, revision: number): T {
    const written = this.#written.get(value)
    return written === undefined ? this.#options.decode(value, revision) : this.#options.stamp(written, revision)
  }
}

const closing = (): StatusError => new StatusError('ServiceUnavailable', 'the server is shutting down; the write was made')
