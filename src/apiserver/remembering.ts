import type { Clock } from '../machinery/clock.ts'

/** Answers that are good for a while. The one that was not asked for longest goes first when there are too many. */
export interface Remembering<T> {
  get(key: string): T | undefined
  set(key: string, value: T, forMs: number): void
}

/** Remembers at most `most` answers. */
export function remembering<T>(clock: Clock, most: number): Remembering<T> {
  const known = new Map<string, { value: T; untilMs: number }>()
  return {
    get(key) {
      const found = known.get(key)
      if (!found) return undefined
      known.delete(key)
      if (found.untilMs <= clock.monotonic()) return undefined
      known.set(key, found)
      return found.value
    },
    set(key, value, forMs) {
      if (forMs <= 0) return
      known.delete(key)
      if (known.size >= most) known.delete(known.keys().next().value!)
      known.set(key, { value, untilMs: clock.monotonic() + forMs })
    },
  }
}
