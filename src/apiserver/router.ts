import type { PatchType, RequestVerb } from '../api/request.ts'
import type { AnyResource } from '../api/resource.ts'
import { pathSegment } from '../machinery/names.ts'
import { badRequest, StatusError } from '../machinery/status.ts'
import type { Catalog } from './catalog.ts'
import { methodNotAllowed } from './pipeline.ts'
import type { ResourceInfo } from './request-info.ts'

/** A request whose resource exists, and can be asked for this. */
export interface Route {
  readonly resource: AnyResource
  readonly verb: RequestVerb
  readonly namespace?: string
  readonly name?: string
  readonly subresource?: string
}

export const noSuchResource = (): StatusError => new StatusError('NotFound', 'the server could not find the requested resource', {})
/** Paths that nobody serves are answered in plain text. */
export class NoSuchPath extends Error {}

/** Finds what a request is about. 404 for what does not exist, 405 for what cannot be asked of it. */
export function route(catalog: Catalog, method: string, info: ResourceInfo): Route {
  const { group, version, resource: plural } = info
  if (!catalog.groupVersion(group, version)) {
    if (group !== '' && catalog.versionsOf(group).length === 0) throw new NoSuchPath()
    throw noSuchResource()
  }
  const resource = catalog.find(group, version, plural)
  const isNamespaces = group === '' && plural === 'namespaces'
  const namespaced = resource?.namespaced ?? false
  if (!resource || (info.namespace !== undefined && !namespaced && !isNamespaces)) throw noSuchResource()
  const { name } = info
  if (namespaced && info.namespace === undefined && name !== undefined && !info.legacyWatch) throw noSuchResource()
  // What is only ever asked about has no objects.
  if (name !== undefined && info.subresource === undefined && !NAMED.some(each => (resource.verbs as readonly string[]).includes(each))) throw noSuchResource()
  const verb = verbOf(method, info, resource)
  const problems = name === undefined ? [] : pathSegment(name)
  if (problems.length > 0) throw badRequest(`Name parameter invalid: ${JSON.stringify(name)}: ${problems.join(';')}`)
  const acrossNamespaces = namespaced && info.namespace === undefined
  if (info.subresource !== undefined) checkSubresource(resource, info, verb)
  else if (isUnwatched(resource, verb)) return { resource, verb: 'watch' }
  else if (!verb || !(resource.verbs as readonly string[]).includes(verb) || (acrossNamespaces && verb !== 'list' && verb !== 'watch')) throw methodNotAllowed()
  return {
    resource, verb: verb as RequestVerb, ...(info.namespace !== undefined && (namespaced || name !== undefined) && { namespace: info.namespace }),
    ...(name !== undefined && { name }), ...(info.subresource !== undefined && { subresource: info.subresource }),
  }
}

/** A list that cannot be watched says so itself. */
export const isUnwatched = ({ verbs }: AnyResource, verb: string): boolean => verb === 'watch' && verbs.includes('list') && !verbs.includes('watch')

const NAMED = ['get', 'update', 'patch', 'delete']

function verbOf(method: string, info: ResourceInfo, resource: AnyResource): string {
  if (method === 'HEAD' || info.verb === '') return ''
  if (info.name === undefined && (info.verb === 'update' || info.verb === 'patch')) return ''
  if (info.name !== undefined && info.verb === 'create' && info.subresource === undefined) return ''
  return info.legacyWatch && (method !== 'GET' || !resource.verbs.includes('watch')) ? '' : info.verb
}

/** Methods of a proxy are the proxied server's; only the path must exist. */
function checkSubresource(resource: AnyResource, info: ResourceInfo, verb: string): void {
  const subresource = resource.subresources.find(({ name }) => name === info.subresource)
  if (!subresource || (info.rest.length > 0 && info.subresource !== 'proxy')) throw noSuchResource()
  if (!verb || !subresource.verbs.includes(verb)) throw methodNotAllowed()
}

const PATCH_TYPES: readonly string[] = ['application/json-patch+json', 'application/merge-patch+json', 'application/strategic-merge-patch+json', 'application/apply-patch+yaml']

/** The media type of a body, without its parameters; the default where none is stated. */
export function mediaTypeOf(header: string | undefined): string {
  if (header === undefined || header === '') return 'application/json'
  const [type = '', ...parameters] = header.split(';').map(part => part.trim())
  const wellFormed = /^[\w!#$&^.+-]+\/[\w!#$&^.+*-]+$/.test(type) && parameters.every((part, index) => /^[^=\s]+=.+$/.test(part) || (part === '' && index === parameters.length - 1))
  return wellFormed ? type.toLowerCase() : header
}

/** The type of a patch; others are refused (415). */
export function patchTypeOf(header: string | undefined): PatchType {
  const type = (header ?? '').split(';')[0]!.trim()
  if (PATCH_TYPES.includes(type)) return type as PatchType
  throw new StatusError('UnsupportedMediaType', '415: Unsupported Media Type', {})
}
