import type { RequestVerb } from '../api/request.ts'

/** A request about a resource, as its method and URL say; whether that resource exists is not looked at. */
export interface ResourceInfo {
  readonly type: 'resource'
  /** The verb that authorization sees. */
  readonly verb: string
  readonly group: string
  readonly version: string
  readonly namespace?: string
  readonly resource: string
  readonly name?: string
  readonly subresource?: string
  /** What follows the subresource: the path behind a proxy. */
  readonly rest: readonly string[]
  /** Asked for through a legacy `/watch/` path. */
  readonly legacyWatch: boolean
}

/** A request about anything else: `/healthz`, `/apis`. */
export interface PathInfo {
  readonly type: 'path'
  readonly verb: string
  readonly path: string
}

export type RequestInfo = ResourceInfo | PathInfo

const VERBS: Readonly<Record<string, RequestVerb>> = { POST: 'create', GET: 'get', HEAD: 'get', PUT: 'update', PATCH: 'patch', DELETE: 'delete' }
/** What may follow a namespace's own name without being a resource in it. */
const NAMESPACE_SUBRESOURCES = new Set(['status', 'finalize'])

/** Whether a boolean parameter is set, as the API reads them: anything but `false` and `0` is true. */
export const isTrue = (value: string | null | undefined): boolean => value !== null && value !== undefined && !/^(false|0)$/i.test(value)

/** Reads what a request is about from its method, path and parameters. */
export function requestInfo(method: string, path: string, query: URLSearchParams): RequestInfo {
  const other: PathInfo = { type: 'path', verb: method.toLowerCase(), path }
  let parts = segmentsOf(path)
  if (parts.length < 3) return other
  const prefix = parts[0]
  if (prefix !== 'api' && prefix !== 'apis') return other
  const group = prefix === 'api' ? '' : parts[1]!
  const version = parts[prefix === 'api' ? 1 : 2]!
  parts = parts.slice(prefix === 'api' ? 2 : 3)
  if (parts.length === 0) return other

  const legacyWatch = parts[0] === 'watch' && parts.length > 1
  if (legacyWatch) parts = parts.slice(1)
  let namespace: string | undefined
  if (parts[0] === 'namespaces' && parts.length > 1) {
    namespace = parts[1]!
    if (parts.length > 2 && !NAMESPACE_SUBRESOURCES.has(parts[2]!)) parts = parts.slice(2)
  }
  const [resource, name, subresource, ...rest] = parts as [string, string?, string?, ...string[]]
  const info = {
    type: 'resource', group, version, resource, rest, legacyWatch,
    ...(namespace !== undefined && { namespace }), ...(name !== undefined && { name }), ...(subresource !== undefined && { subresource }),
  } as const
  return { ...info, verb: verbOf(method, info, query) }
}

/** The parts of a path, unescaped before it is cut as upstream does, but for what lies behind a proxy: that is for others to read. */
function segmentsOf(path: string): string[] {
  const raw = path.split('/').filter(part => part !== '')
  if (!path.includes('%')) return raw
  const proxy = raw.indexOf('proxy', 3)
  const own = proxy < 0 ? raw : raw.slice(0, proxy + 1)
  return [...own.flatMap(part => unescapeSegment(part).split('/')).filter(part => part !== ''), ...raw.slice(own.length)]
}

function verbOf(method: string, info: Omit<ResourceInfo, 'verb'>, query: URLSearchParams): string {
  if (info.legacyWatch) return 'watch'
  const verb = VERBS[method] ?? ''
  if (info.name !== undefined) return verb
  if (verb === 'get') return isTrue(query.get('watch')) ? 'watch' : 'list'
  return verb === 'delete' ? 'deletecollection' : verb
}

/** A path segment as the client meant it; what cannot be unescaped stays as it is. */
function unescapeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
