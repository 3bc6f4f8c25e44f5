import type { User } from '../../api/request.ts'
import type { Awaitable } from '../../machinery/awaitable.ts'
import { StatusError } from '../../machinery/status.ts'
import type { Authenticator, Credentials } from './authenticator.ts'

export const ANONYMOUS: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] }
const AUTHENTICATED = 'system:authenticated'

/**
 * Asks the authenticators in order; the first that knows the caller decides. Nobody's is the anonymous user, whom authorization
 * refuses nearly everything; credentials that were given and are not good are refused (401), never taken for anonymous.
 */
export function authenticate(authenticators: readonly Authenticator[], credentials: Credentials, from = 0): Awaitable<User> {
  for (let index = from; index < authenticators.length; index++) {
    const found = authenticators[index]!.authenticate(credentials)
    if (found instanceof Promise) return found.then(user => (user ? authenticated(user) : authenticate(authenticators, credentials, index + 1)))
    if (found) return authenticated(found)
  }
  if (credentials.bearerToken !== undefined) throw new StatusError('Unauthorized', 'Unauthorized')
  return ANONYMOUS
}

const authenticated = (user: User): User => (user.groups.includes(AUTHENTICATED) ? user : { ...user, groups: [...user.groups, AUTHENTICATED] })
