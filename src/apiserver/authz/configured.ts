import type { Clock } from '../../machinery/clock.ts'
import type { Log } from '../../machinery/log.ts'
import type { Random } from '../../machinery/random.ts'
import { badRequest } from '../../machinery/status.ts'
import type { PostJson } from '../webhook-call.ts'
import { abacAuthorizer } from './abac.ts'
import { alwaysAllow, alwaysDeny } from './always.ts'
import type { Authorizer } from './authorizer.ts'
import { millisOf, type AuthorizationConfiguration, type WebhookConfiguration } from './configuration.ts'
import type { BuiltInAuthorizers } from './index.ts'
import { matchConditions } from './match-conditions.ts'
import { counted, type AuthorizationMetrics } from './metrics.ts'
import { webhookAuthorizer } from './webhook.ts'

export interface ConfiguredParts {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly metrics?: AuthorizationMetrics
  /** How the services that the webhooks' kubeconfigs name are asked, by the file's path. */
  readonly connections: ReadonlyMap<string, PostJson>
  /** The text of `--authorization-policy-file`. */
  readonly policy?: string
}

/** Files that a configuration's webhooks need. */
export const kubeconfigsOf = ({ authorizers = [] }: AuthorizationConfiguration): readonly string[] =>
  [...new Set(authorizers.flatMap(({ webhook }) => webhook?.connectionInfo.kubeConfigFile ?? []))]

/** Makes the authorizers that a configuration names, in its order. */
export const configuredAuthorizers = ({ authorizers = [] }: AuthorizationConfiguration, parts: ConfiguredParts) => (builtIn: BuiltInAuthorizers): readonly Authorizer[] =>
  authorizers.map(({ type = '', name = '', webhook }) => counted(make(type, name, webhook, builtIn, parts), { type, name }, parts.metrics))

function make(type: string, name: string, webhook: WebhookConfiguration | undefined | null, { node, rbac }: BuiltInAuthorizers, parts: ConfiguredParts): Authorizer {
  switch (type) {
    case 'Node': return node
    case 'RBAC': return rbac
    case 'AlwaysAllow': return alwaysAllow
    case 'AlwaysDeny': return alwaysDeny
    case 'ABAC': return abacAuthorizer(parts.policy ?? '')
    case 'Webhook': return webhookOf(name, webhook!, parts)
    default: throw badRequest(`unknown authorization mode ${type} specified`)
  }
}

function webhookOf(name: string, webhook: WebhookConfiguration, { connections, ...parts }: ConfiguredParts): Authorizer {
  const post = connections.get(webhook.connectionInfo.kubeConfigFile ?? '')
  if (!post) throw badRequest(`authorizer ${name}: connectionInfo.type ${webhook.connectionInfo.type} is not supported: name a kubeconfig`)
  return webhookAuthorizer({
    ...parts, name, post, version: webhook.subjectAccessReviewVersion as 'v1' | 'v1beta1', timeoutMs: millisOf(webhook.timeout),
    authorizedMs: webhook.cacheAuthorizedRequests ? millisOf(webhook.authorizedTTL) : 0, unauthorizedMs: webhook.cacheUnauthorizedRequests ? millisOf(webhook.unauthorizedTTL) : 0,
    onFailure: webhook.failurePolicy === 'Deny' ? 'deny' : 'noOpinion', ...(webhook.matchConditions?.length && { matches: matchConditions(webhook.matchConditions) }),
  })
}
