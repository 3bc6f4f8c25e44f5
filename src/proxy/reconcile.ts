import type { Clock, Timer } from '../machinery/clock.ts'
import { errorMessage, type Log } from '../machinery/log.ts'

const RETRY_MS = 1_000

/** One piece of work that is done again whenever something changed while it was done: never twice at once, and no change is missed. */
export interface Reconciling {
  /** Something changed. */
  wake(): void
  /** Does the work now; resolves when a run that began after the call has succeeded. */
  run(): Promise<void>
  stop(): Promise<void>
}

/** Failures are logged and tried again after a second. */
export function startReconciling(clock: Clock, log: Log, work: () => Promise<void>): Reconciling {
  let dirty = false
  let stopped = false
  let running: Promise<void> | undefined
  let retry: Timer | undefined
  let waiting: (() => void)[] = []

  async function loop(): Promise<void> {
    while (dirty && !stopped) {
      dirty = false
      const done = waiting
      waiting = []
      try {
        await work()
        for (const resolve of done) resolve()
      } catch (error) {
        waiting.push(...done)
        log.error('the rules could not be changed; trying again', { error: errorMessage(error) })
        retry = clock.after(RETRY_MS, wake, { background: true })
        return
      }
    }
  }

  function wake(): void {
    dirty = true
    // What comes in one turn of the event loop is done in one go.
    running ??= Promise.resolve().then(loop).finally(() => {
      running = undefined
      if (dirty && !stopped && !retry) wake()
    })
    retry?.cancel()
    retry = undefined
  }

  return {
    wake,
    run: () => new Promise(resolve => {
      waiting.push(resolve)
      wake()
    }),
    async stop() {
      stopped = true
      retry?.cancel()
      await running
    },
  }
}
