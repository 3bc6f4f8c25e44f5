import type { User } from '../../api/request.ts'
import type { Exchange } from '../exchange.ts'
import type { RequestInfo } from '../request-info.ts'
import type { AuditDecision, AuditLevel, Stage } from './policy.ts'

interface AuditUser {
  readonly username: string
  readonly uid?: string
  readonly groups: readonly string[]
  readonly extra?: User['extra']
}

/** audit.k8s.io/v1 Event. */
export interface AuditEvent {
  readonly kind: 'Event'
  readonly apiVersion: 'audit.k8s.io/v1'
  readonly level: AuditLevel
  readonly auditID: string
  readonly stage: Stage
  readonly requestURI: string
  readonly verb: string
  readonly user: AuditUser
  readonly impersonatedUser?: AuditUser
  readonly sourceIPs: readonly string[]
  readonly userAgent?: string
  readonly objectRef?: Readonly<Record<string, string>>
  readonly responseStatus?: { readonly metadata: object; readonly code: number }
  readonly requestObject?: unknown
  readonly responseObject?: unknown
  readonly requestReceivedTimestamp: string
  readonly stageTimestamp: string
  readonly annotations?: Readonly<Record<string, string>>
}

const userOf = ({ name, uid, groups, extra }: User): AuditUser => ({ username: name, ...(uid && { uid }), groups, ...(extra && { extra }) })

/** What everything that is told of one request has in common. */
export function describeRequest(exchange: Exchange, info: RequestInfo, decision: AuditDecision, auditID: string, receivedAt: string): Omit<AuditEvent, 'stage' | 'stageTimestamp'> {
  const { requester, user, request } = exchange
  const userAgent = exchange.header('user-agent')
  return {
    kind: 'Event', apiVersion: 'audit.k8s.io/v1', level: decision.level, auditID, requestURI: request.url ?? exchange.path, verb: info.verb,
    user: requester ? userOf(requester) : { username: '', groups: [] }, ...(user && user !== requester && { impersonatedUser: userOf(user) }),
    sourceIPs: [(request.socket?.remoteAddress ?? '').replace(/^::ffff:/, '')], ...(userAgent && { userAgent }), ...(info.type === 'resource' && { objectRef: referenceOf(info) }), requestReceivedTimestamp: receivedAt,
  }
}

function referenceOf(info: Extract<RequestInfo, { type: 'resource' }>): Record<string, string> {
  return {
    resource: info.resource, ...(info.namespace !== undefined && { namespace: info.namespace }), ...(info.name !== undefined && { name: info.name }), ...(info.group && { apiGroup: info.group }),
    apiVersion: info.version, ...(info.subresource !== undefined && { subresource: info.subresource }),
  }
}

/** A body as the log shows it: JSON as it is, anything else only named. */
export function bodyOf(pieces: readonly Uint8Array[], omitManagedFields: boolean): unknown {
  if (pieces.length === 0 || pieces.every(({ length }) => length === 0)) return undefined
  const text = pieces.map(piece => new TextDecoder().decode(piece)).join('')
  try {
    const value: unknown = JSON.parse(text)
    return omitManagedFields ? withoutManagedFields(value) : value
  } catch {
    return { encoding: 'not JSON', bytes: pieces.reduce((sum, { length }) => sum + length, 0) }
  }
}

function withoutManagedFields(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const { metadata, items, ...rest } = value as { metadata?: Record<string, unknown>; items?: unknown[] }
  const { managedFields: _fields, ...others } = metadata ?? {}
  return { ...rest, ...(metadata && { metadata: others }), ...(items && { items: items.map(withoutManagedFields) }) }
}
