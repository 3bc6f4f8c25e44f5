import type { CacheEvent } from './cache-entry.ts'
import { Notifier } from './notifier.ts'

/** The last item of a watch that asked for a past that is forgotten, or that did not keep up: list again. */
export type Gone = 'gone'

/** Watches only the objects whose value in one of the cache's indexes is this. */
export interface IndexSelection {
  index: string
  value: string
}

export interface CacheWatchOptions {
  /** The kind's prefix, a namespace's or one object's key. */
  prefix: string
  /** Events with a higher revision are delivered. */
  afterRevision: number
  /** Ends the watch; absent: `end` does. */
  signal?: AbortSignal
  /** Only changes from or to this value of an index. What is not selected costs nothing. */
  select?: IndexSelection
}

/** A follower has had its connection's buffers full for this many events: it does not read. */
const FOLLOWER_LIMIT = 1_000

/** Takes events as they happen, so that nothing waits and nothing is promised for each of many watchers. */
export interface Follower<T> {
  /** False: there is room for no more until `resume` is called. Never throws. */
  take(event: CacheEvent<T>): boolean
  /** The last call. */
  ended(state: 'gone' | 'ended'): void
}

/** One watcher's queue: iterate it once, in order, several events at a time when several are there; or follow it. */
export class CacheWatch<T> implements AsyncIterable<readonly CacheEvent<T>[] | Gone> {
  readonly options: CacheWatchOptions
  readonly #limit: number
  readonly #currentRevision: () => number
  readonly #leave: () => void
  readonly #notifier = new Notifier()
  #queue: CacheEvent<T>[]
  #state: 'open' | 'gone' | 'ended' = 'open'
  #waiting = false
  #taken: number
  #follower: Follower<T> | undefined

  constructor(options: CacheWatchOptions, past: readonly CacheEvent<T>[] | undefined, limit: number, currentRevision: () => number, leave: (watch: CacheWatch<T>) => void) {
    this.options = options
    this.#limit = limit
    this.#currentRevision = currentRevision
    this.#leave = () => leave(this)
    this.#queue = past ? [...past] : []
    this.#taken = options.afterRevision
    if (!past) this.#state = 'gone'
    if (options.signal?.aborted) this.#state = 'ended'
    else options.signal?.addEventListener('abort', this.#onAbort, { once: true })
  }

  readonly #onAbort = (): void => this.end('ended')

  /** Every event up to this revision was taken, and dealt with in so far as the taker came back for more: what a bookmark may say. */
  revision(): number {
    return this.#waiting && this.#queue.length === 0 ? Math.max(this.#taken, this.#currentRevision()) : this.#taken
  }

  /** Queues an event; a watcher that lets too many wait is sent away. */
  push(event: CacheEvent<T>): void {
    if (event.revision <= this.options.afterRevision) return
    if (this.#follower && this.#waiting) {
      this.#waiting = this.#follower.take(event)
      this.#taken = event.revision
      return
    }
    if (this.#queue.length >= (this.#follower ? Math.min(this.#limit, FOLLOWER_LIMIT) : this.#limit)) return this.end('gone')
    this.#queue.push(event)
    this.#notifier.notify()
  }

  /** In place of iterating: hands over what waits, and from then on each event as it happens. */
  follow(follower: Follower<T>): void {
    this.#follower = follower
    if (this.#state === 'open') this.resume()
    else follower.ended(this.#state)
  }

  /** The follower has room again. */
  resume(): void {
    const queue = this.#queue
    let at = 0
    this.#waiting = true
    while (this.#waiting && at < queue.length && this.#state === 'open') {
      const event = queue[at++]!
      this.#waiting = this.#follower!.take(event)
      this.#taken = event.revision
    }
    if (at > 0) this.#queue = this.#state === 'open' ? queue.slice(at) : []
  }

  end(state: 'gone' | 'ended'): void {
    if (this.#state !== 'open') return
    this.#state = state
    this.#queue = []
    this.#leave()
    this.options.signal?.removeEventListener('abort', this.#onAbort)
    this.#notifier.notify()
    this.#follower?.ended(state)
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<readonly CacheEvent<T>[] | Gone, void> {
    try {
      for (;;) {
        await this.#filled()
        if (this.#state === 'gone') return yield 'gone'
        if (this.#state === 'ended') return
        const events = this.#queue
        this.#queue = []
        yield events
        this.#taken = events.at(-1)!.revision
      }
    } finally {
      this.end('ended')
    }
  }

  async #filled(): Promise<void> {
    this.#waiting = true
    while (this.#state === 'open' && this.#queue.length === 0) await this.#notifier.wait()
    this.#waiting = false
  }
}
