import { status } from '../api/meta/status.ts'
import type { RequestOptions } from '../api/request.ts'
import type { AnyResource, KubeObject } from '../api/resource.ts'
import { after, type Awaitable } from '../machinery/awaitable.ts'
import { qualifiedResource, StatusError, type StatusBody } from '../machinery/status.ts'
import type { Pod } from '../api/core/pod/pod.ts'
import { nameOf, type Call, type EncodedBody } from './call.ts'
import { isConnect, targetOf } from './connect.ts'
import { passOn } from './proxy.ts'
import type { Exchange } from './exchange.ts'
import { checkLogOptions } from './log-options.ts'
import { optionsFrom } from './options.ts'
import { perform } from './pipeline.ts'
import { bodyOf } from './representation/answer.ts'
import { checkRoute, negotiate, prettyWanted, type Offer } from './representation/negotiate.ts'
import { includeObject } from './representation/table.ts'
import type { ResourceInfo } from './request-info.ts'
import { isUnwatched, mediaTypeOf, patchTypeOf, route, type Route } from './router.ts'
import type { Server } from './verbs/verb.ts'
import { serveWatch } from './watch-stream.ts'
import { scaleColumns } from './subresources/scale.ts'
import { bodySchemaOf } from './subresources/schemas.ts'

/** Answers a request about a resource: decodes it into a Call, performs it, encodes what came of it. */
export function serveResource(server: Server, exchange: Exchange, info: ResourceInfo): Awaitable<void> {
  const found = route(server.catalog, exchange.method, info)
  const watchable = found.name === undefined && (found.verb === 'list' || found.verb === 'watch')
  checkRoute(exchange.header('accept'), watchable ? WATCHABLE : PLAIN_ROUTE)
  return after(callOf(exchange, info, found), call => {
    const deprecated = found.resource.group === '' ? DEPRECATED[found.resource.plural] : undefined
    if (deprecated) {
      exchange.warnings.add(deprecated)
      exchange.annotations['k8s.io/deprecated'] = 'true'
    }
    if (isUnwatched(found.resource, found.verb)) throw unwatched(found.resource)
    if (found.verb === 'watch') return serveWatch(server, exchange, call)
    if (isConnect(call)) return serveConnect(server, exchange, call)
    const format = negotiate(exchange.header('accept'), offerOf(found), prettyWanted(exchange.query, exchange.header('user-agent')))
    const include = includeObject(format.as?.kind === 'Table' ? exchange.query.get('includeObject') : null)
    return after(perform(server, call), outcome => {
      const object = outcome.object as KubeObject
      const schema = object.kind === 'Status' ? status : bodySchemaOf(call, object)
      const shown = { resource: shownAs(call.resource, object), format, include, now: server.clock.now(), ...(schema && { schema }) }
      const body = bodyOf(outcome, shown)
      if (object.kind === 'Status') exchange.told = object as unknown as StatusBody
      if (exchange.record && format.mediaType !== 'application/json') exchange.record.asJson = () => [...bodyOf(outcome, { ...shown, format: { ...format, mediaType: 'application/json' } })]
      return exchange.send(outcome.created ? 201 : 200, format.mediaType, body)
    })
  })
}

const WATCHABLE: Offer = { watchable: true }
const PLAIN_ROUTE: Offer = {}
const TRANSFORMS: Offer = { transforms: true }

/** What is only asked or told, and never read back, has no columns and no metadata to be shown as. */
const offerOf = ({ resource, subresource }: Route): Offer =>
  ((subresource === undefined ? resource.verbs.includes('get') : !ONLY_TOLD.has(subresource)) ? TRANSFORMS : PLAIN_ROUTE)
const ONLY_TOLD: ReadonlySet<string> = new Set(['binding', 'eviction', 'token'])

const unwatched = (resource: AnyResource): StatusError => new StatusError(
  'MethodNotAllowed', `watch is not supported on resources of kind ${JSON.stringify(qualifiedResource(resource))}`, { ...(resource.group && { group: resource.group }), kind: resource.plural },
)

/** A scale has columns of its own. */
const shownAs = (resource: AnyResource, { kind }: KubeObject): AnyResource => (kind === 'Scale' ? { ...resource, columns: scaleColumns } : resource)

/** Kinds that clients should no longer use are served with a warning. */
const DEPRECATED: Readonly<Record<string, string>> = {
  endpoints: 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
  componentstatuses: 'v1 ComponentStatus is deprecated in v1.19+',
}

/** Requests whose body is for somebody else to read. */
const PASSED_ON = new Set(['exec', 'attach', 'portforward', 'proxy'])
const BODIED = new Set(['create', 'update', 'patch', 'delete', 'deletecollection'])

export function callOf(exchange: Exchange, info: ResourceInfo, found: Route): Awaitable<Call> {
  const { verb, subresource } = found
  const options = optionsFrom(exchange.query, verb)
  if (!BODIED.has(verb) || (subresource !== undefined && PASSED_ON.has(subresource))) return callWith(exchange, info, found, options)
  const type = exchange.header('content-type')
  return exchange.body().then(bytes => callWith(exchange, info, found, options, { bytes, mediaType: verb === 'patch' ? patchTypeOf(type) : mediaTypeOf(type) }))
}

function callWith(exchange: Exchange, info: ResourceInfo, { resource, verb, namespace, name, subresource }: Route, options: RequestOptions, encoded?: EncodedBody): Call {
  const isNamedWatch = info.legacyWatch && name !== undefined
  const userAgent = exchange.header('user-agent')
  return {
    user: exchange.user!, verb, resource, options: isNamedWatch ? { ...options, fieldSelector: `metadata.name=${name}` } : options, warnings: exchange.warnings,
    notes: { annotations: exchange.annotations, ...(exchange.onDecoded && { onDecoded: exchange.onDecoded }) },
    ...(namespace !== undefined && { namespace }), ...(name !== undefined && { name }), ...(subresource !== undefined && { subresource }),
    ...(encoded && { encoded }), ...(verb === 'patch' && encoded && { patchType: encoded.mediaType as NonNullable<Call['patchType']> }), ...(userAgent !== undefined && { userAgent }),
    ...(info.rest.length > 0 && { proxyPath: info.rest.join('/') }),
  }
}

/** Passes a request on to the pod's kubelet, or to the pod. The log of a pod that nobody runs yet is empty. */
async function serveConnect(server: Server, exchange: Exchange, call: Call): Promise<void> {
  if (call.subresource === 'log') checkLogOptions(nameOf(call), exchange.query)
  if (call.subresource === 'log' && (await isUnscheduled(server, call))) {
    await targetOf(server, call, exchange.query, server.kubelet).catch(error => { if (!/does not have a host assigned/.test(String(error))) throw error })
    exchange.begin(204, {})
    return exchange.end()
  }
  await passOn(exchange, await targetOf(server, call, exchange.query, server.kubelet), { asStatus: call.subresource === 'log' })
}

const isUnscheduled = async ({ registry }: Server, call: Call): Promise<boolean> => !((await registry.get(call.resource, call.namespace, call.name!)).object as Pod).spec.nodeName
