import type { Clock, Timer } from './clock.ts'

/** Is told what a queue does. */
export interface QueueMeter {
  added(): void
  retried(): void
  /** A key is worked on after it was ready for so long. */
  taken(waitedMs: number): void
  /** Where to look how many keys are ready. */
  watch(depth: () => number): void
}

export interface QueueOptions {
  readonly meter?: QueueMeter | undefined
  /** Back-off of a key that failed: doubles from here … */
  readonly firstDelayMs?: number
  /** … up to here. */
  readonly longestDelayMs?: number
}

/**
 * A queue of keys to work on. A key stands in it at most once; a key that is added while it is worked on comes again when that work is done.
 */
export interface WorkQueue<K> {
  /** Keys that are ready. */
  readonly length: number
  /** Keys that are ready, being worked on or waiting for a delay. */
  readonly pending: number
  add(key: K): void
  /** Adds after a delay. Of several delays for one key the earliest holds. */
  addAfter(key: K, delayMs: number): void
  /** Adds after the key's back-off, which grows with each call until `forget`. */
  addRateLimited(key: K): void
  /** How often `addRateLimited` was called since the last `forget`. */
  retries(key: K): number
  forget(key: K): void
  /** The next key to work on, or undefined when none is ready; `done` must follow. */
  tryTake(): K | undefined
  /** Waits for a key; undefined when the queue was closed. */
  take(): Promise<K | undefined>
  /** The work on a key has ended. */
  done(key: K): void
  /** Drops what waits; takers get undefined. */
  close(): void
}

/** Makes a queue whose delays run on the given clock. The defaults are client-go's (5 ms to 1,000 s). */
export function workQueue<K = string>(clock: Clock, { firstDelayMs = 5, longestDelayMs = 1_000_000, meter }: QueueOptions = {}): WorkQueue<K> {
  const ready = new Set<K>()
  const working = new Set<K>()
  const again = new Set<K>()
  const delayed = new Map<K, { at: number; timer: Timer }>()
  const failures = new Map<K, number>()
  const takers: ((key: K | undefined) => void)[] = []
  /** Since when a key is ready; kept only for the meter. */
  const since = new Map<K, number>()
  let closed = false
  meter?.watch(() => ready.size)

  const tryTake = (): K | undefined => {
    const next = ready.values().next()
    if (next.done) return undefined
    ready.delete(next.value)
    working.add(next.value)
    if (meter) {
      meter.taken(clock.monotonic() - (since.get(next.value) ?? clock.monotonic()))
      since.delete(next.value)
    }
    return next.value
  }
  const add = (key: K): void => {
    if (closed) return
    if (working.has(key)) return void again.add(key)
    if (meter && !ready.has(key)) {
      meter.added()
      since.set(key, clock.monotonic())
    }
    ready.add(key)
    const taker = takers.shift()
    if (taker) taker(tryTake())
  }
  const addAfter = (key: K, delayMs: number): void => {
    if (closed) return
    if (delayMs <= 0) return add(key)
    const at = clock.monotonic() + delayMs
    const waiting = delayed.get(key)
    if (waiting && waiting.at <= at) return
    waiting?.timer.cancel()
    const timer = clock.after(delayMs, () => {
      delayed.delete(key)
      add(key)
    })
    delayed.set(key, { at, timer })
  }

  return {
    get length() {
      return ready.size
    },
    get pending() {
      return ready.size + working.size + delayed.size
    },
    add,
    addAfter,
    addRateLimited(key) {
      meter?.retried()
      const count = failures.get(key) ?? 0
      failures.set(key, count + 1)
      addAfter(key, Math.min(firstDelayMs * 2 ** count, longestDelayMs))
    },
    retries: key => failures.get(key) ?? 0,
    forget: key => void failures.delete(key),
    tryTake,
    take() {
      if (closed) return Promise.resolve(undefined)
      return ready.size ? Promise.resolve(tryTake()) : new Promise(resolve => takers.push(resolve))
    },
    done(key) {
      working.delete(key)
      if (again.delete(key)) add(key)
    },
    close() {
      closed = true
      for (const { timer } of delayed.values()) timer.cancel()
      for (const set of [ready, again, delayed, since]) set.clear()
      for (const taker of takers.splice(0)) taker(undefined)
    },
  }
}
