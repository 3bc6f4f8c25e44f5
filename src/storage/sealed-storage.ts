import type { Awaitable } from '../machinery/awaitable.ts'
import { isSealed } from './encryption-ciphers.ts'
import { createSealer, type Sealer, type Sealing } from './encryption.ts'
import { isCompacted, type CommitResult, type Compacted, type Entry, type ListOptions, type Page, type Storage, type StorageEvent, type Transaction, type Watch,
  type WatchBatch, type WatchOptions } from './storage.ts'

/** The same storage, with values sealed in what the inner storage sees: for drivers that do not seal by themselves. */
export async function sealedStorage(inner: Storage, sealing: Sealing): Promise<Storage> {
  return new SealedStorage(inner, sealing, await createSealer(sealing.plan()))
}

class SealedStorage implements Storage {
  readonly #inner: Storage
  readonly #sealing: Sealing
  readonly #forget: () => void
  /** What this process sealed and still has in its hands need not be opened when it comes back from a watch. */
  readonly #plain = new WeakMap<Uint8Array, Uint8Array>()
  #sealer: Sealer
  #changing: Promise<void> | undefined

  constructor(inner: Storage, sealing: Sealing, sealer: Sealer) {
    this.#inner = inner
    this.#sealing = sealing
    this.#sealer = sealer
    this.#forget = sealing.onChange(() => {
      const changing = createSealer(sealing.plan()).then(next => {
        if (this.#changing !== changing) return
        this.#changing = undefined
        this.#sealer = next
      })
      this.#changing = changing
    })
  }

  async commit(transaction: Transaction): Promise<CommitResult> {
    while (this.#changing) await this.#changing
    const operations = transaction.operations.map(operation => {
      if (operation.type !== 'put' || !this.#sealer.covers(operation.key)) return operation
      const refusal = this.#sealing.refusal(operation.key)
      if (refusal) throw refusal
      const value = this.#sealer.seal(operation.key, operation.value)
      this.#plain.set(value, operation.value)
      return { ...operation, value }
    })
    const result = await this.#inner.commit({ ...transaction, operations })
    return result.committed ? result : { ...result, current: await Promise.all(result.current.map(entry => entry && this.#opened(entry))) }
  }

  async get(key: string): Promise<Entry | undefined> {
    const entry = await this.#inner.get(key)
    return entry && this.#opened(entry)
  }

  async list(prefix: string, options?: ListOptions): Promise<Page | Compacted> {
    const page = await this.#inner.list(prefix, options)
    return isCompacted(page) || !this.#anyOf(page.entries) ? page : { ...page, entries: await Promise.all(page.entries.map(entry => this.#opened(entry))) }
  }

  watch(prefix: string, options: WatchOptions): Watch {
    const inner = this.#inner.watch(prefix, options)
    const openAll = async (batch: WatchBatch): Promise<WatchBatch> => (this.#anyOf(batch.events) ? { ...batch, events: await Promise.all(batch.events.map(event => this.#openedEvent(event))) } : batch)
    return {
      revision: () => inner.revision(),
      requestProgress: revision => inner.requestProgress(revision),
      async *[Symbol.asyncIterator](): AsyncGenerator<WatchBatch | Compacted, void> {
        for await (const batch of inner) yield isCompacted(batch) ? batch : await openAll(batch)
      },
    }
  }

  currentRevision(): Awaitable<number> {
    return this.#inner.currentRevision()
  }

  compact(revision: number): Promise<void> {
    return this.#inner.compact(revision)
  }

  compactedRevision(): number {
    return this.#inner.compactedRevision()
  }

  async isStale(key: string): Promise<boolean> {
    if (this.#changing) await this.#changing
    const entry = this.#sealer.covers(key) ? await this.#inner.get(key) : undefined
    return entry !== undefined && this.#sealer.isStale(key, entry.value)
  }

  close(): Promise<void> {
    this.#forget()
    return this.#inner.close()
  }

  /** Whether any of these may be sealed, by the plan of now or of before. */
  #anyOf(entries: readonly { key: string; value?: Uint8Array }[]): boolean {
    return entries.some(({ key, value }) => this.#sealer.covers(key) || (value !== undefined && isSealed(value)))
  }

  async #open(key: string, value: Uint8Array): Promise<Uint8Array> {
    const known = this.#plain.get(value)
    if (known) return known
    if (this.#changing) await this.#changing
    return this.#sealer.open(key, value) ?? this.#sealing.openRemotely(key, value)
  }

  async #opened(entry: Entry): Promise<Entry> {
    return { ...entry, value: await this.#open(entry.key, entry.value) }
  }

  async #openedEvent(event: StorageEvent): Promise<StorageEvent> {
    const previous = event.previous && { previous: await this.#open(event.key, event.previous) }
    return event.type === 'put' ? { ...event, ...previous, value: await this.#open(event.key, event.value) } : { ...event, ...previous }
  }
}
