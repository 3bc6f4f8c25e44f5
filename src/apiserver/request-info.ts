import type { RequestVerb } from '../api/request.ts'

/** A request about a resource, as its method and URL say; whether that resource exists is not looked at. */
export interface ResourceInfo {
  readonly type: 'resource'
  /** The verb that authorization sees. */
  readonly verb: string
  readonly group: string
  readonly version: string
  readonly namespace: string | undefined
  readonly resource: string
  readonly name: string | undefined
  readonly subresource: string | undefined
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
const NOTHING: readonly string[] = []

/** Whether a boolean parameter is set, as the API reads them: anything but `false` and `0` is true. */
export const isTrue = (value: string | null | undefined): boolean => value !== null && value !== undefined && !/^(false|0)$/i.test(value)

/** What a request is read from. */
export interface Asked {
  readonly method: string
  /** Without the query. */
  readonly path: string
  readonly query: URLSearchParams
}

/** Reads what a request is about from its method, path and parameters. */
export function requestInfo(asked: Asked): RequestInfo {
  const { method, path } = asked
  const parts = segmentsOf(path)
  const prefix = parts[0]
  const first = prefix === 'api' ? 2 : 3
  if ((prefix !== 'api' && prefix !== 'apis') || parts.length <= first) return { type: 'path', verb: method.toLowerCase(), path }
  const group = prefix === 'api' ? '' : parts[1]!
  const version = parts[first - 1]!

  const legacyWatch = parts[first] === 'watch' && parts.length > first + 1
  let at = legacyWatch ? first + 1 : first
  let namespace: string | undefined
  if (parts[at] === 'namespaces' && parts.length > at + 1) {
    namespace = parts[at + 1]!
    if (parts.length > at + 2 && !NAMESPACE_SUBRESOURCES.has(parts[at + 2]!)) at += 2
  }
  const name = parts[at + 1]
  return {
    type: 'resource', verb: legacyWatch ? 'watch' : verbOf(asked, name), group, version, namespace, resource: parts[at]!, name, subresource: parts[at + 2],
    rest: parts.length > at + 3 ? parts.slice(at + 3) : NOTHING, legacyWatch,
  }
}

/** The parts of a path, unescaped before it is cut as upstream does, but for what lies behind a proxy: that is for others to read. */
function segmentsOf(path: string): string[] {
  const all = path.split('/')
  const raw = path.startsWith('/') && !path.includes('//') && !path.endsWith('/') ? all.slice(1) : all.filter(part => part !== '')
  if (!path.includes('%')) return raw
  const proxy = raw.indexOf('proxy', 3)
  const own = proxy < 0 ? raw : raw.slice(0, proxy + 1)
  return [...own.flatMap(part => unescapeSegment(part).split('/')).filter(part => part !== ''), ...raw.slice(own.length)]
}

function verbOf({ method, query }: Asked, name: string | undefined): string {
  const verb = VERBS[method] ?? ''
  if (name !== undefined) return verb
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
