import { createAuditor } from '../apiserver/audit/auditor.ts'
import { severalBackends, type AuditBackend, type AuditSink } from '../apiserver/audit/backend.ts'
import { batching } from '../apiserver/audit/batching.ts'
import { blocking } from '../apiserver/audit/blocking.ts'
import { jsonLine, legacyLine } from '../apiserver/audit/lines.ts'
import { logBackend } from '../apiserver/audit/log-backend.ts'
import { createAuditMetrics, type AuditMetrics } from '../apiserver/audit/metrics.ts'
import { METADATA_POLICY, readAuditPolicy } from '../apiserver/audit/policy.ts'
import { rotatingFile } from '../apiserver/audit/rotating-file.ts'
import { truncating } from '../apiserver/audit/truncate.ts'
import { auditWebhook } from '../apiserver/audit/webhook.ts'
import type { Observer } from '../apiserver/observation.ts'
import type { Metrics } from '../machinery/metrics.ts'
import type { ComponentContext } from './component.ts'
import type { Cleanup } from './start.ts'
import { webhookConnection } from './webhook-connection.ts'

const MEGABYTE = 1024 * 1024

/** The audit log, if one is wanted. It is complete once the server has gone. */
export async function createAudit(context: ComponentContext, metrics: Metrics, cleanup: Cleanup): Promise<Observer | undefined> {
  const { options, host, clock } = context
  if (!options.auditLogPath && !options.auditWebhookConfigFile) return undefined
  const policy = options.auditPolicyFile ? readAuditPolicy(await host.files.readText(options.auditPolicyFile)) : METADATA_POLICY
  const counters = createAuditMetrics(metrics)
  const backends = [...(options.auditLogPath ? [await toLog(context, counters)] : []), ...(options.auditWebhookConfigFile ? [await toWebhook(context, counters)] : [])]
  const backend = backends.length === 1 ? backends[0]! : severalBackends(backends)
  cleanup(() => backend.close())
  return createAuditor({ policy, backend, clock, metrics: counters })
}

async function toLog({ options, host, clock, log }: ComponentContext, metrics: AuditMetrics): Promise<AuditBackend> {
  const append = options.auditLogPath === '-' ? async (text: string): Promise<void> => void process.stdout.write(text) : await rotatingFile({
    files: host.files, path: options.auditLogPath, clock, log, maxBytes: options.auditLogMaxsize * MEGABYTE, maxBackups: options.auditLogMaxbackup, maxAgeDays: options.auditLogMaxage, compress: options.auditLogCompress,
  })
  const line = options.auditLogFormat === 'legacy' ? legacyLine : jsonLine
  const send: AuditSink = events => append(events.map(line).join(''))
  const backend = options.auditLogMode === 'batch'
    ? batching({ plugin: 'log', send, clock, log, metrics, bufferSize: options.auditLogBatchBufferSize, maxBatchSize: options.auditLogBatchMaxSize, maxBatchWaitMs: options.auditLogBatchMaxWait })
    : logBackend({ append, log, metrics, line, strict: options.auditLogMode === 'blocking-strict' })
  return options.auditLogTruncateEnabled ? truncating(backend, { maxEventSize: options.auditLogTruncateMaxEventSize, log, metrics }) : backend
}

async function toWebhook({ options, host, clock, random, log }: ComponentContext, metrics: AuditMetrics): Promise<AuditBackend> {
  const send = auditWebhook({ post: await webhookConnection(host.files, options.auditWebhookConfigFile), clock, random, initialBackoffMs: options.auditWebhookInitialBackoff })
  const backend = options.auditWebhookMode === 'batch' ? batching({
    plugin: 'webhook', send, clock, log, metrics, bufferSize: options.auditWebhookBatchBufferSize, maxBatchSize: options.auditWebhookBatchMaxSize, maxBatchWaitMs: options.auditWebhookBatchMaxWait,
    ...(options.auditWebhookBatchThrottleEnable && { throttle: { qps: options.auditWebhookBatchThrottleQps, burst: options.auditWebhookBatchThrottleBurst } }),
  }) : blocking({ plugin: 'webhook', send, log, metrics, strict: options.auditWebhookMode === 'blocking-strict' })
  return options.auditWebhookTruncateEnabled ? truncating(backend, { maxEventSize: options.auditWebhookTruncateMaxEventSize, log, metrics }) : backend
}
