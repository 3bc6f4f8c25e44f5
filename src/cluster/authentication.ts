import { hostname } from 'node:os'
import type { Authenticator } from '../apiserver/authn/authenticator.ts'
import { createAuthenticators } from '../apiserver/authn/chain.ts'
import { readAuthenticationConfiguration, type AuthenticationConfiguration, type Issuer } from '../apiserver/authn/configuration.ts'
import { replaceable } from '../apiserver/authn/configured.ts'
import { trackLegacyTokens } from '../apiserver/authn/legacy-token-tracking.ts'
import { jwtAuthenticator } from '../apiserver/authn/jwt.ts'
import type { OidcOptions } from '../apiserver/authn/oidc.ts'
import { readTokenFile } from '../apiserver/authn/static-token.ts'
import { isHealthPath } from '../apiserver/authz/health-paths.ts'
import { createReloadMetrics, followConfiguration } from '../apiserver/configuration/reload.ts'
import type { ApiServer } from '../apiserver/api-server.ts'
import { callHttp } from '../host/http.ts'
import { errorMessage } from '../machinery/log.ts'
import type { Metrics } from '../machinery/metrics.ts'
import { badRequest } from '../machinery/status.ts'
import { sha256 } from './authorization.ts'
import type { ComponentContext } from './component.ts'
import { webhookConnection } from './webhook-connection.ts'

const ISSUER_TIMEOUT_MS = 10_000
const LARGEST_ANSWER = 1024 * 1024

export interface Authentication {
  readonly authenticators: readonly Authenticator[]
  /** The paths that can be asked for without credentials; absent: authorization decides. */
  readonly isOpen?: (path: string) => boolean
  /** Follows `--authentication-config`; ends with the signal. */
  follow(signal: AbortSignal): void
}

/** All ways of finding out who asks that the options speak of. */
export async function createAuthentication(context: ComponentContext, api: ApiServer, metrics: Metrics): Promise<Authentication> {
  const { options, host, clock, random, log } = context
  const { stores: reader, server: { tokens: serviceAccounts } } = api
  const ownIssuers = serviceAccounts ? [serviceAccounts.issuer] : []
  const path = options.authenticationConfig
  if (path && options.oidcIssuerUrl) throw badRequest('authentication-config file and oidc-* flags are mutually exclusive')
  const text = path ? await host.files.readText(path) : ''
  const configuration = path ? readAuthenticationConfiguration(text, { ownIssuers }) : undefined
  if (configuration?.anonymous && options.anonymousAuth !== 'true') throw badRequest('anonymous: Forbidden: --anonymous-auth flag cannot be set when anonymous field is configured in authentication configuration file')
  // Where everybody may do everything, nobody comes without a name.
  const isUnsafe = options.anonymousAuth === 'true' && options.authorizationMode.split(',').includes('AlwaysAllow')
  const anonymousAuth = isUnsafe ? 'false' : options.anonymousAuth
  if (isUnsafe) log.warn('Requests without credentials are refused: they do not go with the AlwaysAllow authorizer')
  const make = ({ jwt = [] }: AuthenticationConfiguration): Authenticator[] => jwt.map(each => jwtAuthenticator(each, { clock, log, fetchJson: fetchJson(each.issuer) }))
  const configured = replaceable(configuration ? make(configuration) : [])
  const users = options.tokenAuthFile ? readTokenFile(await host.files.readText(options.tokenAuthFile)) : undefined
  const webhook = options.authenticationTokenWebhookConfigFile ? {
    post: await webhookConnection(host.files, options.authenticationTokenWebhookConfigFile), version: options.authenticationTokenWebhookVersion, audiences: serviceAccounts?.audiences ?? [], clock, random, log,
    cacheMs: options.authenticationTokenWebhookCacheTtl,
  } : undefined
  return {
    authenticators: createAuthenticators({ reader, clock, serviceAccounts, legacyTokenUsed: trackLegacyTokens({ api: api.local, clock, log }), ...(users && { tokens: users }), oidc: await oidcProviders(context), configured, ...(webhook && { webhook }) }),
    ...isOpenTo(configuration, anonymousAuth),
    follow(signal) {
      if (!path) return
      const reloads = createReloadMetrics(metrics, clock, 'authentication_config_controller', 'authentication configuration', sha256, hostname())
      const apply = (next: string): void => configured.use(make(readAuthenticationConfiguration(next, { ownIssuers, initial: configuration! })))
      followConfiguration({ files: host.files, path, initial: text, signal, log, metrics: reloads, apply })
        .catch((error: unknown) => { if (!signal.aborted) log.error('The authentication configuration is not followed any more', { path, error: errorMessage(error) }) })
    },
  }
}

function isOpenTo(configuration: AuthenticationConfiguration | undefined, flag: 'true' | 'health' | 'false'): Pick<Authentication, 'isOpen'> {
  const anonymous = configuration?.anonymous
  if (anonymous) {
    if (!anonymous.enabled) return { isOpen: () => false }
    const paths = new Set(anonymous.conditions?.map(({ path }) => path))
    return paths.size > 0 ? { isOpen: path => paths.has(path) } : {}
  }
  return flag === 'true' ? {} : { isOpen: path => flag === 'health' && isHealthPath(path) }
}

/** Gets JSON from an issuer, whose certificate comes from the authority that the configuration names. */
function fetchJson({ certificateAuthority }: Pick<Issuer, 'certificateAuthority'>): (url: string) => Promise<unknown> {
  return async url => {
    const answer = await callHttp(url, { timeoutMs: ISSUER_TIMEOUT_MS, ...(certificateAuthority && { tls: { ca: certificateAuthority } }) })
    if (answer.status !== 200) throw new Error(`${url} answered ${answer.status}`)
    return JSON.parse(await answer.text(LARGEST_ANSWER)) as unknown
  }
}

/** The OpenID Connect provider that flags name. */
async function oidcProviders({ options, host, clock, log }: ComponentContext): Promise<readonly OidcOptions[]> {
  const { oidcIssuerUrl: issuer, oidcClientId, oidcUsernameClaim: usernameClaim, oidcUsernamePrefix, oidcGroupsClaim, oidcGroupsPrefix: groupsPrefix, oidcRequiredClaim, oidcCaFile, oidcSigningAlgs } = options
  if (!issuer) return []
  const requiredClaims = Object.fromEntries(oidcRequiredClaim.map(pair => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]))
  const certificateAuthority = oidcCaFile ? await host.files.readText(oidcCaFile) : ''
  return [{
    issuer, audiences: [oidcClientId], usernameClaim, groupsPrefix, ...(oidcUsernamePrefix && { usernamePrefix: oidcUsernamePrefix }), ...(oidcGroupsClaim && { groupsClaim: oidcGroupsClaim }),
    requiredClaims, algorithms: oidcSigningAlgs, clock, log, fetchJson: fetchJson({ certificateAuthority }),
  }]
}
