import type { Authenticator, Credentials } from './authenticator.ts'

export interface FrontProxyOptions {
  /** The common names of client certificates that may speak for others; empty: none, so that a forgotten setting opens nothing. */
  readonly allowedNames: readonly string[]
  readonly usernameHeaders?: readonly string[]
  readonly groupHeaders?: readonly string[]
  readonly uidHeaders?: readonly string[]
  readonly extraHeaderPrefixes?: readonly string[]
}

/** A proxy that authenticated its client says who that was, in headers that only its own certificate makes believable. */
export function frontProxy(options: FrontProxyOptions): Authenticator {
  const names = { user: options.usernameHeaders ?? ['x-remote-user'], group: options.groupHeaders ?? ['x-remote-group'], uid: options.uidHeaders ?? ['x-remote-uid'] }
  const prefixes = (options.extraHeaderPrefixes ?? ['x-remote-extra-']).map(prefix => prefix.toLowerCase())
  return {
    name: 'front-proxy',
    authenticate(credentials) {
      const { certificate, headers } = credentials
      if (!certificate || !options.allowedNames.includes(certificate.commonName)) return undefined
      const name = valuesOf(headers, names.user)[0]
      if (!name) return undefined
      const uid = valuesOf(headers, names.uid)[0]
      const extra = extraOf(headers, prefixes)
      return { name, ...(uid && { uid }), groups: valuesOf(headers, names.group), ...(Object.keys(extra).length > 0 && { extra }) }
    },
  }
}

type Headers = Credentials['headers']

const valuesOf = (headers: Headers, names: readonly string[]): string[] =>
  names.flatMap(name => headers[name.toLowerCase()] ?? []).flatMap(value => value.split(',').map(part => part.trim())).filter(value => value !== '')

function extraOf(headers: Headers, prefixes: readonly string[]): Record<string, string[]> {
  const extra: Record<string, string[]> = {}
  for (const header of Object.keys(headers)) {
    const prefix = prefixes.find(each => header.startsWith(each))
    if (prefix) extra[decodeURIComponent(header.slice(prefix.length))] = valuesOf(headers, [header])
  }
  return extra
}
