import { assert } from '../machinery/assert.ts'
import type { Change, Head, JournalState } from './journal.ts'
import type { Comparison, Operation } from './storage.ts'

/**
 * Knows every key's newest revision, including those of writes that are not durable yet, so that a transaction is decided
 * at once and in order while the disk is still busy with the ones before it.
 */
export class Ledger {
  readonly #heads: Map<string, Head>
  #revision: number
  /** Heads that undurable writes replaced, in order, to go back to when the disk fails. */
  readonly #undo: { revision: number; key: string; head: Head | undefined }[] = []

  constructor(state: JournalState) {
    this.#heads = new Map(state.heads)
    this.#revision = state.revision
  }

  holds({ key, revision }: Comparison): boolean {
    const head = this.#heads.get(key)
    return (head && !head.deleted ? head.revision : 0) === revision
  }

  head(key: string): Head | undefined {
    return this.#heads.get(key)
  }

  /** Gives the operations their revision; an empty answer means that they change nothing. */
  apply(operations: readonly Operation[], nowMs: number): Change[] {
    const distinct = operations.length < 2 || new Set(operations.map(operation => operation.key)).size === operations.length
    assert(distinct, 'a transaction names a key twice')
    const revision = this.#revision + 1
    const changes: Change[] = []
    for (const operation of operations) {
      const change = this.#change(operation, revision, changes.length, nowMs)
      if (!change) continue
      changes.push(change)
      this.#undo.push({ revision, key: operation.key, head: this.#heads.get(operation.key) })
      const { index, createRevision, deadlineMs, value } = change
      this.#heads.set(operation.key, { revision, index, createRevision, deadlineMs, deleted: value === undefined })
    }
    if (changes.length > 0) this.#revision = revision
    return changes
  }

  #change(operation: Operation, revision: number, index: number, nowMs: number): Change | undefined {
    const { key } = operation
    const head = this.#heads.get(key)
    const previous = head && { revision: head.revision, index: head.index }
    const alive = head?.deleted ? undefined : head
    if (operation.type === 'delete') return alive && { revision, index, key, value: undefined, createRevision: alive.createRevision, previous, deadlineMs: 0 }
    const deadlineMs = operation.ttlMs === undefined ? 0 : nowMs + operation.ttlMs
    return { revision, index, key, value: operation.value, createRevision: alive ? alive.createRevision : revision, previous, deadlineMs }
  }

  /** The changes up to here are durable: nothing goes back before them, and deleted keys need no head any more. */
  settle(changes: readonly Change[]): void {
    this.#undo.splice(0, changes.length)
    for (const { key, revision, value } of changes) if (value === undefined && this.#heads.get(key)?.revision === revision) this.#heads.delete(key)
  }

  /** Forgets every write that is not durable. */
  rollBack(): void {
    for (const { key, head, revision } of this.#undo.reverse()) {
      if (head) this.#heads.set(key, head)
      else this.#heads.delete(key)
      this.#revision = revision - 1
    }
    this.#undo.length = 0
  }
}
