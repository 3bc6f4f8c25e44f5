import type { TokenRequest } from '../../api/authentication/token-request.ts'
import type { Node } from '../../api/core/node.ts'
import { Nodes } from '../../api/core/node.ts'
import type { Pod } from '../../api/core/pod/pod.ts'
import { Pods } from '../../api/core/pod/pod.ts'
import { Secrets } from '../../api/core/secret.ts'
import type { ServiceAccount } from '../../api/core/service-account.ts'
import type { AnyResource } from '../../api/resource.ts'
import { timestamp } from '../../machinery/clock.ts'
import { badRequest, conflict, invalid, notFound } from '../../machinery/status.ts'
import type { Cause } from '../../machinery/status.ts'
import type { ObjectReader } from '../object-reader.ts'
import type { ServiceAccountTokens, TokenClaims } from './service-account-token.ts'

const DEFAULT_SECONDS = 3600
const SHORTEST_SECONDS = 600
const LONGEST_SECONDS = 2 ** 32
/** What kubelets ask for: such tokens live a year for old clients that never read them again, and warn after an hour (KEP-1205). */
const EXTENDED_FROM_SECONDS = 3607
const EXTENDED_SECONDS = 365 * 24 * 3600

export interface TokenRequestContext {
  readonly tokens: ServiceAccountTokens
  readonly reader: ObjectReader
  readonly now: number
}

/** Answers `POST …/serviceaccounts/NAME/token`: a token bound to the account and, if asked, to a pod, secret or node. */
export async function requestToken(account: ServiceAccount, request: TokenRequest, { tokens, reader, now }: TokenRequestContext): Promise<TokenRequest> {
  const seconds = request.spec.expirationSeconds ?? DEFAULT_SECONDS
  const causes = validateExpiration(seconds)
  if (causes.length > 0) throw invalid({ group: 'authentication.k8s.io', kind: 'TokenRequest' }, '', causes)
  const audiences = request.spec.audiences?.length ? request.spec.audiences : [...tokens.audiences]
  const bound = boundClaims(account, request, reader)
  const issuedAtSeconds = Math.floor(now / 1000)
  const extended = seconds === EXTENDED_FROM_SECONDS && bound.pod !== undefined && audiences.some(audience => tokens.audiences.includes(audience))
  const claims: TokenClaims = {
    namespace: account.metadata.namespace, serviceaccount: { name: account.metadata.name, uid: account.metadata.uid }, ...bound,
    ...(extended && { warnafter: issuedAtSeconds + seconds }),
  }
  const token = await tokens.sign({ claims, audiences, issuedAtSeconds, expiresAtSeconds: issuedAtSeconds + (extended ? EXTENDED_SECONDS : seconds) })
  return {
    ...request,
    metadata: { ...request.metadata, name: account.metadata.name, namespace: account.metadata.namespace, creationTimestamp: timestamp(now) },
    spec: { ...request.spec, audiences, expirationSeconds: seconds },
    status: { token, expirationTimestamp: timestamp((issuedAtSeconds + seconds) * 1000) },
  }
}

function validateExpiration(seconds: number): Cause[] {
  const field = 'spec.expirationSeconds'
  const wrong = (message: string): Cause => ({ reason: 'FieldValueInvalid', field, message: `Invalid value: ${seconds}: ${message}` })
  if (seconds < SHORTEST_SECONDS) return [wrong('may not specify a duration less than 10 minutes')]
  if (seconds > LONGEST_SECONDS) return [wrong('may not specify a duration larger than 2^32 seconds')]
  return []
}

/** The claims for the object that the token is to be bound to. It must exist, and be the one that the caller means. */
function boundClaims(account: ServiceAccount, { spec }: TokenRequest, reader: ObjectReader): Pick<TokenClaims, 'pod' | 'secret' | 'node'> {
  const reference = spec.boundObjectRef
  if (!reference) return {}
  const { namespace } = account.metadata
  const name = reference.name ?? ''
  const find = <T extends { metadata: { uid: string; name: string } }>(resource: AnyResource, within: string | undefined): T => {
    const object = reader.get(resource, within, name) as T | undefined
    if (!object) throw notFound(resource, name)
    if (reference.uid && reference.uid !== object.metadata.uid) {
      throw conflict({ group: resource.group, plural: resource.kind }, name, `the UID in the bound object reference (${reference.uid}) does not match the UID in record. The object might have been deleted and then recreated`)
    }
    return object
  }
  const named = ({ metadata }: { metadata: { name: string; uid: string } }): { name: string; uid: string } => ({ name: metadata.name, uid: metadata.uid })
  switch (`${reference.apiVersion ?? ''}/${reference.kind ?? ''}`) {
    case 'v1/Pod': {
      const pod = find<Pod>(Pods, namespace)
      if ((pod.spec.serviceAccountName ?? '') !== account.metadata.name) {
        throw badRequest(`cannot bind token for serviceaccount ${JSON.stringify(account.metadata.name)} to pod running with different serviceaccount name.`)
      }
      const node = pod.spec.nodeName ? reader.get<Node>(Nodes, undefined, pod.spec.nodeName) : undefined
      return { pod: named(pod), ...(pod.spec.nodeName && { node: { name: pod.spec.nodeName, uid: node?.metadata.uid ?? '' } }) }
    }
    case 'v1/Secret': return { secret: named(find(Secrets, namespace)) }
    case 'v1/Node': return { node: named(find(Nodes, undefined)) }
    default: throw badRequest(`cannot bind token to object of type ${typeText(reference.apiVersion ?? '', reference.kind ?? '')}`)
  }
}

/** `/v1, Kind=Pod`. */
const typeText = (apiVersion: string, kind: string): string => `${apiVersion === '' || apiVersion.includes('/') ? apiVersion : `/${apiVersion}`}, Kind=${kind}`
