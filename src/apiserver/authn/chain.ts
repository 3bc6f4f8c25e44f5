import type { User } from '../../api/request.ts'
import type { Clock } from '../../machinery/clock.ts'
import type { ObjectReader } from '../object-reader.ts'
import type { Authenticator } from './authenticator.ts'
import { bootstrapTokens } from './bootstrap-token.ts'
import { certificateAuthenticator } from './certificate.ts'
import { frontProxy, type FrontProxyOptions } from './front-proxy.ts'
import { legacyAccountTokens, type TokenUsed } from './legacy-account-token.ts'
import { oidc, type OidcOptions } from './oidc.ts'
import type { ServiceAccountTokens } from './service-account-token.ts'
import { staticTokens } from './static-token.ts'
import { tokenWebhook, type WebhookOptions } from './webhook.ts'

export interface AuthenticationOptions {
  readonly reader: ObjectReader
  readonly clock: Clock
  readonly serviceAccounts?: ServiceAccountTokens | undefined
  /** Absent: nobody speaks for others but by impersonation. */
  readonly frontProxy?: FrontProxyOptions
  /** Told of uses of tokens that are kept in secrets. */
  readonly legacyTokenUsed?: TokenUsed
  /** Users by their tokens (`static-token.ts` reads the file). */
  readonly tokens?: ReadonlyMap<string, User>
  /** OpenID Connect providers. */
  readonly oidc?: readonly OidcOptions[]
  /** Those of a configuration file. */
  readonly configured?: Authenticator
  readonly webhook?: WebhookOptions
}

/** All ways of finding out who asks, in upstream's order: the first that knows the caller decides. */
export const createAuthenticators = ({ reader, clock, serviceAccounts, ...options }: AuthenticationOptions): readonly Authenticator[] => [
  ...(options.frontProxy ? [frontProxy(options.frontProxy)] : []),
  certificateAuthenticator,
  ...(options.tokens ? [staticTokens(options.tokens)] : []),
  ...(serviceAccounts ? [serviceAccounts, legacyAccountTokens(serviceAccounts.keys, reader, options.legacyTokenUsed)] : []),
  bootstrapTokens(reader, clock),
  ...(options.oidc ?? []).map(oidc),
  ...(options.configured ? [options.configured] : []),
  ...(options.webhook ? [tokenWebhook(options.webhook)] : []),
]
