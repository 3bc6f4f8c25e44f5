import { assert } from '../machinery/assert.ts'
import type { Clock } from '../machinery/clock.ts'
import { errorMessage, type Log } from '../machinery/log.ts'
import { StatusError } from '../machinery/status.ts'
import { Compactor } from './compactor.ts'
import { Expiry } from './expiry.ts'
import type { Change, Journal, JournalState } from './journal.ts'
import { Ledger } from './ledger.ts'
import { endOfPrefix, type CommitResult, type Comparison, type Compacted, type Entry, type ListOptions, type Page, type Storage, type Transaction,
  type Watch, type WatchOptions } from './storage.ts'
import { WatchHub } from './watch-hub.ts'

/** Larger batches make the first writer wait longer without making the disk faster. */
const BATCH = 100
/** How long keys that should have expired wait when the disk would not let them. */
const EXPIRY_RETRY_MS = 10_000

export interface LocalOptions {
  clock: Clock
  log: Log
  /** How often the past is forgotten while there are writes; what is younger is kept. */
  compactEveryMs?: number
}

/** A transaction on its way to the disk; one whose comparison failed has no changes but waits its turn all the same. */
interface Waiting {
  changes: readonly Change[]
  settle(): void
  reject(error: unknown): void
}

/** The storage of one process over a journal: decides transactions at once, makes them durable in batches, tells the watches in order. */
export class LocalStorage implements Storage {
  readonly #journal: Journal
  readonly #clock: Clock
  readonly #log: Log
  readonly #ledger: Ledger
  readonly #hub: WatchHub
  readonly #expiry: Expiry
  readonly #compactor: Compactor
  #queue: Waiting[] = []
  #pumping: Promise<void> | undefined
  #closed = false

  constructor(journal: Journal, state: JournalState, options: LocalOptions) {
    this.#journal = journal
    this.#clock = options.clock
    this.#log = options.log
    const heads = [...state.heads]
    this.#ledger = new Ledger({ ...state, heads })
    this.#hub = new WatchHub(journal, state.revision, state.compactedRevision)
    this.#expiry = new Expiry(options.clock, due => void this.#expire(due))
    this.#compactor = new Compactor(options.clock, options.compactEveryMs ?? 300_000, state.revision, revision => void this.#compactQuietly(revision))
    for (const [key, { deadlineMs, revision }] of heads) if (deadlineMs > 0) this.#expiry.add({ deadlineMs, key, revision })
  }

  commit(transaction: Transaction): Promise<CommitResult> {
    if (this.#closed) return Promise.reject(closedError())
    const compare = transaction.compare ?? []
    if (!compare.every(comparison => this.#ledger.holds(comparison))) return this.#refuse(compare)
    const changes = this.#ledger.apply(transaction.operations, this.#clock.now())
    return this.#enqueue(changes).then(() => ({ committed: true, revision: changes[0]?.revision ?? this.#hub.published }))
  }

  /** Answers only after the writes that made the comparison fail are durable: nobody may hear of a write that could still be lost. */
  async #refuse(compare: readonly Comparison[]): Promise<CommitResult> {
    await this.#enqueue([])
    const revision = this.#hub.published
    const current = await Promise.all(compare.map(({ key }) => this.#journal.read(key, revision)))
    return { committed: false, revision, current }
  }

  #enqueue(changes: readonly Change[]): Promise<void> {
    if (changes.length === 0 && !this.#pumping) return Promise.resolve()
    return new Promise((resolve, reject) => {
      this.#queue.push({ changes, settle: resolve, reject })
      this.#pumping ??= this.#pump()
    })
  }

  async #pump(): Promise<void> {
    for (;;) {
      await this.#journal.gather()
      if (this.#queue.length === 0) break
      const batch = this.#queue.splice(0, BATCH)
      const changes = batch.length === 1 ? batch[0]!.changes : batch.flatMap(waiting => waiting.changes)
      try {
        if (changes.length > 0) await this.#journal.append(changes)
      } catch (error) {
        this.#fail(batch, error)
        continue
      }
      this.#ledger.settle(changes)
      for (const waiting of batch) this.#publish(waiting)
      this.#compactor.written(this.#hub.published)
    }
    this.#pumping = undefined
    this.#journal.idle()
  }

  #publish({ changes, settle }: Waiting): void {
    this.#hub.publish(changes)
    for (const { deadlineMs, key, revision } of changes) if (deadlineMs > 0) this.#expiry.add({ deadlineMs, key, revision })
    settle()
  }

  /** Everything that was decided after the failed batch was decided on writes that do not exist now. */
  #fail(batch: readonly Waiting[], error: unknown): void {
    const failed = [...batch, ...this.#queue]
    this.#queue = []
    this.#ledger.rollBack()
    this.#log.error('The cluster state could not be written', { error: errorMessage(error), writes: failed.length })
    for (const waiting of failed) waiting.reject(error)
  }

  async get(key: string): Promise<Entry | undefined> {
    this.#assertOpen()
    return this.#journal.read(key, this.#hub.published)
  }

  async list(prefix: string, options: ListOptions = {}): Promise<Page | Compacted> {
    this.#assertOpen()
    const revision = options.revision ?? this.#hub.published
    const limit = options.limit ?? Infinity
    const end = endOfPrefix(prefix)
    let from = options.from !== undefined && options.from > prefix ? options.from : prefix
    const entries: Entry[] = []
    while (entries.length <= limit) {
      // One more than asked for tells whether there is more.
      const found = await this.#journal.scan(from, end, revision, limit + 1 - entries.length)
      if (revision < this.#hub.compacted) return options.revision === undefined ? this.list(prefix, options) : { compactedRevision: this.#hub.compacted }
      if (found.length === 0) break
      for (const entry of found) entries.push(entry)
      from = `${found.at(-1)!.key}\0`
    }
    const more = entries.length > limit
    if (more) entries.length = limit
    return { entries, revision, more }
  }

  watch(prefix: string, options: WatchOptions): Watch {
    this.#assertOpen()
    assert(prefix === '' || prefix.endsWith('/'), `the watched prefix ${prefix} ends in the middle of a name`)
    return this.#hub.watch(prefix, options)
  }

  currentRevision(): number {
    this.#assertOpen()
    if (this.#journal.broken) throw this.#journal.broken
    return this.#hub.published
  }

  async compact(revision: number): Promise<void> {
    this.#assertOpen()
    if (revision <= this.#hub.compacted || revision > this.#hub.published) return
    this.#hub.compact(revision)
    await this.#journal.compact(revision)
  }

  compactedRevision(): number {
    return this.#hub.compacted
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#expiry.stop()
    this.#compactor.stop()
    await this.#pumping
    this.#hub.close()
    await this.#journal.close()
  }

  async #compactQuietly(revision: number): Promise<void> {
    try {
      await this.compact(revision)
    } catch (error) {
      this.#log.warn('Old revisions could not be removed from the cluster state', { error: errorMessage(error) })
    }
  }

  /** A key that was written again in the meantime fails its comparison and stays. */
  async #expire(due: readonly { key: string; revision: number }[]): Promise<void> {
    if (this.#closed) return
    const deletions = due.map(({ key, revision }) => this.commit({ compare: [{ key, revision }], operations: [{ type: 'delete', key }] }))
    const outcomes = await Promise.allSettled(deletions)
    if (this.#closed) return
    const deadlineMs = this.#clock.now() + EXPIRY_RETRY_MS
    outcomes.forEach((outcome, index) => outcome.status === 'rejected' && this.#expiry.add({ ...due[index]!, deadlineMs }))
  }

  #assertOpen(): void {
    if (this.#closed) throw closedError()
  }
}

const closedError = (): StatusError => new StatusError('ServiceUnavailable', 'the storage is closed because the server is shutting down')
