import type { AuditBackend } from './backend.ts'
import type { AuditEvent } from './event.ts'
import type { AuditMetrics } from './metrics.ts'
import type { Log } from '../../machinery/log.ts'

export interface TruncateOptions {
  /** Events that are larger, in bytes, go without their bodies. */
  readonly maxEventSize: number
  readonly log: Log
  readonly metrics?: AuditMetrics
}

/** Keeps events small: without their bodies, and marked, when they are too large with them; told as lost when they still are. */
export function truncating(backend: AuditBackend, { maxEventSize, log, metrics }: TruncateOptions): AuditBackend {
  return {
    ...backend,
    write(event) {
      if (sizeOf(event) <= maxEventSize) return backend.write(event)
      const { requestObject: _request, responseObject: _response, ...rest } = event
      const cut = { ...rest, annotations: { ...event.annotations, 'audit.k8s.io/truncated': 'true' } }
      const hasBodies = event.level === 'Request' || event.level === 'RequestResponse'
      if (hasBodies && sizeOf(cut) <= maxEventSize) return backend.write(cut)
      metrics?.lost('truncate', 1)
      log.error('An audit event is too large even after truncating', { auditID: event.auditID, stage: event.stage, uri: event.requestURI.slice(0, 200) })
    },
  }
}

const sizeOf = (event: AuditEvent): number => new TextEncoder().encode(JSON.stringify(event)).length
