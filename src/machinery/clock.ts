/** A pending timer; `cancel` is idempotent. */
export interface Timer {
  cancel(): void
}

/**
 * Time, handed in. Everything that asks for the time or waits for it takes a `Clock`, so that a whole cluster runs on a fake one.
 */
export interface Clock {
  /** Wall-clock milliseconds since the epoch. */
  now(): number
  /** Milliseconds that never go backwards, for measuring durations. */
  monotonic(): number
  /** Calls `action` once, at least `delayMs` from now. A real clock's timers do not keep the process alive when `background` is set. */
  after(delayMs: number, action: () => void, options?: { background?: boolean }): Timer
}

/** The longest delay a JavaScript timer takes; longer waits are chained. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** The machine's own clock: the one home of `Date.now` and `setTimeout`. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, action, options) {
    let handle: ReturnType<typeof setTimeout>
    const arm = (leftMs: number): void => {
      const stepMs = Math.min(Math.max(leftMs, 0), LONGEST_TIMER_MS)
      handle = setTimeout(() => (leftMs > stepMs ? arm(leftMs - stepMs) : action()), stepMs)
      if (options?.background) (handle as { unref?: () => void }).unref?.()
    }
    arm(delayMs)
    return { cancel: () => clearTimeout(handle) }
  },
}

/** Resolves after `delayMs`, or rejects with the signal's reason as soon as it is aborted. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const onAbort = (): void => {
      timer.cancel()
      reject(signal!.reason)
    }
    const timer = clock.after(delayMs, () => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    })
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}

/** RFC 3339 with whole seconds, as the API writes `metav1.Time`. */
export const timestamp = (milliseconds: number): string => `${new Date(milliseconds).toISOString().slice(0, -'.000Z'.length)}Z`

/** The same of the present: whoever asks often gets one text for a whole second. */
export class Timestamps {
  readonly #clock: Clock
  #second = NaN
  #text = ''

  constructor(clock: Clock) {
    this.#clock = clock
  }

  now(): string {
    const second = Math.floor(this.#clock.now() / 1000)
    if (second !== this.#second) [this.#second, this.#text] = [second, timestamp(second * 1000)]
    return this.#text
  }
}

/** RFC 3339 with microseconds, as the API writes `metav1.MicroTime`. */
export const microTimestamp = (milliseconds: number): string => new Date(milliseconds).toISOString().replace('Z', '000Z')

/** Resolves once everything else that is ready, other connections' requests above all, has had its turn. No time passes: a fake clock has no say in it. */
export const nextTurn = (): Promise<void> => new Promise(resolve => setImmediate(resolve))
