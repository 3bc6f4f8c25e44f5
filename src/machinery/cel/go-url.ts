/** A URL in the parts that Go's net/url knows. */
export interface GoUrl {
  readonly scheme: string
  readonly host: string
  readonly path: string
  readonly query: string
  readonly text: string
}

const quoted = (text: string): string => JSON.stringify(text)

/** Reads an absolute URL or an absolute path, as the target of a request; throws an Error worded as Go's. */
export function parseRequestUrl(text: string): GoUrl {
  const reason = (why: string): Error => new Error(`parse ${quoted(text)}: ${why}`)
  // oxlint-disable-next-line no-control-regex
  if (/[\x00-\x1f\x7f]/.test(text)) throw reason('net/url: invalid control character in URL')
  if (text === '') throw reason('empty url')
  if (text === '*') return { scheme: '', host: '', path: '*', query: '', text }
  const { scheme, rest } = schemeOf(text, reason)
  const mark = rest.indexOf('?')
  const [before, query] = mark < 0 ? [rest, ''] : [rest.slice(0, mark), rest.slice(mark + 1)]
  if (!before.startsWith('/')) {
    if (scheme !== '') return { scheme, host: '', path: '', query, text }
    throw reason('invalid URI for request')
  }
  if (!before.startsWith('//') || before.startsWith('///')) {
    const path = before.startsWith('///') && scheme !== '' ? before.slice(2) : before
    return { scheme, host: '', path: checkedPath(path, reason), query, text }
  }
  const slash = before.indexOf('/', 2)
  const authority = slash < 0 ? before.slice(2) : before.slice(2, slash)
  return { scheme, host: hostOf(authority, reason), path: slash < 0 ? '' : checkedPath(before.slice(slash), reason), query, text }
}

type Reason = (why: string) => Error

function schemeOf(text: string, reason: Reason): { scheme: string; rest: string } {
  if (text.startsWith(':')) throw reason('missing protocol scheme')
  const match = /^([a-zA-Z][a-zA-Z0-9+.-]*):/.exec(text)
  return match ? { scheme: match[1]!.toLowerCase(), rest: text.slice(match[0].length) } : { scheme: '', rest: text }
}

function checkedPath(path: string, reason: Reason): string {
  const bad = /%(?![0-9a-fA-F]{2}).{0,2}/s.exec(path)
  if (bad) throw reason(`invalid URL escape ${quoted(bad[0])}`)
  return path
}

function hostOf(authority: string, reason: Reason): string {
  const at = authority.lastIndexOf('@')
  const host = authority.slice(at + 1)
  if (at >= 0 && !/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(authority.slice(0, at))) throw reason('net/url: invalid userinfo')
  const colon = host.startsWith('[') ? host.indexOf(']') : -1
  if (host.startsWith('[') && colon < 0) throw reason("missing ']' in host")
  const port = host.startsWith('[') ? host.slice(colon + 1) : host.includes(':') ? host.slice(host.indexOf(':')) : ''
  if (port !== '' && !/^:[0-9]*$/.test(port)) throw reason(`invalid port ${quoted(port)} after host`)
  const bad = /[ "<>\\^`{|}]/.exec(host)
  if (bad) throw reason(`invalid character ${quoted(bad[0])} in host name`)
  const escape = /%(?!25|[89a-fA-F][0-9a-fA-F]).{0,2}/s.exec(host)
  if (escape) throw reason(`invalid URL escape ${quoted(escape[0])}`)
  return host
}

/** The host without its port and brackets. */
export function hostname({ host }: GoUrl): string {
  if (host.startsWith('[')) return host.slice(1, host.indexOf(']'))
  return host.replace(/:[0-9]*$/, '')
}

export const port = ({ host }: GoUrl): string => /:([0-9]*)$/.exec(host.startsWith('[') ? host.slice(host.indexOf(']') + 1) : host)?.[1] ?? ''

/** The path with everything escaped that has to be. */
export function escapedPath({ path }: GoUrl): string {
  return path.replace(/%[0-9a-fA-F]{2}|[^A-Za-z0-9\-._~!$&'()*+,/:;=@[\]]/gu, part => (part.length === 3 && part.startsWith('%') ? part : encodeURIComponent(part)))
}

/** The parameters of the query, in order; those that cannot be decoded are left out. */
export function parameters({ query }: GoUrl): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>()
  for (const part of query.replace(/#.*$/s, '').split('&')) {
    const [key, value] = decoded(part)
    if (key === undefined || value === undefined) continue
    found.set(key, [...(found.get(key) ?? []), value])
  }
  return found
}

function decoded(part: string): [string?, string?] {
  if (part === '' || part.includes(';')) return []
  const equals = part.indexOf('=')
  const [key, value] = equals < 0 ? [part, ''] : [part.slice(0, equals), part.slice(equals + 1)]
  try {
    return [key, value].map(text => decodeURIComponent(text.replaceAll('+', ' '))) as [string, string]
  } catch {
    return []
  }
}
