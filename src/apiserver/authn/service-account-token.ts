import { SignJWT } from 'jose'
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
import { readToken, verifiedPayload } from './jws.ts'
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

  function payloadOf(token: string): JWTPayload | undefined {
    const known = remembered.get(token)
    if (known) return known
    const said = readToken(token)
    if (said?.payload.iss !== options.issuer) return undefined
    const payload = verifiedPayload(token, said, keys)
    if (!payload || typeof payload.exp !== 'number' || !payload['kubernetes.io']) throw new TokenRefusal('go-jose/go-jose: error in cryptographic primitive')
    if (remembered.size >= REMEMBERED_TOKENS) remembered.delete(remembered.keys().next().value!)
    remembered.set(token, payload)
    return payload
  }

  const verify: ServiceAccountTokens['verify'] = async (token, wanted = options.audiences) => {
    const payload = payloadOf(token)
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
    requireAlive(options.reader, claims, now)
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
    authenticate({ bearerToken, annotate }) {
      const payload = bearerToken === undefined ? undefined : payloadOf(bearerToken)
      if (!payload) return undefined
      const { user } = check(payload, options.audiences)
      if (annotate) noteStale(payload, options.clock.now(), annotate)
      return user
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

/** A token lives no longer than the account, and the pod, secret or node that it is bound to. */
function requireAlive(reader: ObjectReader, claims: TokenClaims, now: number): void {
  const check = (resource: AnyResource, namespace: string | undefined, named: Named | undefined, what: string, reference: string): void => {
    if (!named) return
    const object = reader.get(resource, namespace, named.name)
    if (!object) throw new TokenRefusal('service account token has been invalidated')
    const { uid, deletionTimestamp } = object.metadata
    if (uid !== named.uid) throw new TokenRefusal(`${what} UID (${uid}) does not match ${reference} (${named.uid})`)
    if (deletionTimestamp && Date.parse(deletionTimestamp) + DELETION_LEEWAY_MS <= now) throw new TokenRefusal('service account token has been invalidated')
  }
  check(ServiceAccounts, claims.namespace, claims.serviceaccount, 'service account', 'claim')
  check(Secrets, claims.namespace, claims.secret, 'secret', 'service account secret ref claim')
  check(Pods, claims.namespace, claims.pod, 'pod', 'service account pod ref claim')
  if (!claims.pod) check(Nodes, undefined, claims.node, 'node', 'service account node ref claim')
}

/** Tells the audit log of a client that should have asked for a new token by now. */
function noteStale({ sub, 'kubernetes.io': claims }: JWTPayload, now: number, annotate: (key: string, value: string) => void): void {
  const { warnafter = 0 } = claims as TokenClaims
  const late = Math.floor(now / 1000) - warnafter
  if (warnafter > 0 && late > 0) annotate('authentication.k8s.io/stale-token', `subject: ${sub ?? ''}, seconds after warning threshold: ${late}`)
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
