import type { User } from '../../api/request.ts'
import { StatusError } from '../../machinery/status.ts'
import type { Authenticator, Credentials } from './authenticator.ts'

export const ANONYMOUS: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] }
const AUTHENTICATED = 'system:authenticated'

/**
 * Asks the authenticators in order; the first that knows the caller decides. Nobody's is the anonymous user, whom authorization
 * refuses nearly everything; credentials that were given and are not good are refused (401), never taken for anonymous.
 */
export async function authenticate(authenticators: readonly Authenticator[], credentials: Credentials): Promise<User> {
  for (const authenticator of authenticators) {
    const user = await authenticator.authenticate(credentials)
    if (user) return user.groups.includes(AUTHENTICATED) ? user : { ...user, groups: [...user.groups, AUTHENTICATED] }
  }
  if (credentials.bearerToken !== undefined) throw new StatusError('Unauthorized', 'Unauthorized')
  return ANONYMOUS
}
