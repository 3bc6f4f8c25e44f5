import type { Clock, Timer } from '../machinery/clock.ts'

interface Waiter {
  revision: number
  settle(reached: boolean): void
}

/** Those who wait until something has come to a revision. */
export class RevisionWaiters {
  readonly #clock: Clock
  readonly #waiters = new Set<Waiter>()
  #stopped = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Resolves to true once the revision is reached, to false after the timeout or when waiting is over for all. */
  wait(revision: number, timeoutMs?: number): Promise<boolean> {
    if (this.#stopped) return Promise.resolve(false)
    return new Promise(resolve => {
      let timer: Timer | undefined
      const waiter: Waiter = {
        revision,
        settle: reached => {
          this.#waiters.delete(waiter)
          timer?.cancel()
          resolve(reached)
        },
      }
      this.#waiters.add(waiter)
      if (timeoutMs !== undefined) timer = this.#clock.after(timeoutMs, () => waiter.settle(false))
    })
  }

  /** The highest revision that somebody waits for. */
  highest(): number | undefined {
    return this.#waiters.size === 0 ? undefined : Math.max(...[...this.#waiters].map(({ revision }) => revision))
  }

  reached(revision: number): void {
    for (const waiter of this.#waiters) if (waiter.revision <= revision) waiter.settle(true)
  }

  stop(): void {
    this.#stopped = true
    for (const waiter of this.#waiters) waiter.settle(false)
  }
}
