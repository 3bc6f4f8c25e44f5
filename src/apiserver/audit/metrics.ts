import type { Metrics } from '../../machinery/metrics.ts'
import type { AuditLevel } from './policy.ts'

/** What the audit log tells of itself, under upstream's names. */
export interface AuditMetrics {
  /** A request that falls under a level. */
  decided(level: AuditLevel): void
  /** An event that goes to the backends. */
  told(): void
  /** Events that did not arrive, by who lost them. */
  lost(plugin: string, events: number): void
  /** A request that was not carried out because it could not be written down. */
  rejected(): void
}

export function createAuditMetrics(metrics: Metrics): AuditMetrics {
  const events = metrics.counter('apiserver_audit_event_total', 'Counter of audit events generated and sent to the audit backend.')
  const errors = metrics.counter('apiserver_audit_error_total', 'Counter of audit events that failed to be audited properly. Plugin identifies the plugin affected by the error.')
  const levels = metrics.counter('apiserver_audit_level_total', 'Counter of policy levels for audit events (1 per request).')
  const rejected = metrics.counter('apiserver_audit_requests_rejected_total', 'Counter of apiserver requests rejected due to an error in audit logging backend.')
  events.add({}, 0)
  rejected.add({}, 0)
  return { decided: level => levels.add({ level }), told: () => events.add({}), lost: (plugin, count) => errors.add({ plugin }, count), rejected: () => rejected.add({}) }
}
