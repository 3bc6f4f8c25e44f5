import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, errors, jwtVerify } from 'jose'
import type { JSONWebKeySet, JWTPayload } from 'jose'
import type { User } from '../../api/request.ts'
import type { Clock } from '../../machinery/clock.ts'
import { errorMessage, type Log } from '../../machinery/log.ts'
import { StatusError } from '../../machinery/status.ts'
import type { Authenticator } from './authenticator.ts'

export interface OidcOptions {
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
  /** Gets JSON from the issuer. */
  fetchJson(url: string): Promise<unknown>
  readonly clock: Clock
  readonly log: Log
}

/** Asymmetric algorithms only: a public key must never do as a shared secret. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512', 'PS256', 'PS384', 'PS512', 'EdDSA']
/** A key that is not known is asked for anew, but not more often than this. */
const REFRESH_MS = 10_000

/** Tokens of an OpenID Connect provider (`--oidc-*`). Its keys are fetched when the first token needs them, and again when one names a key that is new. */
export function oidc(options: OidcOptions): Authenticator {
  const { issuer, audiences, clock, log } = options
  let keys: JSONWebKeySet | undefined
  let askedAtMs = -Infinity

  async function keysFor(kid: string | undefined): Promise<JSONWebKeySet | undefined> {
    const known = keys && (kid === undefined || keys.keys.some(key => key.kid === kid))
    if (known || clock.monotonic() - askedAtMs < REFRESH_MS) return keys
    askedAtMs = clock.monotonic()
    try {
      const { jwks_uri: uri, issuer: told } = await options.fetchJson(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`) as { jwks_uri?: string; issuer?: string }
      if (told !== issuer || !uri) throw new Error(`the issuer calls itself ${JSON.stringify(told)}`)
      keys = await options.fetchJson(uri) as JSONWebKeySet
    } catch (error) {
      log.warn('The keys of an OIDC issuer could not be fetched', { issuer, error: errorMessage(error) })
    }
    return keys
  }

  return {
    name: 'oidc',
    async authenticate({ bearerToken }) {
      if (!bearerToken || issuerOf(bearerToken) !== issuer) return undefined
      try {
        const set = await keysFor(decodeProtectedHeader(bearerToken).kid)
        if (!set) throw new errors.JWKSNoMatchingKey()
        const { payload } = await jwtVerify(bearerToken, createLocalJWKSet(set), { issuer, audience: [...audiences], algorithms: ALGORITHMS, requiredClaims: ['exp'], currentDate: new Date(clock.now()) })
        return userOf(payload, options)
      } catch (error) {
        if (error instanceof errors.JOSEError) throw new StatusError('Unauthorized', 'Unauthorized')
        throw error
      }
    },
  }
}

function issuerOf(token: string): string | undefined {
  try {
    return decodeJwt(token).iss
  } catch {
    return undefined
  }
}

function userOf(payload: JWTPayload, { issuer, usernameClaim = 'sub', usernamePrefix, groupsClaim, groupsPrefix = '', requiredClaims = {} }: OidcOptions): User {
  const unauthorized = (): never => { throw new StatusError('Unauthorized', 'Unauthorized') }
  const name = payload[usernameClaim]
  if (typeof name !== 'string' || name === '') return unauthorized()
  // An address that nobody verified is anybody's.
  if (usernameClaim === 'email' && payload['email_verified'] !== undefined && payload['email_verified'] !== true) return unauthorized()
  if (Object.entries(requiredClaims).some(([claim, value]) => payload[claim] !== value)) return unauthorized()
  const prefix = usernamePrefix === '-' ? '' : (usernamePrefix ?? (usernameClaim === 'email' ? '' : `${issuer}#`))
  // The cluster's own names are not for others to give.
  if ((prefix + name).startsWith('system:')) return unauthorized()
  const claimed = groupsClaim === undefined ? [] : [payload[groupsClaim] ?? []].flat()
  const groups = claimed.filter(group => typeof group === 'string').map(group => groupsPrefix + group)
  return { name: prefix + name, groups: groups.filter(group => !group.startsWith('system:')) }
}
