import { Events } from '../../api/core/event.ts'
import type { Event } from '../../api/core/event.ts'
import { StatusError } from '../../machinery/status.ts'
import type { AdmissionPlugin, AdmissionRequest } from './admission.ts'

export interface EventLimit {
  readonly type: 'Server' | 'Namespace' | 'User' | 'SourceAndObject'
  readonly qps: number
  readonly burst: number
  /** How many keys are told apart; the one used longest ago is forgotten first. */
  readonly cacheSize?: number
}

const DEFAULT_CACHE_SIZE = 4096

interface Bucket {
  tokens: number
  atMs: number
}

/** Bounds how many events are taken in: per server, namespace, user, or source and object. */
export function eventRateLimit(limits: readonly EventLimit[]): AdmissionPlugin {
  const buckets = limits.map(() => new Map<string, Bucket>())
  return {
    name: 'EventRateLimit',
    handles: ({ operation, resource, dryRun }) => !dryRun && resource.kind === Events.kind && (operation === 'CREATE' || operation === 'UPDATE'),

    validate(request, { clock }) {
      const now = clock.monotonic()
      const refused = limits.filter((limit, index) => !take(buckets[index]!, keyOf(limit, request), limit, now))
      if (refused.length > 0) throw new StatusError('TooManyRequests', `limit reached on type ${refused[0]!.type} for key ${keyOf(refused[0]!, request)}`, { retryAfterSeconds: 1 })
    },
  }
}

function take(buckets: Map<string, Bucket>, key: string, { qps, burst, cacheSize = DEFAULT_CACHE_SIZE }: EventLimit, nowMs: number): boolean {
  const bucket = buckets.get(key) ?? { tokens: burst, atMs: nowMs }
  const tokens = Math.min(burst, bucket.tokens + ((nowMs - bucket.atMs) / 1000) * qps)
  buckets.delete(key)
  buckets.set(key, { tokens: tokens >= 1 ? tokens - 1 : tokens, atMs: nowMs })
  if (buckets.size > cacheSize) buckets.delete(buckets.keys().next().value!)
  return tokens >= 1
}

function keyOf({ type }: EventLimit, { namespace = '', user, object }: AdmissionRequest): string {
  if (type === 'Server') return ''
  if (type === 'Namespace') return namespace
  if (type === 'User') return user.name
  const { source, involvedObject } = object as Event
  return [source?.component, source?.host, involvedObject?.kind, involvedObject?.namespace, involvedObject?.name, String(involvedObject?.uid ?? ''), involvedObject?.apiVersion].map(part => part ?? '').join('')
}
