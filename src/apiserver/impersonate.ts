import type { User } from '../api/request.ts'
import { badRequest } from '../machinery/status.ts'
import type { Authorizer } from './authz/authorizer.ts'
import { refusal } from './authorize.ts'
import type { Exchange } from './exchange.ts'

const EXTRA = 'impersonate-extra-'
const SERVICE_ACCOUNT = /^system:serviceaccount:([^:]+):([^:]+)$/

/** The user that a request wants to be taken for, when the one who asks may do that; otherwise the one who asks. */
export function impersonate(exchange: Exchange, requester: User, authorizer: Authorizer): User {
  const wanted = wantedUser(exchange)
  if (!wanted) return requester
  const account = SERVICE_ACCOUNT.exec(wanted.name)
  if (account) check(authorizer, requester, { group: '', resource: 'serviceaccounts', namespace: account[1]!, name: account[2]! })
  else check(authorizer, requester, { group: '', resource: 'users', name: wanted.name })
  for (const group of wanted.groups) check(authorizer, requester, { group: '', resource: 'groups', name: group })
  for (const [key, values] of Object.entries(wanted.extra ?? {})) {
    for (const value of values) check(authorizer, requester, { group: 'authentication.k8s.io', resource: 'userextras', subresource: key, name: value })
  }
  if (wanted.uid !== undefined) check(authorizer, requester, { group: 'authentication.k8s.io', resource: 'uids', name: wanted.uid })
  return { ...wanted, groups: groupsOf(wanted, account?.[1]) }
}

/** Those who are not anonymous belong to the authenticated; service accounts to their groups when none are named. */
function groupsOf({ name, groups }: User, namespace: string | undefined): readonly string[] {
  const all = groups.length === 0 && namespace !== undefined ? ['system:serviceaccounts', `system:serviceaccounts:${namespace}`] : [...groups]
  if (all.includes('system:unauthenticated')) return all
  if (name === 'system:anonymous') return [...all, 'system:unauthenticated']
  return all.includes('system:authenticated') ? all : [...all, 'system:authenticated']
}

function wantedUser(exchange: Exchange): User | undefined {
  const name = exchange.header('impersonate-user') ?? ''
  const uid = exchange.header('impersonate-uid')
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

function check(authorizer: Authorizer, user: User, what: { group: string; resource: string; namespace?: string; name: string; subresource?: string }): void {
  const attributes = { user, verb: 'impersonate', version: 'v1', ...what }
  const { verdict, reason } = authorizer.authorize(attributes)
  if (verdict !== 'allow') throw refusal(attributes, reason)
}
