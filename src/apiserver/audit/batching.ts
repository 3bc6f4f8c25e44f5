import type { Clock, Timer } from '../../machinery/clock.ts'
import { errorMessage, type Log } from '../../machinery/log.ts'
import type { AuditBackend, AuditSink } from './backend.ts'
import type { AuditEvent } from './event.ts'
import type { AuditMetrics } from './metrics.ts'

export interface BatchingOptions {
  /** Whose events are lost, in metrics: `webhook`, `log`. */
  readonly plugin: string
  readonly send: AuditSink
  readonly clock: Clock
  readonly log: Log
  readonly metrics?: AuditMetrics
  /** How many events may wait; more are lost, and told as lost. */
  readonly bufferSize: number
  readonly maxBatchSize: number
  readonly maxBatchWaitMs: number
  /** How many batches go out in a second, and how many at once after a pause; absent: as they come. */
  readonly throttle?: { readonly qps: number; readonly burst: number }
}

/** Gathers events and sends them together, and never lets a request wait. */
export function batching({ plugin, send, clock, log, metrics, bufferSize, maxBatchSize, maxBatchWaitMs, throttle }: BatchingOptions): AuditBackend {
  let waiting: AuditEvent[] = []
  let timer: Timer | undefined
  let isClosing = false
  const sending = new Set<Promise<void>>()
  const tokens = tokenBucket(clock, throttle)

  function lose(by: string, events: readonly AuditEvent[], why: string): void {
    metrics?.lost(by, events.length)
    log.error('Audit events were lost', { plugin: by, events: events.length, auditIDs: events.slice(0, 10).map(({ auditID }) => auditID), error: why })
  }

  function flush(): void {
    timer?.cancel()
    timer = undefined
    while (waiting.length > 0) {
      const waitMs = isClosing ? 0 : tokens.take()
      if (waitMs > 0) return void (timer = clock.after(waitMs, flush, { background: true }))
      const batch = waiting.slice(0, maxBatchSize)
      waiting = waiting.slice(maxBatchSize)
      const work = send(batch).catch((error: unknown) => lose(plugin, batch, errorMessage(error))).finally(() => sending.delete(work))
      sending.add(work)
      // Less than a batch waits for more.
      if (waiting.length < maxBatchSize && !isClosing) break
    }
    if (waiting.length > 0) timer ??= clock.after(maxBatchWaitMs, flush, { background: true })
  }

  return {
    room() {},
    write(event) {
      if (waiting.length >= bufferSize) return lose('buffered', [event], 'audit buffer queue blocked')
      waiting.push(event)
      if (waiting.length >= maxBatchSize) flush()
      else timer ??= clock.after(maxBatchWaitMs, flush, { background: true })
    },
    async close() {
      isClosing = true
      flush()
      await Promise.all(sending)
    },
  }
}

/** How long the next has to wait; 0 takes one. */
function tokenBucket(clock: Clock, throttle: BatchingOptions['throttle']): { take(): number } {
  if (!throttle) return { take: () => 0 }
  const { qps, burst } = throttle
  let [left, atMs] = [burst, clock.monotonic()]
  return {
    take() {
      const nowMs = clock.monotonic()
      left = Math.min(burst, left + ((nowMs - atMs) / 1000) * qps)
      atMs = nowMs
      if (left < 1) return Math.ceil(((1 - left) / qps) * 1000)
      left -= 1
      return 0
    },
  }
}
