import type { MatchResources } from './shared.ts'
import type { MutatingWebhook } from './mutating-webhook-configuration-schema.ts'
import type { ValidatingWebhook } from './validating-webhook-configuration-schema.ts'

/** What a webhook leaves open. */
export function defaultWebhook(webhook: ValidatingWebhook | MutatingWebhook): void {
  webhook.failurePolicy ??= 'Fail'
  webhook.matchPolicy ??= 'Equivalent'
  webhook.namespaceSelector ??= {}
  webhook.objectSelector ??= {}
  webhook.timeoutSeconds ??= 10
  for (const rule of webhook.rules ?? []) rule.scope ??= '*'
  if (webhook.clientConfig.service) webhook.clientConfig.service.port ??= 443
}

/** What a policy's or a binding's choice of requests leaves open. */
export function defaultMatchResources(match: MatchResources | undefined): void {
  if (!match) return
  match.matchPolicy ??= 'Equivalent'
  match.namespaceSelector ??= {}
  match.objectSelector ??= {}
  for (const rule of [...(match.resourceRules ?? []), ...(match.excludeResourceRules ?? [])]) rule.scope ??= '*'
}
