import type { User } from '../../api/request.ts'
import type { KubeObject } from '../../api/resource.ts'
import type { StatusBody } from '../../machinery/status.ts'
import { parseYaml } from '../../machinery/yaml.ts'
import type { Exchange } from '../exchange.ts'
import type { RequestInfo } from '../request-info.ts'
import type { AuditDecision, AuditLevel, Stage } from './policy.ts'

interface AuditUser {
  readonly username?: string
  readonly uid?: string
  readonly groups?: readonly string[]
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
  readonly authenticationMetadata?: { readonly impersonationConstraint: string }
  readonly sourceIPs: readonly string[]
  readonly userAgent?: string
  readonly objectRef?: Readonly<Record<string, string>>
  readonly responseStatus?: Partial<Omit<StatusBody, 'kind' | 'apiVersion'>>
  readonly requestObject?: unknown
  readonly responseObject?: unknown
  readonly requestReceivedTimestamp: string
  readonly stageTimestamp: string
  readonly annotations?: Readonly<Record<string, string>>
}

const LONGEST_AGENT = 1024

const userOf = ({ name, uid, groups, extra }: User): AuditUser => ({ username: name, ...(uid && { uid }), ...(groups.length > 0 && { groups }), ...(extra && { extra }) })

/** What everything that is told of one request has in common. */
export function describeRequest(exchange: Exchange, info: RequestInfo, decision: AuditDecision, receivedAt: string, object: ObjectReference | undefined): Omit<AuditEvent, 'stage' | 'stageTimestamp'> {
  const { requester, user, request, constraint } = exchange
  const userAgent = exchange.header('user-agent')
  return {
    kind: 'Event', apiVersion: 'audit.k8s.io/v1', level: decision.level, auditID: exchange.auditId, requestURI: request.url, verb: info.verb,
    user: requester ? userOf(requester) : {}, ...(user && user !== requester && { impersonatedUser: userOf(user) }), ...(constraint !== undefined && { authenticationMetadata: { impersonationConstraint: constraint } }),
    sourceIPs: sourcesOf(exchange), ...(userAgent && { userAgent: userAgent.length > LONGEST_AGENT ? `${userAgent.slice(0, LONGEST_AGENT)}...TRUNCATED` : userAgent }),
    ...(info.type === 'resource' && { objectRef: referenceOf(info, object) }), requestReceivedTimestamp: receivedAt,
  }
}

/** Where a request came from: what proxies say, then who is connected. */
function sourcesOf(exchange: Exchange): string[] {
  const remote = (exchange.request.socket?.remoteAddress ?? '').replace(/^::ffff:/, '')
  const told = (exchange.header('x-forwarded-for') ?? exchange.header('x-real-ip') ?? '').split(',').map(each => each.trim()).filter(each => /^[\da-fA-F.:]+$/.test(each))
  return told.at(-1) === remote ? told : [...told, remote]
}

/** What the object that came with a request says of itself. */
export interface ObjectReference {
  readonly namespace?: string
  readonly name?: string
  readonly uid?: string
  readonly resourceVersion?: string
}

export const namesOf = ({ metadata: { namespace, name, uid, resourceVersion } }: KubeObject): ObjectReference =>
  ({ ...(namespace && { namespace }), ...(name && { name }), ...(uid && { uid }), ...(resourceVersion && { resourceVersion }) })

function referenceOf(info: Extract<RequestInfo, { type: 'resource' }>, { namespace, name, uid, resourceVersion }: ObjectReference = {}): Record<string, string> {
  const [within, called] = [info.namespace ?? namespace, info.name ?? name]
  return {
    resource: info.resource, ...(within && { namespace: within }), ...(called && { name: called }), ...(uid && { uid }), ...(info.group && { apiGroup: info.group }),
    apiVersion: info.version, ...(resourceVersion && { resourceVersion }), ...(info.subresource !== undefined && { subresource: info.subresource }),
  }
}

/** A body as the log shows it: JSON as it is, YAML as JSON, anything else not at all. */
export function bodyOf(pieces: readonly Uint8Array[], omitManagedFields: boolean): unknown {
  if (pieces.every(({ length }) => length === 0)) return undefined
  const decoder = new TextDecoder()
  const text = pieces.map(piece => decoder.decode(piece, { stream: true })).join('') + decoder.decode()
  const value = parsed(text)
  if (value === undefined) return undefined
  return omitManagedFields ? withoutManagedFields(value) : value
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    try {
      const { value } = parseYaml(text)
      return typeof value === 'object' ? value : undefined
    } catch {
      return undefined
    }
  }
}

/** An object, a list or a table without what its managers booked. */
export function withoutManagedFields(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const { metadata, items, rows, ...rest } = value as { metadata?: Record<string, unknown>; items?: unknown[]; rows?: { object?: unknown }[] }
  const { managedFields: _fields, ...others } = metadata ?? {}
  return {
    ...rest, ...(metadata && { metadata: others }), ...(Array.isArray(items) && { items: items.map(withoutManagedFields) }),
    ...(Array.isArray(rows) && { rows: rows.map(row => (row.object ? { ...row, object: withoutManagedFields(row.object) } : row)) }),
  }
}
