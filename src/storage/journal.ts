import type { Entry } from './storage.ts'

/** One key's change as a journal keeps it; several may share a revision and are then told apart by `index`. */
export interface Change {
  revision: number
  /** Position inside its revision. */
  index: number
  key: string
  /** undefined: the key was deleted. */
  value: Uint8Array | undefined
  createRevision: number
  /** Where this key's change before this one stands, or undefined for the first. */
  previous: ChangePosition | undefined
  /** Wall-clock milliseconds at which the key expires; 0 for never. */
  deadlineMs: number
}

export interface ChangePosition {
  revision: number
  index: number
}

/** What is known of a living or deleted key without reading its value. */
export interface Head extends ChangePosition {
  createRevision: number
  deleted: boolean
  deadlineMs: number
}

/** What a journal knows when it is opened. */
export interface JournalState {
  revision: number
  compactedRevision: number
  /** The heads of all living keys. */
  heads: Iterable<readonly [key: string, head: Head]>
}

/** Where an embedded driver keeps changes. `local.ts` does everything else, so that all embedded drivers behave alike. */
export interface Journal {
  /** Why the journal will never work again; undefined while it may. */
  readonly broken: Error | undefined
  /** Waits for the writers who should share a batch with those that wait already: those that the same turn of the event loop has woken, say. */
  gather(): Promise<void>
  /** Makes all changes durable, or none of them and rejects. Called again only after the call before has ended. */
  append(changes: readonly Change[]): Promise<void>
  /** The entry under `key` as of a revision. */
  read(key: string, revision: number): Promise<Entry | undefined>
  /** Entries in [from, end) as of a revision: at least one if there is any, and as many up to `limit` as suit the journal. */
  scan(from: string, end: string | undefined, revision: number, limit: number): Promise<readonly Entry[]>
  /** Changes of keys in [from, end) in (after, through]: whole revisions only, perhaps fewer than there are, and how far they reach. */
  history(from: string, end: string | undefined, after: number, through: number): Promise<{ changes: readonly Change[]; through: number }>
  /** The values at these positions; undefined where compacted. */
  values(positions: readonly ChangePosition[]): Promise<readonly (Uint8Array | undefined)[]>
  /** Forgets everything overwritten or deleted at or before `revision`. */
  compact(revision: number): Promise<void>
  /** Nothing is waiting to be written: a good moment for housekeeping. */
  idle(): void
  close(): Promise<void>
}
