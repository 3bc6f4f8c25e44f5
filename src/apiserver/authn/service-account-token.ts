import { decodeJwt, decodeProtectedHeader, errors, jwtVerify, SignJWT } from 'jose'
import type { JWTPayload } from 'jose'
import type { User } from '../../api/request.ts'
import { Nodes } from '../../api/core/node.ts'
import { Pods } from '../../api/core/pod/pod.ts'
import { Secrets } from '../../api/core/secret.ts'
import { ServiceAccounts } from '../../api/core/service-account.ts'
import type { AnyResource } from '../../api/resource.ts'
import type { Clock } from '../../machinery/clock.ts'
import type { Random } from '../../machinery/random.ts'
import { StatusError } from '../../machinery/status.ts'
import type { ObjectReader } from '../object-reader.ts'
import type { Authenticator } from './authenticator.ts'
import type { SigningKey, VerificationKey } from './service-account-key.ts'

/** How many verified tokens are remembered; the oldest goes first. */
const REMEMBERED_TOKENS = 4096
/** A deleted pod's token works on for as long as the pod may still be shutting down. */
const DELETION_LEEWAY_MS = 60_000

export interface Named {
  readonly name: string
  readonly uid: string
}

/** The private claims of a token, under `kubernetes.io` (KEP-1205, KEP-4193). */
export interface TokenClaims {
  readonly namespace: string
  readonly serviceaccount: Named
  readonly pod?: Named
  readonly secret?: Named
  readonly node?: Named
  /** Seconds: a client that uses the token after this time should have asked for a new one. */
  readonly warnafter?: number
}

export interface TokenRequestParameters {
  readonly claims: TokenClaims
  readonly audiences: readonly string[]
  readonly issuedAtSeconds: number
  readonly expiresAtSeconds: number
}

export interface ServiceAccountTokens extends Authenticator {
  readonly issuer: string
  readonly audiences: readonly string[]
  readonly keys: readonly VerificationKey[]
  /** Signs with another key from now on; tokens of keys that are not named any more are good no more. */
  useKeys(keys: Pick<ServiceAccountTokenOptions, 'signingKey' | 'olderKeys'>): void
  /** A signed token; the claims are taken as they are. */
  sign(parameters: TokenRequestParameters): Promise<string>
  /** Who the token stands for, and for which of the wanted audiences. Throws 401 when it is ours and not valid, answers undefined when it is not ours. */
  verify(token: string, audiences?: readonly string[]): Promise<{ user: User; audiences: readonly string[] } | undefined>
}

export interface ServiceAccountTokenOptions {
  readonly issuer: string
  readonly audiences: readonly string[]
  readonly signingKey: SigningKey
  /** Older keys whose tokens are still good. */
  readonly olderKeys?: readonly VerificationKey[]
  readonly reader: ObjectReader
  readonly clock: Clock
  readonly random: Random
}

/** Issues and checks the tokens of service accounts, bound to the life of the objects that they name. */
export function createServiceAccountTokens(options: ServiceAccountTokenOptions): ServiceAccountTokens {
  let { signingKey } = options
  // Whoever checks tokens holds this very list.
  const keys = [signingKey.public, ...(options.olderKeys ?? [])]
  const remembered = new Map<string, JWTPayload>()

  async function payloadOf(token: string): Promise<JWTPayload | undefined> {
    const known = remembered.get(token)
    if (known) return known
    if (!isOurs(token, options.issuer)) return undefined
    const signer = signingKey
    const payload = await verifySignature(token, keys, options)
    if (signer !== signingKey) return payloadOf(token)
    if (remembered.size >= REMEMBERED_TOKENS) remembered.delete(remembered.keys().next().value!)
    remembered.set(token, payload)
    return payload
  }

  const verify: ServiceAccountTokens['verify'] = async (token, wanted = options.audiences) => {
    const payload = await payloadOf(token)
    return payload && check(payload, wanted)
  }

  /** What a signature does not tell: whether the token is good now, and here. */
  function check(payload: JWTPayload, wanted: readonly string[]): { user: User; audiences: readonly string[] } {
    const now = options.clock.now()
    if (payload.exp! * 1000 <= now) throw new TokenRefusal('service account token has expired')
    if ((payload.nbf ?? 0) * 1000 > now + 1000) throw new TokenRefusal('service account token is not valid yet')
    const own = [payload.aud ?? []].flat()
    const audiences = own.filter(audience => wanted.includes(audience))
    const claims = payload['kubernetes.io'] as TokenClaims
    if (audiences.length === 0) throw new TokenRefusal(`token audiences ${quotedList(own)} is invalid for the target audiences ${quotedList(wanted)}`)
    if (!isAlive(options.reader, claims, now)) throw new TokenRefusal('service account token has been invalidated')
    return { user: userOf(claims, payload.jti), audiences }
  }

  return {
    name: 'serviceaccount', issuer: options.issuer, audiences: options.audiences, keys, verify,
    sign: parameters => sign(parameters, { ...options, signingKey }),
    useKeys({ signingKey: next, olderKeys = [] }) {
      signingKey = next
      keys.splice(0, keys.length, next.public, ...olderKeys)
      remembered.clear()
    },
    authenticate({ bearerToken }) {
      if (!bearerToken) return undefined
      const known = remembered.get(bearerToken)
      return known ? check(known, options.audiences).user : verify(bearerToken).then(found => found?.user)
    },
  }
}

/** A 401 that tells clients nothing; `why` is for who may review tokens. */
export class TokenRefusal extends StatusError {
  readonly why: string

  constructor(why: string) {
    super('Unauthorized', 'Unauthorized')
    this.why = why
  }
}

const quotedList = (items: readonly string[]): string => `[${items.map(item => JSON.stringify(item)).join(' ')}]`

function sign({ claims, audiences, issuedAtSeconds, expiresAtSeconds }: TokenRequestParameters, { issuer, signingKey, random }: ServiceAccountTokenOptions): Promise<string> {
  return new SignJWT({ 'kubernetes.io': claims })
    .setProtectedHeader({ alg: signingKey.public.algorithm, kid: signingKey.public.id })
    .setIssuer(issuer).setAudience([...audiences]).setSubject(`system:serviceaccount:${claims.namespace}:${claims.serviceaccount.name}`)
    .setIssuedAt(issuedAtSeconds).setNotBefore(issuedAtSeconds).setExpirationTime(expiresAtSeconds).setJti(random.uuid())
    .sign(signingKey.key)
}

/** Whether a token claims to be from this issuer: others are left to other authenticators. */
function isOurs(token: string, issuer: string): boolean {
  if (token.split('.').length !== 3) return false
  try {
    return decodeJwt(token).iss === issuer
  } catch {
    return false
  }
}

/** Only the key that the header names is tried, with that key's own algorithm: no `none`, no confusion of public keys with secrets. */
async function verifySignature(token: string, keys: readonly VerificationKey[], { issuer, clock }: ServiceAccountTokenOptions): Promise<JWTPayload> {
  try {
    const { kid } = decodeProtectedHeader(token)
    const key = keys.find(candidate => candidate.id === kid)
    if (!key) throw new TokenRefusal('no key of this server signed the token')
    const { payload } = await jwtVerify(token, key.key, { algorithms: [key.algorithm], issuer, currentDate: new Date(clock.now()), requiredClaims: ['exp', 'kubernetes.io'] })
    return payload
  } catch (error) {
    if (error instanceof TokenRefusal) throw error
    throw new TokenRefusal(error instanceof errors.JWTExpired ? 'service account token has expired' : 'go-jose/go-jose: error in cryptographic primitive')
  }
}

/** A token lives no longer than the account, and the pod, secret or node that it is bound to. */
function isAlive(reader: ObjectReader, claims: TokenClaims, now: number): boolean {
  const exists = (resource: AnyResource, namespace: string | undefined, named: Named | undefined): boolean => {
    if (!named) return true
    const object = reader.get(resource, namespace, named.name)
    if (object?.metadata.uid !== named.uid) return false
    const { deletionTimestamp } = object.metadata
    return !deletionTimestamp || Date.parse(deletionTimestamp) + DELETION_LEEWAY_MS > now
  }
  return (
    exists(ServiceAccounts, claims.namespace, claims.serviceaccount) && exists(Pods, claims.namespace, claims.pod) &&
    exists(Secrets, claims.namespace, claims.secret) && (claims.pod !== undefined || exists(Nodes, undefined, claims.node))
  )
}

const EXTRA = 'authentication.kubernetes.io/'

/** The user of a service account's name, with what the token is bound to. */
export function serviceAccountUser(namespace: string, name: string, uid?: string): User {
  return { name: `system:serviceaccount:${namespace}:${name}`, ...(uid && { uid }), groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`] }
}

function userOf(claims: TokenClaims, id: string | undefined): User {
  const extra: Record<string, string[]> = {}
  if (id) extra[`${EXTRA}credential-id`] = [`JTI=${id}`]
  if (claims.node) Object.assign(extra, { [`${EXTRA}node-name`]: [claims.node.name], ...(claims.node.uid && { [`${EXTRA}node-uid`]: [claims.node.uid] }) })
  if (claims.pod) Object.assign(extra, { [`${EXTRA}pod-name`]: [claims.pod.name], [`${EXTRA}pod-uid`]: [claims.pod.uid] })
  return { ...serviceAccountUser(claims.namespace, claims.serviceaccount.name, claims.serviceaccount.uid), extra }
}
