import { Events, type Event } from '../api/core/event.ts'
import type { ObjectReference } from '../api/core/references.ts'
import type { KubeObject } from '../api/resource.ts'
import { timestamp, type Clock } from '../machinery/clock.ts'
import { errorMessage, type Log } from '../machinery/log.ts'
import { isReason } from '../machinery/status.ts'
import type { Client } from './client.ts'

/** What an event is about: an object, or a reference with a field path (`spec.containers{web}`). */
export type EventTarget = KubeObject | ObjectReference

/** Tells people what happened to an object, as `kubectl describe` shows it. Never waits and never throws. */
export interface EventRecorder {
  event(about: EventTarget, type: 'Normal' | 'Warning', reason: string, message: string): void
  /** Resolves when everything recorded so far is written or given up. */
  flush(): Promise<void>
}

export interface RecorderOptions {
  readonly client: Client
  readonly clock: Clock
  readonly log: Log
  /** `replicaset-controller`, `default-scheduler`, `kubelet`. */
  readonly component: string
  /** The node, for parts that run on one. */
  readonly host?: string
}

/** After this many similar events within the window only their number is told. */
const SIMILAR_LIMIT = 10
const SIMILAR_WINDOW_MS = 600_000
/** One object may be talked about this often at once, then once in five minutes. */
const SPAM_BURST = 25
const SPAM_REFILL_MS = 300_000
/** How many keys are remembered; the least recently used are forgotten first. */
const MEMORY = 4096

interface Known { readonly name: string; readonly count: number; readonly first: string }
interface Similar { readonly messages: ReadonlySet<string>; readonly at: number }
interface Bucket { readonly tokens: number; readonly at: number }

/** A map that forgets what was not used for longest. */
class Recent<V> {
  readonly #entries = new Map<string, V>()

  get(key: string): V | undefined {
    return this.#entries.get(key)
  }

  set(key: string, value: V): void {
    this.#entries.delete(key)
    this.#entries.set(key, value)
    if (this.#entries.size > MEMORY) this.#entries.delete(this.#entries.keys().next().value!)
  }
}

/** The reference that stands for an object in an event. */
export const referenceTo = (about: EventTarget): ObjectReference => 'metadata' in about
  ? {
    kind: about.kind, apiVersion: about.apiVersion, name: about.metadata.name, uid: about.metadata.uid, resourceVersion: about.metadata.resourceVersion,
    ...(about.metadata.namespace && { namespace: about.metadata.namespace }),
  }
  : about

/** Makes a recorder. Equal events are counted, similar ones combined, floods dropped; the limits are upstream's. */
export function eventRecorder(options: RecorderOptions): EventRecorder {
  const { clock, log } = options
  const known = new Recent<Known>()
  const similar = new Recent<Similar>()
  const buckets = new Recent<Bucket>()
  let last = 0n
  let writing: Promise<void> = Promise.resolve()

  const allowed = (key: string): boolean => {
    const now = clock.now()
    const { tokens, at } = buckets.get(key) ?? { tokens: SPAM_BURST, at: now }
    const filled = Math.min(SPAM_BURST, tokens + (now - at) / SPAM_REFILL_MS)
    buckets.set(key, { tokens: filled < 1 ? filled : filled - 1, at: now })
    return filled >= 1
  }
  const combined = (key: string, message: string): boolean => {
    const now = clock.now()
    const before = similar.get(key)
    const fresh = !before || now - before.at > SIMILAR_WINDOW_MS
    const messages = new Set(fresh ? [] : before.messages).add(message)
    if (messages.size > SIMILAR_LIMIT) messages.delete(messages.values().next().value!)
    similar.set(key, { messages, at: now })
    return !fresh && (before.messages.size >= SIMILAR_LIMIT)
  }
  /** Names carry the time in nanoseconds; two events never share one. */
  const nameFor = (reference: ObjectReference): string => {
    const now = BigInt(Math.floor(clock.now())) * 1_000_000n
    last = now > last ? now : last + 1n
    return `${reference.name}.${last.toString(16)}`
  }
  const write = async (event: Event, key: string): Promise<void> => {
    const before = known.get(key)
    const namespace = event.metadata.namespace
    if (before) {
      const count = before.count + 1
      try {
        const patch = { count, lastTimestamp: event.lastTimestamp, message: event.message }
        await options.client.patch(Events, { name: before.name, namespace }, patch, { type: 'application/strategic-merge-patch+json' })
        return known.set(key, { ...before, count })
      } catch (error) {
        if (!isReason(error, 'NotFound')) throw error
        event = { ...event, count, firstTimestamp: before.first }
      }
    }
    await options.client.create(Events, event)
    known.set(key, { name: event.metadata.name, count: event.count ?? 1, first: event.firstTimestamp ?? '' })
  }

  return {
    event(about, type, reason, message) {
      const reference = referenceTo(about)
      const subject = [reference.kind, reference.namespace, reference.name, reference.uid, reference.apiVersion, reference.fieldPath].join('|')
      const group = [subject, type, reason].join('|')
      if (!allowed(subject)) return
      const isCombined = combined(group, message)
      const now = timestamp(clock.now())
      const text = isCombined ? `(combined from similar events): ${message}` : message
      const event = {
        kind: 'Event', apiVersion: 'v1', metadata: { name: nameFor(reference), namespace: reference.namespace || 'default' }, involvedObject: reference,
        reason, message: text.slice(0, 1024), type, count: 1, firstTimestamp: now, lastTimestamp: now,
        source: { component: options.component, ...(options.host && { host: options.host }) },
        reportingComponent: options.component, reportingInstance: options.host ?? '',
      } as Event
      writing = writing.then(() => write(event, isCombined ? group : `${group}|${message}`)).catch(error => {
        // Events of a namespace that is going away cannot be written: nothing to report.
        const expected = isReason(error, 'Forbidden') || isReason(error, 'NotFound')
        log[expected ? 'debug' : 'warn'](`event not written: ${errorMessage(error)}`, { reason, object: reference.name })
      })
    },
    flush: () => writing,
  }
}
