import type { Change, ChangePosition, Journal } from './journal.ts'
import { Notifier } from './notifier.ts'
import { PrefixIndex } from './prefix-index.ts'
import { endOfPrefix, type Compacted, type StorageEvent, type Watch, type WatchBatch, type WatchOptions } from './storage.ts'

/** A watch that lags this many events behind forgets them and reads them from the journal when it has caught up so far. */
const LIVE_BUFFER = 10_000

/** The place of a value that never was. */
const NOWHERE: ChangePosition = { revision: 0, index: 0 }

/** A change on its way to watches; the event is shared by all of them, so nobody may change it. */
interface Live {
  event: StorageEvent
  previous: ChangePosition | undefined
}

/** Brings durable changes to the watches of an embedded store. */
export class WatchHub {
  readonly #journal: Journal
  readonly #live = new PrefixIndex<LiveBuffer>()
  readonly #wantProgress = new Map<LiveBuffer, number>()
  readonly #closed = new AbortController()
  #published: number
  #compacted: number

  constructor(journal: Journal, published: number, compacted: number) {
    this.#journal = journal
    this.#published = published
    this.#compacted = compacted
  }

  get published(): number {
    return this.#published
  }

  get compacted(): number {
    return this.#compacted
  }

  compact(revision: number): void {
    this.#compacted = Math.max(this.#compacted, revision)
  }

  close(): void {
    this.#closed.abort()
  }

  /** Makes one revision's changes visible to reads and watches. */
  publish(changes: readonly Change[]): void {
    const last = changes.at(-1)
    if (!last) return
    this.#published = last.revision
    for (const change of changes) {
      let live: Live | undefined
      this.#live.visit(change.key, buffer => buffer.push((live ??= { event: eventOf(change), previous: change.previous })))
    }
    for (const [buffer, revision] of this.#wantProgress) if (revision <= this.#published) this.#grantProgress(buffer)
  }

  #grantProgress(buffer: LiveBuffer): void {
    this.#wantProgress.delete(buffer)
    buffer.askProgress()
  }

  watch(prefix: string, options: WatchOptions): Watch {
    const signal = AbortSignal.any([options.signal, this.#closed.signal])
    const buffer = new LiveBuffer(options.afterRevision)
    return {
      [Symbol.asyncIterator]: () => this.#run(prefix, buffer, signal, options.previous ?? false),
      revision: () => (buffer.isIdle ? Math.max(buffer.delivered, this.#published) : buffer.delivered),
      requestProgress: revision => {
        if (revision <= this.#published) buffer.askProgress()
        else this.#wantProgress.set(buffer, Math.max(revision, this.#wantProgress.get(buffer) ?? 0))
      },
    }
  }

  async *#run(prefix: string, buffer: LiveBuffer, signal: AbortSignal, previous: boolean): AsyncGenerator<WatchBatch | Compacted, void> {
    const onAbort = (): void => buffer.end()
    signal.addEventListener('abort', onAbort, { once: true })
    if (signal.aborted) buffer.end()
    try {
      while (!buffer.ended) {
        if (buffer.position < this.#compacted) return yield { compactedRevision: this.#compacted }
        this.#live.add(prefix, buffer)
        yield* this.#replay(prefix, buffer, this.#published, previous)
        if (buffer.joined) yield* this.#follow(buffer, previous)
        this.#live.remove(prefix, buffer)
        buffer.leave()
      }
    } finally {
      signal.removeEventListener('abort', onAbort)
      this.#live.remove(prefix, buffer)
      this.#wantProgress.delete(buffer)
    }
  }

  /** Reads from the journal what happened before the buffer began to fill. */
  async *#replay(prefix: string, buffer: LiveBuffer, through: number, previous: boolean): AsyncGenerator<WatchBatch, void> {
    while (buffer.position < through) {
      const found = await this.#journal.history(prefix, endOfPrefix(prefix), buffer.position, through)
      if (buffer.ended || buffer.position < this.#compacted) return
      buffer.position = found.through
      const live = found.changes.map(change => ({ event: eventOf(change), previous: change.previous }))
      if (live.length > 0) yield { events: await this.#events(live, previous), revision: found.through }
      buffer.delivered = found.through
    }
    buffer.join()
  }

  /** Delivers what arrives until the watch ends or lags too far behind. */
  async *#follow(buffer: LiveBuffer, previous: boolean): AsyncGenerator<WatchBatch, void> {
    while (await buffer.filled()) {
      const revision = this.#published
      const live = buffer.take()
      buffer.position = Math.max(buffer.position, revision)
      yield { events: await this.#events(live, previous), revision: buffer.position }
      buffer.delivered = buffer.position
    }
  }

  async #events(live: readonly Live[], previous: boolean): Promise<readonly StorageEvent[]> {
    if (!previous) return live.map(({ event }) => event)
    const values = await this.#journal.values(live.map(({ previous }) => previous ?? NOWHERE))
    return live.map(({ event, previous }, index) => {
      const value = previous && values[index]
      return value ? { ...event, previous: value } : event
    })
  }
}

/** What a live watch has not taken yet. */
class LiveBuffer {
  /** Everything up to here has left the buffer. */
  position: number
  /** Everything up to here was taken by the consumer, who then came back for more. */
  delivered: number
  ended = false
  joined = false
  #events: Live[] = []
  #overflowed = false
  #progress = false
  #waiting = false
  readonly #notifier = new Notifier()

  constructor(position: number) {
    this.position = position
    this.delivered = position
  }

  /** Whether the consumer has dealt with everything and waits for more. */
  get isIdle(): boolean {
    return this.#waiting && this.#events.length === 0 && !this.#overflowed
  }

  push(live: Live): void {
    if (live.event.revision <= this.position || this.#overflowed) return
    if (this.isIdle) this.position = Math.max(this.position, live.event.revision - 1)
    this.#events.push(live)
    if (this.#events.length > LIVE_BUFFER) {
      this.#overflowed = true
      this.#events = []
    }
    this.#notifier.notify()
  }

  askProgress(): void {
    this.#progress = true
    this.#notifier.notify()
  }

  end(): void {
    this.ended = true
    this.#notifier.notify()
  }

  join(): void {
    this.joined = true
  }

  leave(): void {
    this.joined = false
    this.#overflowed = false
    this.#events = []
  }

  /** Waits for something to deliver; false when the watch ended or has to catch up from the journal. */
  async filled(): Promise<boolean> {
    this.#waiting = true
    while (!this.ended && !this.#overflowed && this.#events.length === 0 && !this.#progress) await this.#notifier.wait()
    this.#waiting = false
    return !this.ended && !this.#overflowed
  }

  take(): readonly Live[] {
    const taken = this.#events
    this.#events = []
    this.#progress = false
    return taken
  }
}

function eventOf({ key, value, revision, createRevision }: Change): StorageEvent {
  return value ? { type: 'put', key, value, revision, createRevision } : { type: 'delete', key, revision, createRevision }
}
