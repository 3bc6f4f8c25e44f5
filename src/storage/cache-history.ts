import type { CacheEvent } from './cache-entry.ts'

/** The latest events of a kind, in order, for watches that start in the past. */
export class CacheHistory<T> {
  readonly #capacity: number
  #events: CacheEvent<T>[] = []
  /** Events before this index are forgotten; they are cut off now and then, so that forgetting costs next to nothing. */
  #start = 0
  #floor: number

  constructor(capacity: number, floor: number) {
    this.#capacity = capacity
    this.#floor = floor
  }

  /** Every event after this revision is still here. */
  get floor(): number {
    return this.#floor
  }

  push(event: CacheEvent<T>): void {
    this.#events.push(event)
    if (this.#events.length - this.#start > this.#capacity) this.#forgetOldest()
  }

  /** Forgets events at or before a revision. Where there were none, watches may still start before it. */
  trim(revision: number): void {
    while (this.#start < this.#events.length && this.#events[this.#start]!.revision <= revision) this.#forgetOldest()
  }

  #forgetOldest(): void {
    this.#floor = this.#events[this.#start]!.revision
    this.#start++
    if (this.#start < 256 || this.#start * 2 < this.#events.length) return
    this.#events = this.#events.slice(this.#start)
    this.#start = 0
  }

  /** The events after a revision, or undefined when some of them are forgotten. */
  after(revision: number): readonly CacheEvent<T>[] | undefined {
    if (revision < this.#floor) return undefined
    let low = this.#start
    let high = this.#events.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#events[middle]!.revision <= revision) low = middle + 1
      else high = middle
    }
    return this.#events.slice(low)
  }

  /** Forgets everything and goes on from a revision. */
  reset(floor: number): void {
    this.#events = []
    this.#start = 0
    this.#floor = floor
  }
}
