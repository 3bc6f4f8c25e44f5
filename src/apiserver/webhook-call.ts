import { sleep, type Clock } from '../machinery/clock.ts'
import { errorMessage } from '../machinery/log.ts'
import type { Random } from '../machinery/random.ts'

/** An answer of somebody outside. */
export interface WebhookAnswer {
  readonly status: number
  readonly body: string
  /** The `Retry-After` header. */
  readonly retryAfter?: string
}

/** Sends a body as JSON to the address that a kubeconfig names. Throws when no answer came. */
export type PostJson = (body: unknown, signal: AbortSignal) => Promise<WebhookAnswer>

export interface WebhookCaller {
  readonly post: PostJson
  readonly clock: Clock
  readonly random: Random
  /** How long one attempt may take. */
  readonly timeoutMs: number
  /** How often it is tried at most, and how long it waits before the second time; absent: upstream's 5 and 500 ms. */
  readonly attempts?: number
  readonly firstDelayMs?: number
  /** Told of each attempt: for metrics. */
  attempted?(result: CallResult, durationMs: number): void
}

export type CallResult = 'success' | 'timeout' | 'error'

const GROWTH = 1.5
const JITTER = 0.2

/** A call that failed for good. What it says is for the log: it may name addresses. */
export class WebhookFailure extends Error {
  readonly result: CallResult

  constructor(result: CallResult, message: string) {
    super(message)
    this.result = result
  }
}

/** Asks a webhook and reads its answer as JSON. What may be over in a moment (a connection that broke, 429, 500, 504) is tried again. */
export async function askWebhook(caller: WebhookCaller, body: unknown): Promise<unknown> {
  const { clock, random, attempts = 5 } = caller
  let delayMs = caller.firstDelayMs ?? 500
  for (let attempt = 1; ; attempt += 1) {
    const startedMs = clock.monotonic()
    const outcome = await once(caller, body)
    caller.attempted?.(outcome.result, clock.monotonic() - startedMs)
    if (outcome.result === 'success') return outcome.value
    if (!outcome.again || attempt >= attempts) throw new WebhookFailure(outcome.result, outcome.message)
    await sleep(clock, delayMs * (1 + JITTER * random.next()))
    delayMs *= GROWTH
  }
}

type Outcome = { readonly result: 'success'; readonly value: unknown } | { readonly result: 'timeout' | 'error'; readonly again: boolean; readonly message: string }

async function once({ post, clock, timeoutMs }: WebhookCaller, body: unknown): Promise<Outcome> {
  const control = new AbortController()
  const timer = clock.after(timeoutMs, () => control.abort(), { background: true })
  try {
    const { status, body: text, retryAfter } = await post(body, control.signal)
    if (status < 200 || status > 299) return { result: status === 504 ? 'timeout' : 'error', again: status === 429 || status === 500 || status === 504 || retryAfter !== undefined, message: `the webhook answered ${status}` }
    return { result: 'success', value: JSON.parse(text) as unknown }
  } catch (error) {
    if (control.signal.aborted) return { result: 'timeout', again: false, message: `no answer within ${timeoutMs} ms` }
    const { code } = error as { code?: string }
    return { result: 'error', again: code === 'ECONNRESET' || code === 'EPIPE', message: errorMessage(error) }
  } finally {
    timer.cancel()
  }
}
