import { after, type Awaitable } from '../machinery/awaitable.ts'
import type { User } from '../api/request.ts'
import { StatusError } from '../machinery/status.ts'
import type { Attributes, Authorizer, Decision } from './authz/authorizer.ts'
import type { Call } from './call.ts'
import type { Exchange } from './exchange.ts'
import type { RequestInfo } from './request-info.ts'

/** Refuses what the user may not do (403), worded as upstream words it. */
export function authorize(authorizer: Authorizer, call: Call): Awaitable<void> {
  const { resource } = call
  const name = call.name ?? nameSelected(call.options.fieldSelector, call.verb)
  return check(authorizer, {
    user: call.user, verb: call.verb, group: resource.group, version: resource.version, resource: resource.plural,
    ...(call.subresource && { subresource: call.subresource }), ...(call.namespace && { namespace: call.namespace }), ...(name !== undefined && { name }),
    ...selectors(call.options),
  })
}

/** The same for a request over the wire, before it is known whether what it asks for exists. What was decided, and why, is told to the audit log. */
export function authorizeExchange(authorizer: Authorizer, exchange: Exchange, info: RequestInfo): Awaitable<void> {
  const attributes = attributesOf(exchange.user!, info, exchange.query)
  return after(authorizer.authorize(attributes), decision => {
    const hasFailed = decision.verdict !== 'allow' && decision.error !== undefined
    exchange.isAuthorized = decision.verdict === 'allow'
    Object.assign(exchange.annotations, hasFailed ? { [REASON]: 'internal error' } : { [DECISION]: exchange.isAuthorized ? 'allow' : 'forbid', [REASON]: decision.reason })
    requireAllowed(attributes, decision)
  })
}

const DECISION = 'authorization.k8s.io/decision'
const REASON = 'authorization.k8s.io/reason'

/** What a request over the wire asks for. */
export function attributesOf(user: User, info: RequestInfo, query: URLSearchParams): Attributes {
  if (info.type === 'path') return { user, verb: info.verb, path: info.path }
  const name = info.name ?? nameSelected(query.get('fieldSelector') ?? undefined, info.verb)
  return {
    user, verb: info.verb, group: info.group, version: info.version, resource: info.resource,
    ...(info.subresource && { subresource: info.subresource }), ...(info.namespace && { namespace: info.namespace }), ...(name !== undefined && { name }),
    ...selectors({ fieldSelector: query.get('fieldSelector') ?? undefined, labelSelector: query.get('labelSelector') ?? undefined }),
  }
}

/** Makes an object where there was none to change: who may update may not create for that. */
export async function permitted<T>(authorizer: Authorizer, call: Call, make: () => T): Promise<T> {
  await authorize(authorizer, { ...call, verb: 'create' })
  return make()
}

/** A list of one object by its name may be allowed to those who may see that object. */
function nameSelected(fieldSelector: string | undefined, verb: string): string | undefined {
  if (!fieldSelector || !['list', 'watch', 'deletecollection'].includes(verb)) return undefined
  return /(?:^|,)metadata\.name==?([^,=!\\]+)(?:,|$)/.exec(fieldSelector)?.[1]
}

function selectors({ fieldSelector, labelSelector }: { fieldSelector?: string | undefined; labelSelector?: string | undefined }): { fieldSelector?: string; labelSelector?: string } {
  return { ...(fieldSelector && { fieldSelector }), ...(labelSelector && { labelSelector }) }
}

const check = (authorizer: Authorizer, attributes: Attributes): Awaitable<void> => after(authorizer.authorize(attributes), decision => requireAllowed(attributes, decision))

function requireAllowed(attributes: Attributes, { verdict, reason, error }: Decision): void {
  if (verdict === 'allow') return
  // Nobody could say no for sure: that is the server's fault, not the user's.
  if (error !== undefined) throw new StatusError('InternalError', `Internal error occurred: ${error}`)
  throw refusal(attributes, reason)
}

/** The 403 for what was asked. */
export function refusal(attributes: Attributes, reason: string): StatusError {
  const { user, verb, path, group = '', resource = '', subresource, namespace, name } = attributes
  const because = reason ? `: ${reason}` : ''
  if (path !== undefined) return new StatusError('Forbidden', `forbidden: User ${JSON.stringify(user.name)} cannot ${verb} path ${JSON.stringify(path)}${because}`, {})
  const what = subresource ? `${resource}/${subresource}` : resource
  const where = namespace ? `in the namespace ${JSON.stringify(namespace)}` : 'at the cluster scope'
  const about = `${resource}${group && `.${group}`}${name ? ` ${JSON.stringify(name)}` : ''}`
  return new StatusError('Forbidden', `${about} is forbidden: User ${JSON.stringify(user.name)} cannot ${verb} resource ${JSON.stringify(what)} in API group ${JSON.stringify(group)} ${where}${because}`, {
    ...(name && { name }), ...(group && { group }), kind: resource,
  })
}
