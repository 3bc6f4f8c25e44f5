import { Secrets, type Secret } from '../../api/core/secret.ts'
import type { LocalApi } from '../../api/request.ts'
import type { Clock } from '../../machinery/clock.ts'
import { errorMessage, type Log } from '../../machinery/log.ts'
import { API_SERVER } from '../bootstrap/index.ts'
import type { TokenUsed } from './legacy-account-token.ts'

const LAST_USED = 'kubernetes.io/legacy-token-last-used'
const DAY_MS = 86_400_000

const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10)

export interface TrackingParts {
  readonly api: LocalApi
  readonly clock: Clock
  readonly log: Log
}

/** Writes down, once a day, that the token in a secret was used: who cleans up looks for those that nobody uses (KEP-2799). */
export function trackLegacyTokens({ api, clock, log }: TrackingParts): TokenUsed {
  const underway = new Set<string>()
  return ({ metadata: { namespace, name, uid, labels } }: Secret) => {
    const [today, tomorrow] = [dayOf(clock.now()), dayOf(clock.now() + DAY_MS)]
    const last = labels?.[LAST_USED]
    if (last === today || last === tomorrow || underway.has(uid)) return
    underway.add(uid)
    const body = { metadata: { uid, labels: { [LAST_USED]: today } } }
    api.call({ user: API_SERVER, verb: 'patch', resource: Secrets, namespace, name, patchType: 'application/merge-patch+json', options: {}, body })
      .catch((error: unknown) => log.error('The last use of a token could not be written down', { namespace, secret: name, error: errorMessage(error) }))
      .finally(() => underway.delete(uid))
  }
}
