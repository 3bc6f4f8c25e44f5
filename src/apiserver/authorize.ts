import type { User } from '../api/request.ts'
import { StatusError } from '../machinery/status.ts'
import type { Attributes, Authorizer } from './authz/authorizer.ts'
import type { Call } from './call.ts'
import type { RequestInfo } from './request-info.ts'

/** Refuses what the user may not do (403), worded as upstream words it. */
export function authorize(authorizer: Authorizer, call: Call): void {
  const { resource } = call
  const name = call.name ?? nameSelected(call.options.fieldSelector, call.verb)
  check(authorizer, {
    user: call.user, verb: call.verb, group: resource.group, version: resource.version, resource: resource.plural,
    ...(call.subresource && { subresource: call.subresource }), ...(call.namespace && { namespace: call.namespace }), ...(name !== undefined && { name }),
    ...selectors(call.options),
  })
}

/** The same for a request over the wire, before it is known whether what it asks for exists. */
export function authorizeInfo(authorizer: Authorizer, user: User, info: RequestInfo, query: URLSearchParams): void {
  if (info.type === 'path') return check(authorizer, { user, verb: info.verb, path: info.path })
  const name = info.name ?? nameSelected(query.get('fieldSelector') ?? undefined, info.verb)
  check(authorizer, {
    user, verb: info.verb, group: info.group, version: info.version, resource: info.resource,
    ...(info.subresource && { subresource: info.subresource }), ...(info.namespace && { namespace: info.namespace }), ...(name !== undefined && { name }),
    ...selectors({ fieldSelector: query.get('fieldSelector') ?? undefined, labelSelector: query.get('labelSelector') ?? undefined }),
  })
}

/** Makes an object where there was none to change: who may update may not create for that. */
export function permitted<T>(authorizer: Authorizer, call: Call, make: () => T): T {
  authorize(authorizer, { ...call, verb: 'create' })
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

function check(authorizer: Authorizer, attributes: Attributes): void {
  const { verdict, reason } = authorizer.authorize(attributes)
  if (verdict !== 'allow') throw refusal(attributes, reason)
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
