import { errorMessage, type Log } from '../../machinery/log.ts'
import type { AuditBackend, AuditSink } from './backend.ts'
import type { AuditEvent } from './event.ts'
import type { AuditMetrics } from './metrics.ts'

export interface BlockingOptions {
  readonly plugin: string
  readonly send: AuditSink
  readonly log: Log
  readonly metrics?: AuditMetrics
  /** Whether a request is refused when it cannot be written down before it is carried out. */
  readonly strict: boolean
}

/** Sends each event by itself, and lets the request wait for it. */
export function blocking({ plugin, send, log, metrics, strict }: BlockingOptions): AuditBackend {
  const sending = new Set<Promise<void>>()
  async function deliver(event: AuditEvent): Promise<void> {
    try {
      await send([event])
    } catch (error) {
      metrics?.lost(plugin, 1)
      log.error('An audit event was lost', { plugin, auditID: event.auditID, error: errorMessage(error) })
      if (strict && event.stage === 'RequestReceived') {
        metrics?.rejected()
        throw error
      }
    }
  }
  return {
    room() {},
    write(event) {
      const work = deliver(event).finally(() => sending.delete(work))
      sending.add(work)
      return work
    },
    async close() {
      await Promise.allSettled(sending)
    },
  }
}
