import { nominal, traversal } from './costs.ts'
import { declare, method, overload } from '../declarations.ts'
import { escapedPath, hostname, parameters, parseRequestUrl, port } from '../go-url.ts'
import { BOOL, STRING, listType, mapType, handleType } from '../types.ts'
import { ArrayList, Opaque, entryMap, fail } from '../values.ts'
import type { FunctionDeclaration, Library } from '../declarations.ts'
import type { GoUrl } from '../go-url.ts'
import type { Type } from '../types.ts'
import type { Value } from '../values.ts'

export const URL_TYPE = handleType('kubernetes.URL')

export class UrlValue extends Opaque {
  readonly url: GoUrl
  constructor(url: GoUrl) {
    super()
    this.url = url
  }
  get type(): Type {
    return URL_TYPE
  }
  override equals(other: Opaque): boolean {
    return other instanceof UrlValue && this.url.text === other.url.text
  }
  override toString(): string {
    return this.url.text
  }
}

function urlOf(text: string): UrlValue {
  try {
    return new UrlValue(parseRequestUrl(text))
  } catch (error) {
    return fail(`URL parse error during conversion from string: ${(error as Error).message}`)
  }
}

function isURL(text: string): boolean {
  try {
    parseRequestUrl(text)
    return true
  } catch {
    return false
  }
}

const part = (name: string, id: string, read: (url: GoUrl) => Value, type: Type = STRING): FunctionDeclaration =>
  declare(name, method(`url_get_${id}`, [URL_TYPE], type, ({ url }: UrlValue) => read(url), nominal))

/** URLs. */
export const urls: Library = {
  name: 'kubernetes.urls',
  functions: [
    declare('url', overload('string_to_url', [STRING], URL_TYPE, urlOf, traversal({ keeps: true }))),
    declare('isURL', overload('is_url_string', [STRING], BOOL, isURL)),
    part('getScheme', 'scheme', url => url.scheme),
    part('getHost', 'host', url => url.host),
    part('getHostname', 'hostname', hostname),
    part('getPort', 'port', port),
    part('getEscapedPath', 'escaped_path', escapedPath),
    part('getQuery', 'query', url => entryMap([...parameters(url)].map(([key, values]) => [key, new ArrayList(values)])), mapType(STRING, listType(STRING))),
  ],
}
