import type { TokenReview } from '../../api/authentication/token-review.ts'
import type { User } from '../../api/request.ts'
import type { Clock } from '../../machinery/clock.ts'
import type { Log } from '../../machinery/log.ts'
import { errorMessage } from '../../machinery/log.ts'
import type { Authenticator } from './authenticator.ts'

export interface WebhookOptions {
  /** Asks the webhook: a POST of the body, answered with JSON. */
  ask(body: unknown): Promise<unknown>
  readonly audiences: readonly string[]
  readonly clock: Clock
  readonly log: Log
  readonly cacheMs?: number
}

interface Known {
  readonly user: User | undefined
  readonly untilMs: number
}

const DEFAULT_CACHE_MS = 120_000
const REMEMBERED = 4096

/** Leaves it to a service outside to say whose a token is (`--authentication-token-webhook-config-file`). What it said is remembered for a while. */
export function tokenWebhook({ ask, audiences, clock, log, cacheMs = DEFAULT_CACHE_MS }: WebhookOptions): Authenticator {
  const known = new Map<string, Known>()
  return {
    name: 'webhook',
    async authenticate({ bearerToken }) {
      if (bearerToken === undefined) return undefined
      const before = known.get(bearerToken)
      if (before && before.untilMs > clock.now()) return before.user
      try {
        const review = await ask({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', metadata: {}, spec: { token: bearerToken, audiences: [...audiences] } })
        const user = userOf(review as TokenReview, audiences)
        if (known.size >= REMEMBERED) known.delete(known.keys().next().value!)
        known.set(bearerToken, { user, untilMs: clock.now() + cacheMs })
        return user
      } catch (error) {
        // A webhook that cannot be reached knows nobody: the token is refused like any other that is not known.
        log.warn('The authentication webhook did not answer', { error: errorMessage(error) })
        return undefined
      }
    },
  }
}

function userOf({ status }: TokenReview, wanted: readonly string[]): User | undefined {
  if (!status?.authenticated || !status.user?.username) return undefined
  if (status.audiences?.length && !status.audiences.some(audience => wanted.includes(audience))) return undefined
  const { username, uid, groups, extra } = status.user
  return { name: username, ...(uid && { uid }), groups: [...(groups ?? [])], ...(extra && { extra: extra as Record<string, string[]> }) }
}
