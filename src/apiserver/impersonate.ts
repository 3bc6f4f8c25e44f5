import type { User } from '../api/request.ts'
import { badRequest } from '../machinery/status.ts'
import type { Authorizer } from './authz/authorizer.ts'
import type { Exchange } from './exchange.ts'
import { impersonated } from './impersonation/modes.ts'
import type { RequestInfo } from './request-info.ts'

const EXTRA = 'impersonate-extra-'

/** The user that a request wants to be taken for, when the one who asks may do that; otherwise the one who asks. */
export function impersonate(exchange: Exchange, requester: User, authorizer: Authorizer, info: RequestInfo): User | Promise<User> {
  const wanted = wantedUser(exchange)
  if (!wanted) return requester
  return impersonated(authorizer, { requester, wanted, info, query: exchange.query }).then(({ user, constraint }) => {
    if (constraint !== undefined) exchange.constraint = constraint
    return user
  })
}

function wantedUser(exchange: Exchange): User | undefined {
  const name = exchange.header('impersonate-user') ?? ''
  const uid = exchange.header('impersonate-uid') || undefined
  const groups = valuesOf(exchange, 'impersonate-group')
  const extra: Record<string, string[]> = {}
  for (const header of Object.keys(exchange.headers)) {
    if (header.startsWith(EXTRA)) extra[unescapeKey(header.slice(EXTRA.length))] = valuesOf(exchange, header)
  }
  const hasExtra = Object.keys(extra).length > 0
  if (name === '') {
    if (uid === undefined && groups.length === 0 && !hasExtra) return undefined
    throw badRequest(`requested ${goUser(uid, groups, extra)} without impersonating a user name`)
  }
  return { name, groups, ...(uid && { uid }), ...(hasExtra && { extra }) }
}

/** Node joins repeated headers with commas; the raw list still tells them apart. */
function valuesOf(exchange: Exchange, name: string): string[] {
  if (exchange.header(name) === undefined) return []
  const { rawHeaders } = exchange.request
  const values: string[] = []
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) if (rawHeaders[index]!.toLowerCase() === name) values.push(rawHeaders[index + 1]!)
  return values
}

function unescapeKey(key: string): string {
  try {
    return decodeURIComponent(key)
  } catch {
    return key
  }
}

/** How Go prints the user that the message speaks of. */
function goUser(uid: string | undefined, groups: readonly string[], extra: Readonly<Record<string, readonly string[]>>): string {
  const list = (values: readonly string[]): string => `[]string{${values.map(value => JSON.stringify(value)).join(', ')}}`
  const keys = Object.keys(extra).sort()
  const extras = keys.length > 0 ? `map[string][]string{${keys.map(key => `${JSON.stringify(key)}:${list(extra[key]!)}`).join(', ')}}` : 'map[string][]string(nil)'
  return `&user.DefaultInfo{Name:"", UID:${JSON.stringify(uid ?? '')}, Groups:${groups.length > 0 ? list(groups) : '[]string(nil)'}, Extra:${extras}}`
}
