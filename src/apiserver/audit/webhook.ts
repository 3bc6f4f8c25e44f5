import { sleep, type Clock } from '../../machinery/clock.ts'
import type { Random } from '../../machinery/random.ts'
import type { PostJson } from '../webhook-call.ts'
import type { AuditSink } from './backend.ts'

export interface AuditWebhookOptions {
  readonly post: PostJson
  readonly clock: Clock
  readonly random: Random
  /** How long it waits before it tries for the second time; longer each time after. */
  readonly initialBackoffMs: number
}

const ATTEMPTS = 5
const GROWTH = 1.5
const JITTER = 0.2
const TIMEOUT_MS = 30_000

/** Sends events to a service outside, as an EventList. Whatever goes wrong is tried again: hardly any failure is for good. */
export function auditWebhook({ post, clock, random, initialBackoffMs }: AuditWebhookOptions): AuditSink {
  async function attempt(body: unknown): Promise<void> {
    const control = new AbortController()
    const timer = clock.after(TIMEOUT_MS, () => control.abort(new Error(`no answer within ${TIMEOUT_MS} ms`)), { background: true })
    try {
      const { status } = await post(body, control.signal)
      if (status < 200 || status > 299) throw new Error(`the audit webhook answered ${status}`)
    } finally {
      timer.cancel()
    }
  }

  return async events => {
    const body = { kind: 'EventList', apiVersion: 'audit.k8s.io/v1', metadata: {}, items: events }
    let delayMs = initialBackoffMs
    for (let tries = 1; ; tries += 1) {
      try {
        return await attempt(body)
      } catch (error) {
        if (tries === ATTEMPTS) throw error
        await sleep(clock, delayMs * (1 + JITTER * random.next()))
        delayMs *= GROWTH
      }
    }
  }
}
