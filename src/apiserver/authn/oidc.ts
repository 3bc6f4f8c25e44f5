import type { User } from '../../api/request.ts'
import { after } from '../../machinery/awaitable.ts'
import { StatusError } from '../../machinery/status.ts'
import type { Authenticator } from './authenticator.ts'
import { jwtAuthenticator, type JwtParts } from './jwt.ts'

export interface OidcOptions extends JwtParts {
  /** `https://…`, exactly as tokens say it. */
  readonly issuer: string
  /** A token must be for one of them. */
  readonly audiences: readonly string[]
  /** Default `sub`. */
  readonly usernameClaim?: string
  /** What names start with, so that nobody outside is taken for a user of the cluster; `-`: nothing. Default: the issuer and `#`, nothing for `email`. */
  readonly usernamePrefix?: string
  readonly groupsClaim?: string
  readonly groupsPrefix?: string
  readonly requiredClaims?: Readonly<Record<string, string>>
}

/** Tokens of an OpenID Connect provider that flags name (`--oidc-*`). The cluster's own names are not for it to give. */
export function oidc(options: OidcOptions): Authenticator {
  const { issuer, audiences, usernameClaim = 'sub', usernamePrefix, groupsClaim = '', groupsPrefix = '', requiredClaims = {} } = options
  const prefix = usernamePrefix === '-' ? '' : (usernamePrefix ?? (usernameClaim === 'email' ? '' : `${issuer}#`))
  const inner = jwtAuthenticator({
    issuer: { url: issuer, audiences: [...audiences], audienceMatchPolicy: 'MatchAny' }, userValidationRules: [],
    claimMappings: { username: { claim: usernameClaim, prefix }, groups: groupsClaim ? { claim: groupsClaim, prefix: groupsPrefix } : {}, uid: {} },
    claimValidationRules: Object.entries(requiredClaims).map(([claim, requiredValue]) => ({ claim, requiredValue })),
  }, options)
  return { name: 'oidc', authenticate: credentials => after(inner.authenticate(credentials), user => user && outsider(user)) }
}

function outsider(user: User): User {
  if (user.name === '' || user.name.startsWith('system:')) throw new StatusError('Unauthorized', 'Unauthorized')
  return { ...user, groups: user.groups.filter(group => !group.startsWith('system:')) }
}
