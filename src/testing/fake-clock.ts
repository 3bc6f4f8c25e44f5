import type { Clock, Timer } from '../machinery/clock.ts'

/** A timer that has not fired yet. */
export interface PendingTimer {
  /** When it fires, in the clock's own milliseconds. */
  readonly at: number
  readonly background: boolean
  /** Where it was set, for the leak check of tests. */
  readonly origin: string
}

/** A clock that stands still until it is advanced. Timers fire in the order of their times, then in the order in which they were set. */
export interface FakeClock extends Clock {
  /** Moves time forward and fires what falls due on the way; what that sets off asynchronously happens after the call. */
  advance(milliseconds: number): void
  /** When the next timer falls due; undefined: none is set. */
  next(): number | undefined
  /** Timers that have not fired. */
  pending(): readonly PendingTimer[]
}

/** 2026-01-01T00:00:00Z: a round time, so that timestamps in tests read well. */
export const FAKE_START = Date.UTC(2026, 0, 1)

/** Makes a clock that stands at `start`. */
export function fakeClock(start = FAKE_START): FakeClock {
  const timers = new Set<PendingTimer & { readonly action: () => void; readonly order: number }>()
  let now = start
  let set = 0
  const earliest = () => {
    let first: (PendingTimer & { action: () => void; order: number }) | undefined
    for (const timer of timers) if (!first || timer.at < first.at || (timer.at === first.at && timer.order < first.order)) first = timer
    return first
  }
  return {
    now: () => now,
    monotonic: () => now - start,
    after(delayMs, action, { background = false } = {}): Timer {
      const stack = new Error('timer').stack ?? ''
      const timer = { at: now + Math.max(delayMs, 0), background, action, order: set++, origin: stack.split('\n').slice(2, 5).join('\n') }
      timers.add(timer)
      return { cancel: () => void timers.delete(timer) }
    },
    advance(milliseconds) {
      const end = now + milliseconds
      for (let timer = earliest(); timer && timer.at <= end; timer = earliest()) {
        timers.delete(timer)
        now = Math.max(now, timer.at)
        timer.action()
      }
      now = end
    },
    next: () => earliest()?.at,
    pending: () => [...timers],
  }
}
