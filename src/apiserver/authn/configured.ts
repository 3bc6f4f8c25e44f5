import { after } from '../../machinery/awaitable.ts'
import type { Authenticator, Credentials } from './authenticator.ts'

/** Authenticators of a configuration that may be replaced while the server runs. */
export interface ReplaceableAuthenticators extends Authenticator {
  use(authenticators: readonly Authenticator[]): void
}

/** Asks those that are in force now; the first that knows the caller decides. */
export function replaceable(initial: readonly Authenticator[]): ReplaceableAuthenticators {
  let current = initial
  const ask = (list: readonly Authenticator[], credentials: Credentials, from = 0): ReturnType<Authenticator['authenticate']> => {
    const authenticator = list[from]
    return authenticator && after(authenticator.authenticate(credentials), user => user ?? ask(list, credentials, from + 1))
  }
  return {
    name: 'configured',
    authenticate: credentials => ask(current, credentials),
    use: authenticators => void (current = authenticators),
  }
}
