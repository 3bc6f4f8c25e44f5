import type { User } from '../../api/request.ts'
import { badRequest } from '../../machinery/status.ts'
import type { Authenticator } from './authenticator.ts'

/** Reads upstream's token file: CSV lines of token, user name, uid and, quoted, the groups. Throws a StatusError that names the line. */
export function readTokenFile(text: string): ReadonlyMap<string, User> {
  const users = new Map<string, User>()
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue
    const [token = '', name = '', uid, groups = ''] = fieldsOf(line)
    if (uid === undefined) throw badRequest(`token file, line ${index + 1}: at least a token, a user name and a uid are needed`)
    if (token === '') throw badRequest(`token file, line ${index + 1}: the token is empty`)
    users.set(token, { name, ...(uid && { uid }), groups: groups.split(',').map(group => group.trim()).filter(group => group !== '') })
  }
  return users
}

/** One line of CSV. */
const fieldsOf = (line: string): string[] =>
  [...line.matchAll(/(?:^|,)\s*(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain = '']) => quoted?.replaceAll('""', '"') ?? plain.trim())

/** Tokens that never expire, from a file. For tests and first steps: upstream advises against them, and so does the CIS benchmark. */
export const staticTokens = (users: ReadonlyMap<string, User>): Authenticator => ({
  name: 'token-file',
  authenticate: ({ bearerToken }) => (bearerToken === undefined ? undefined : users.get(bearerToken)),
})
