/** One key's delay, and when it was last set. */
export interface BackoffEntry {
  readonly delayMs: number
  readonly atMs: number
}

/** Delays that double from `initialMs` to `maxMs`, and start anew after twice the maximum without a failure: restarts and image pulls. */
export interface BackoffPolicy {
  readonly initialMs: number
  readonly maxMs: number
}

export const CRASH_LOOP: BackoffPolicy = { initialMs: 10_000, maxMs: 300_000 }
export const IMAGE_PULL: BackoffPolicy = { initialMs: 10_000, maxMs: 300_000 }

const expired = (policy: BackoffPolicy, entry: BackoffEntry, nowMs: number): boolean => nowMs - entry.atMs > 2 * policy.maxMs

/** The entry after one more failure. */
export function nextBackoff(policy: BackoffPolicy, entry: BackoffEntry | undefined, nowMs: number): BackoffEntry {
  const delayMs = !entry || expired(policy, entry, nowMs) ? policy.initialMs : Math.min(entry.delayMs * 2, policy.maxMs)
  return { delayMs, atMs: nowMs }
}

/** When the wait that began at `sinceMs` is over; `undefined` when there is nothing to wait for. */
export function backoffEnd(policy: BackoffPolicy, entry: BackoffEntry | undefined, sinceMs: number, nowMs: number): number | undefined {
  if (!entry || expired(policy, entry, sinceMs)) return undefined
  const endMs = sinceMs + entry.delayMs
  return endMs > nowMs ? endMs : undefined
}

/** A Go duration as messages print it: `10s`, `2m40s`, `5m0s`. */
export function goDuration(milliseconds: number): string {
  if (milliseconds < 1000) return milliseconds === 0 ? '0s' : `${milliseconds}ms`
  const seconds = milliseconds / 1000
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), Number((seconds % 60).toFixed(9))]
  return `${hours ? `${hours}h` : ''}${hours || minutes ? `${minutes}m` : ''}${rest}s`
}
