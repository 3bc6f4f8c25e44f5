import type { Clock } from '../machinery/clock.ts'

/** A clock for this room's tests that only moves when told to. */
export interface HandClock extends Clock {
  /** Moves on and runs what is due, each at its own time, letting promises settle in between. */
  advance(milliseconds: number): Promise<void>
  /** How many timers are armed. */
  armed(): number
}

/** A clock that stands at `startMs`. */
export function handClock(startMs = 1_700_000_000_000): HandClock {
  let now = startMs
  const timers = new Set<{ atMs: number; action: () => void }>()
  const turn = (): Promise<void> => new Promise(resolve => setImmediate(resolve))
  return {
    now: () => now,
    monotonic: () => now,
    armed: () => timers.size,
    after(delayMs, action) {
      const timer = { atMs: now + delayMs, action }
      timers.add(timer)
      return { cancel: () => timers.delete(timer) }
    },
    async advance(milliseconds) {
      const end = now + milliseconds
      await turn()
      for (;;) {
        const next = [...timers].filter(({ atMs }) => atMs <= end).sort((a, b) => a.atMs - b.atMs)[0]
        if (!next) break
        timers.delete(next)
        now = next.atMs
        next.action()
        await turn()
      }
      now = end
    },
  }
}
