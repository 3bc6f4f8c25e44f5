import type { TokenReview } from '../../api/authentication/token-review.ts'
import type { User } from '../../api/request.ts'
import type { Clock } from '../../machinery/clock.ts'
import type { Log } from '../../machinery/log.ts'
import type { Random } from '../../machinery/random.ts'
import { remembering } from '../remembering.ts'
import { askWebhook, WebhookFailure, type PostJson } from '../webhook-call.ts'
import type { Authenticator } from './authenticator.ts'

export interface WebhookOptions {
  readonly post: PostJson
  /** Of the TokenReview that is sent. */
  readonly version?: 'v1' | 'v1beta1'
  readonly audiences: readonly string[]
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly cacheMs?: number
}

const DEFAULT_CACHE_MS = 120_000
const REMEMBERED = 4096
const TIMEOUT_MS = 30_000

/** Leaves it to a service outside to say whose a token is (`--authentication-token-webhook-config-file`). What it said is remembered for a while. */
export function tokenWebhook({ post, audiences, clock, random, log, version = 'v1beta1', cacheMs = DEFAULT_CACHE_MS }: WebhookOptions): Authenticator {
  const known = remembering<{ readonly user: User | undefined }>(clock, REMEMBERED)

  async function ask(token: string): Promise<User | undefined> {
    try {
      const review = await askWebhook({ post, clock, random, timeoutMs: TIMEOUT_MS }, { apiVersion: `authentication.k8s.io/${version}`, kind: 'TokenReview', metadata: {}, spec: { token, audiences: [...audiences] } })
      const user = userOf((review ?? {}) as TokenReview, audiences)
      known.set(token, { user }, cacheMs)
      return user
    } catch (error) {
      if (!(error instanceof WebhookFailure)) throw error
      // A webhook that cannot be reached knows nobody: the token is refused like any other that is not known.
      log.warn('The authentication webhook did not answer', { error: error.message })
      return undefined
    }
  }

  return {
    name: 'webhook',
    authenticate({ bearerToken }) {
      if (bearerToken === undefined) return undefined
      const before = known.get(bearerToken)
      return before ? before.user : ask(bearerToken)
    },
  }
}

function userOf({ status }: TokenReview, wanted: readonly string[]): User | undefined {
  if (!status?.authenticated || !status.user?.username) return undefined
  if (status.audiences?.length && !status.audiences.some(audience => wanted.includes(audience))) return undefined
  const { username, uid, groups, extra } = status.user
  return { name: username, ...(uid && { uid }), groups: [...(groups ?? [])], ...(extra && { extra: extra as Record<string, string[]> }) }
}
