import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, errors, jwtVerify } from 'jose'
import type { User } from '../../api/request.ts'
import type { Clock } from '../../machinery/clock.ts'
import { errorMessage, type Log } from '../../machinery/log.ts'
import { StatusError } from '../../machinery/status.ts'
import { remembering } from '../remembering.ts'
import type { Authenticator } from './authenticator.ts'
import { claimMapper } from './claims.ts'
import type { JwtConfiguration } from './configuration.ts'
import { issuerKeys } from './issuer-keys.ts'

export interface JwtParts {
  /** Gets JSON from the issuer. */
  fetchJson(url: string): Promise<unknown>
  /** Absent: all that are asymmetric. A public key must never do as a shared secret. */
  readonly algorithms?: readonly string[]
  readonly clock: Clock
  readonly log: Log
}

const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512', 'PS256', 'PS384', 'PS512']
/** How long a token that was found good is not looked at again, and how many are remembered. */
const REMEMBERED_MS = 10_000
const REMEMBERED = 4096

/** Tokens of one issuer outside (OpenID Connect), and the users that they stand for. */
export function jwtAuthenticator(configuration: JwtConfiguration, { fetchJson, clock, log, algorithms = ALGORITHMS }: JwtParts): Authenticator {
  const { url: issuer = '', discoveryURL: discoveryUrl, audiences = [] } = configuration.issuer
  const keysFor = issuerKeys({ issuer, discoveryUrl, fetchJson, clock, log })
  const userOf = claimMapper(configuration)
  const known = remembering<User>(clock, REMEMBERED)

  async function verify(token: string): Promise<User> {
    const set = await keysFor(decodeProtectedHeader(token).kid)
    if (!set) throw new errors.JWKSNoMatchingKey()
    const { payload } = await jwtVerify(token, createLocalJWKSet(set), { issuer: issuersOf(issuer), audience: [...audiences], algorithms: [...algorithms], requiredClaims: ['exp'], currentDate: new Date(clock.now()) })
    const user = userOf(payload)
    known.set(token, user, Math.min(REMEMBERED_MS, payload.exp! * 1000 - clock.now()))
    return user
  }

  return {
    name: 'oidc',
    async authenticate({ bearerToken }) {
      if (!bearerToken) return undefined
      const before = known.get(bearerToken)
      if (before) return before
      if (issuerOf(bearerToken) !== issuer) return undefined
      try {
        return await verify(bearerToken)
      } catch (error) {
        // Whatever is wrong with it, its bearer learns nothing.
        log.warn('A token of an issuer outside was refused', { issuer, error: errorMessage(error) })
        throw new StatusError('Unauthorized', 'Unauthorized')
      }
    },
  }
}

const GOOGLE = 'accounts.google.com'
/** Google's tokens say it with and without the scheme. */
const issuersOf = (issuer: string): string[] => (issuer === `https://${GOOGLE}` ? [issuer, GOOGLE] : [issuer])

function issuerOf(token: string): string | undefined {
  if (token.split('.').length !== 3) return undefined
  try {
    const { iss } = decodeJwt(token)
    return iss === GOOGLE ? `https://${GOOGLE}` : iss
  } catch {
    return undefined
  }
}
