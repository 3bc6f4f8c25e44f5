import { dnsSubdomain } from '../machinery/names.ts'
import type { Cause } from '../machinery/status.ts'
import { invalid, required } from './validation.ts'

const FORM = '; desired format: https://host[/path]'

interface UrlParts {
  readonly scheme: string
  readonly host: string
  readonly user: string | undefined
  readonly query: string
  readonly fragment: string
}

/** A webhook's URL: https, a host, no more than a path. */
export function validateWebhookUrl(field: string, url: string): Cause[] {
  const parts = parseUrl(url)
  if (typeof parts === 'string') return [required(field, `url must be a valid URL: parse ${JSON.stringify(url)}: ${parts}${FORM}`)]
  const causes: Cause[] = []
  if (parts.scheme !== 'https') causes.push(invalid(field, parts.scheme, `'https' is the only allowed URL scheme${FORM}`))
  if (!parts.host) causes.push(invalid(field, '', `host must be specified${FORM}`))
  if (parts.user !== undefined) causes.push(invalid(field, parts.user, 'user information is not permitted in the URL'))
  if (parts.fragment) causes.push(invalid(field, parts.fragment, 'fragments are not permitted in the URL'))
  if (parts.query) causes.push(invalid(field, parts.query, 'query parameters are not permitted in the URL'))
  return causes
}

/** The parts of a URL as Go reads them (WHATWG's rules differ); a string says what is wrong with it. */
function parseUrl(url: string): UrlParts | string {
  if (/[\x00-\x1f\x7f]/.test(url)) return 'net/url: invalid control character in URL'
  if (url.startsWith(':')) return 'missing protocol scheme'
  const [beforeFragment, fragment = ''] = cut(url, '#')
  const scheme = /^([a-zA-Z][a-zA-Z0-9+.-]*):/.exec(beforeFragment)?.[1] ?? ''
  const [rest, query = ''] = cut(scheme ? beforeFragment.slice(scheme.length + 1) : beforeFragment, '?')
  const parts = { scheme: scheme.toLowerCase(), host: '', user: undefined, query, fragment }
  if (!rest.startsWith('/')) return scheme || !rest.split('/')[0]!.includes(':') ? parts : 'first path segment in URL cannot contain colon'
  if (!rest.startsWith('//') || (!scheme && rest.startsWith('///'))) return parts
  const authority = rest.slice(2).split('/')[0]!
  const at = authority.lastIndexOf('@')
  const host = authority.slice(at + 1)
  const port = /:([^\]]*)$/.exec(host)?.[1]
  if (port !== undefined && !/^\d*$/.test(port)) return `invalid port ${JSON.stringify(`:${port}`)} after host`
  const odd = /[\s"<>\\^`{|}]/.exec(host)?.[0]
  if (odd) return `invalid character ${JSON.stringify(odd)} in host name`
  return { ...parts, host, user: at < 0 ? undefined : authority.slice(0, at) }
}

function cut(text: string, at: string): [string, string?] {
  const index = text.indexOf(at)
  return index < 0 ? [text] : [text.slice(0, index), text.slice(index + 1)]
}

interface ServiceAddress {
  readonly namespace: string
  readonly name: string
  readonly path?: string | undefined
  readonly port?: number | undefined
}

/** A webhook's service. Upstream takes the one for the other: a missing name is reported as the namespace. */
export function validateWebhookService(field: string, { namespace, name, path, port = 443 }: ServiceAddress): Cause[] {
  return [
    ...(namespace ? [] : [required(`${field}.name`)]), ...(name ? [] : [required(`${field}.namespace`)]),
    ...(port < 1 || port > 65535 ? [invalid(`${field}.port`, port, 'port is not valid: must be between 1 and 65535, inclusive')] : []),
    ...(path ? validatePath(`${field}.path`, path) : []),
  ]
}

function validatePath(field: string, path: string): Cause[] {
  if (path === '/') return []
  if (path === '//') return [invalid(field, path, 'segment[0] may not be empty')]
  const causes = path.startsWith('/') ? [] : [invalid(field, path, "must start with a '/'")]
  const steps = path.slice(1).replace(/\/$/, '').split('/')
  return [...causes, ...steps.flatMap((step, index) => (step === ''
    ? [invalid(field, path, `segment[${index}] may not be empty`)]
    : dnsSubdomain(step).map(problem => invalid(field, path, `segment[${index}]: ${problem}`))))]
}
