import type { Awaitable } from '../machinery/awaitable.ts'

/**
 * The seam between the API server and whatever keeps the cluster's state: keys, one revision counter, compare-and-commit,
 * ranged reads at a revision, watches, compaction and expiry. It is modelled on etcd, and promises no more than etcd can:
 * a write's revision is known only once `commit` has returned.
 */
export interface Storage {
  /**
   * Writes all operations at one new revision when every comparison holds, and none of them otherwise. Resolves only once the write is durable.
   * A disk that fails rejects with a StatusError; nothing was written then, and later writes work as soon as the disk does.
   */
  commit(transaction: Transaction): Promise<CommitResult>
  /** The newest durable entry under `key`. */
  get(key: string): Promise<Entry | undefined>
  /** Entries whose key starts with `prefix`, in key order, all as of one revision. */
  list(prefix: string, options?: ListOptions): Promise<Page | Compacted>
  /** Every change under `prefix` (which ends in a `/` or is empty) after a revision, in revision order, each only after it is durable. */
  watch(prefix: string, options: WatchOptions): Watch
  /**
   * The newest durable revision, read from where the truth is: no write acknowledged before the call has a higher one. At once
   * where this process is the truth. Throws or rejects when the store is lost.
   */
  currentRevision(): Awaitable<number>
  /** Forgets what was overwritten or deleted at or before `revision`; reads below it answer `Compacted` from now on. */
  compact(revision: number): Promise<void>
  /** The newest revision that this process knows to be compacted. */
  compactedRevision(): number
  /** Whether what is kept under a key is sealed otherwise than it would be today: writing it again is worth its while. Absent: never. */
  isStale?(key: string): Promise<boolean>
  /** Ends all watches, finishes the writes that were begun, and releases the file or connection. */
  close(): Promise<void>
}

/** What is kept under a key. `value` is shared: never change its bytes. */
export interface Entry {
  key: string
  value: Uint8Array
  /** Revision of the last write to this key. */
  revision: number
  /** Revision at which the key came into being. */
  createRevision: number
}

/** One change of a transaction; a key appears at most once in it. Deleting what does not exist changes nothing. */
export type Operation =
  | { type: 'put'; key: string; value: Uint8Array; /** Deletes the key by itself after this time, as a lease does. */ ttlMs?: number }
  | { type: 'delete'; key: string }

/** Holds when the key's last write was at `revision`; 0 means that the key must not exist. */
export interface Comparison {
  key: string
  revision: number
}

export interface Transaction {
  compare?: readonly Comparison[]
  operations: readonly Operation[]
}

/** A failed comparison is an answer, not an error: `current` holds, for each comparison in order, what is there now. */
export type CommitResult =
  | { committed: true; revision: number }
  | { committed: false; revision: number; current: readonly (Entry | undefined)[] }

export interface ListOptions {
  /** At most this many entries. */
  limit?: number
  /** Start at this key (inclusive) instead of at the prefix's first. */
  from?: string
  /** Read as of this revision instead of the newest. */
  revision?: number
}

export interface Page {
  entries: readonly Entry[]
  /** The revision that the entries are as of. */
  revision: number
  /** Whether the limit cut entries off. */
  more: boolean
}

/** The answer to a question about a past that was compacted away. */
export interface Compacted {
  compactedRevision: number
}

export interface WatchOptions {
  /** Changes with a higher revision are delivered: give the revision of the list that came before. */
  afterRevision: number
  /** Ends the watch; the iteration then finishes without an error. */
  signal: AbortSignal
  /** Also deliver the value that each change replaced, where it is still kept. */
  previous?: boolean
}

export type StorageEvent =
  | { type: 'put'; key: string; value: Uint8Array; previous?: Uint8Array; revision: number; createRevision: number }
  | { type: 'delete'; key: string; previous?: Uint8Array; revision: number; createRevision: number }

/** Events in order, never splitting a revision, and how far the watch has come: a batch without events is progress only. */
export interface WatchBatch {
  events: readonly StorageEvent[]
  /** Every change under the prefix up to this revision has been delivered with this batch or before. */
  revision: number
}

/** Iterate it once. A `Compacted` is its last item: list again and watch from there. */
export interface Watch extends AsyncIterable<WatchBatch | Compacted> {
  /** The revision up to which everything was delivered and taken; costs nothing to ask, and may lag behind `currentRevision`. */
  revision(): number
  /** Asks for a batch as soon as this watch has come to `revision`, even when nothing changed under its prefix. */
  requestProgress(revision: number): void
}

/** Whether a read or a watch answered that its past is gone. */
export const isCompacted = (answer: Page | WatchBatch | Compacted): answer is Compacted => 'compactedRevision' in answer

/** The first key after all keys that start with `prefix`; undefined when there is none. */
export function endOfPrefix(prefix: string): string | undefined {
  for (let index = prefix.length - 1; index >= 0; index--) {
    const unit = prefix.charCodeAt(index)
    if (unit < 0x7f) return prefix.slice(0, index) + String.fromCharCode(unit + 1)
  }
  return undefined
}
