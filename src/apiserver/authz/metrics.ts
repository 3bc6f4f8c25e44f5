import { after } from '../../machinery/awaitable.ts'
import type { Metrics } from '../../machinery/metrics.ts'
import type { Authorizer } from './authorizer.ts'

/** What authorizers tell of themselves, under upstream's names. */
export interface AuthorizationMetrics {
  /** One decision for good, by an authorizer of a type and name. */
  decided(type: string, name: string, decision: 'allowed' | 'denied'): void
  evaluated(webhook: string, result: string, durationMs: number): void
  failedOpen(webhook: string, result: string): void
  matched(webhook: string, outcome: { readonly excluded: boolean; readonly failed: boolean; readonly durationMs: number }): void
}

const WEBHOOK_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60]
const MATCH_BUCKETS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.2]

export function createAuthorizationMetrics(metrics: Metrics): AuthorizationMetrics {
  const decisions = metrics.counter('apiserver_authorization_decisions_total', 'Total number of terminal decisions made by an authorizer split by authorizer type, name, and decision.')
  const evaluations = metrics.counter('apiserver_authorization_webhook_evaluations_total', 'Round-trips to authorization webhooks.')
  const durations = metrics.histogram('apiserver_authorization_webhook_duration_seconds', 'Request latency in seconds.', WEBHOOK_BUCKETS)
  const open = metrics.counter('apiserver_authorization_webhook_evaluations_fail_open_total', 'NoOpinion results due to webhook timeout or error.')
  const matchErrors = metrics.counter('apiserver_authorization_match_condition_evaluation_errors_total', 'Total number of errors when an authorization webhook encounters a match condition error split by authorizer type and name.')
  const exclusions = metrics.counter('apiserver_authorization_match_condition_exclusions_total', 'Total number of exclusions when an authorization webhook is skipped because match conditions exclude it.')
  const matching = metrics.histogram('apiserver_authorization_match_condition_evaluation_seconds', 'Authorization match condition evaluation time in seconds, split by authorizer type and name.', MATCH_BUCKETS)
  return {
    decided: (type, name, decision) => decisions.add({ decision, name, type }),
    evaluated(name, result, durationMs) {
      evaluations.add({ name, result })
      durations.observe({ name, result }, durationMs / 1000)
    },
    failedOpen: (name, result) => open.add({ name, result }),
    matched(name, { excluded, failed, durationMs }) {
      const labels = { name, type: 'Webhook' }
      matching.observe(labels, durationMs / 1000)
      if (failed) matchErrors.add(labels)
      if (excluded) exclusions.add(labels)
    },
  }
}

/** An authorizer whose decisions are counted. */
export function counted(authorizer: Authorizer, { type, name }: { type: string; name: string }, metrics: AuthorizationMetrics | undefined): Authorizer {
  if (!metrics) return authorizer
  return {
    ...authorizer,
    authorize: attributes => after(authorizer.authorize(attributes), decision => {
      if (decision.verdict !== 'noOpinion') metrics.decided(type, name, decision.verdict === 'allow' ? 'allowed' : 'denied')
      return decision
    }),
  }
}
