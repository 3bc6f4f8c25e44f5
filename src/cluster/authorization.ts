import { createHash } from 'node:crypto'
import { hostname } from 'node:os'
import { authorizationFromFlags, readAuthorizationConfiguration, type AuthorizationConfiguration } from '../apiserver/authz/configuration.ts'
import { configuredAuthorizers, kubeconfigsOf } from '../apiserver/authz/configured.ts'
import type { AuthorizerChain, ChooseAuthorizers } from '../apiserver/authz/index.ts'
import { createAuthorizationMetrics } from '../apiserver/authz/metrics.ts'
import { createReloadMetrics, followConfiguration } from '../apiserver/configuration/reload.ts'
import { errorMessage } from '../machinery/log.ts'
import type { Metrics } from '../machinery/metrics.ts'
import { badRequest } from '../machinery/status.ts'
import type { ComponentContext } from './component.ts'
import type { ClusterOptions } from './options.ts'
import { webhookConnection } from './webhook-connection.ts'

export interface Authorization {
  readonly choose: ChooseAuthorizers
  /** Follows `--authorization-config`; ends with the signal. */
  follow(chain: AuthorizerChain, signal: AbortSignal): void
}

/** As metrics name configurations and servers. */
export const sha256 = (text: string): string => (text === '' ? '' : `sha256:${createHash('sha256').update(text).digest('hex')}`)

/** The authorizers that the options ask for. */
export async function createAuthorization({ options, host, clock, random, log }: ComponentContext, metrics: Metrics): Promise<Authorization> {
  refuseBoth(options)
  const counters = createAuthorizationMetrics(metrics)
  const path = options.authorizationConfig
  const policy = options.authorizationPolicyFile ? await host.files.readText(options.authorizationPolicyFile) : ''
  const prepare = async (configuration: AuthorizationConfiguration): Promise<ChooseAuthorizers> => {
    const connections = new Map(await Promise.all(kubeconfigsOf(configuration).map(async file => [file, await webhookConnection(host.files, file)] as const)))
    return configuredAuthorizers(configuration, { clock, random, log, metrics: counters, connections, policy })
  }
  const initial = path ? await host.files.readText(path) : ''
  const configuration = path ? readAuthorizationConfiguration(initial) : authorizationFromFlags({
    modes: options.authorizationMode ? options.authorizationMode.split(',') : ['Node', 'RBAC'], policyFile: options.authorizationPolicyFile, webhookConfigFile: options.authorizationWebhookConfigFile,
    ...(options.authorizationWebhookVersion && { webhookVersion: options.authorizationWebhookVersion }),
    ...(options.authorizationWebhookCacheAuthorizedTtl && { authorizedTTL: options.authorizationWebhookCacheAuthorizedTtl }),
    ...(options.authorizationWebhookCacheUnauthorizedTtl && { unauthorizedTTL: options.authorizationWebhookCacheUnauthorizedTtl }),
  })
  const needed = (configuration.authorizers ?? []).flatMap(({ type = '' }) => (type === 'Webhook' ? [] : [type]))
  return {
    choose: await prepare(configuration),
    follow(chain, signal) {
      if (!path) return
      const reloads = createReloadMetrics(metrics, clock, 'authorization_config_controller', 'authorization configuration', sha256, hostname())
      const apply = async (text: string): Promise<void> => chain.use(await prepare(readAuthorizationConfiguration(text, needed)))
      followConfiguration({ files: host.files, path, initial, signal, log, metrics: reloads, apply })
        .catch((error: unknown) => { if (!signal.aborted) log.error('The authorization configuration is not followed any more', { path, error: errorMessage(error) }) })
    },
  }
}

function refuseBoth(options: ClusterOptions): void {
  const { authorizationConfig, authorizationMode, authorizationWebhookConfigFile, authorizationWebhookVersion, authorizationWebhookCacheAuthorizedTtl, authorizationWebhookCacheUnauthorizedTtl } = options
  const others = [authorizationMode, authorizationWebhookConfigFile, authorizationWebhookVersion, authorizationWebhookCacheAuthorizedTtl, authorizationWebhookCacheUnauthorizedTtl]
  if (authorizationConfig && others.some(value => value !== '')) throw badRequest('--authorization-config can not be specified when --authorization-mode or --authorization-webhook-* flags are defined')
}
