import { errorMessage, type Log } from '../../machinery/log.ts'
import type { AuditBackend, AuditSink } from './backend.ts'
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
export const blocking = ({ plugin, send, log, metrics, strict }: BlockingOptions): AuditBackend => ({
  room() {},
  async write(event) {
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
  },
  async close() {},
})
