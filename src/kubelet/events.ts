import { Events } from '../api/core/event.ts'
import type { Pod } from '../api/core/pod/pod.ts'
import type { ObjectReference } from '../api/core/references.ts'
import type { Client } from '../client/client.ts'
import { timestamp, type Clock } from '../machinery/clock.ts'
import { errorMessage, type Log } from '../machinery/log.ts'
import { runtimeUid } from './names.ts'

export type EventType = 'Normal' | 'Warning'

/** Says in the API what happened to an object. Never fails and never waits: an event that cannot be written is dropped with a line in the log. */
export interface EventRecorder {
  record(about: ObjectReference, type: EventType, reason: string, message: string): void
}

const MAX_KNOWN = 4096
const BURST = 25
const REFILL_MS = 300_000

interface Known {
  name: string
  count: number
}

/** Events about a pod, or about one of its containers. */
export function podReference(pod: Pod, container?: { field: 'initContainers' | 'containers' | 'ephemeralContainers'; name: string }): ObjectReference {
  return {
    kind: 'Pod', apiVersion: 'v1', namespace: pod.metadata.namespace, name: pod.metadata.name, uid: runtimeUid(pod),
    ...(pod.metadata.resourceVersion && { resourceVersion: pod.metadata.resourceVersion }),
    ...(container && { fieldPath: `spec.${container.field}{${container.name}}` }),
  }
}

/** Events with counting instead of repeating, and a budget per object, as client-go's recorder has them. */
export function eventRecorder({ client, clock, log, host }: { client: Client; clock: Clock; log: Log; host: string }): EventRecorder {
  const known = new Map<string, Known>()
  const budgets = new Map<string, { tokens: number; atMs: number }>()
  let queue = Promise.resolve()
  let sequence = 0

  const allowed = (about: ObjectReference): boolean => {
    const key = `${about.kind}/${about.uid ?? about.name}`
    const nowMs = clock.now()
    const before = budgets.get(key) ?? { tokens: BURST, atMs: nowMs }
    const tokens = Math.min(BURST, before.tokens + (nowMs - before.atMs) / REFILL_MS)
    budgets.delete(key)
    budgets.set(key, { tokens: Math.max(tokens - 1, 0), atMs: nowMs })
    if (budgets.size > MAX_KNOWN) budgets.delete(budgets.keys().next().value!)
    return tokens >= 1
  }

  const write = async (about: ObjectReference, type: EventType, reason: string, message: string, nowMs: number): Promise<void> => {
    const namespace = about.namespace || 'default'
    const key = JSON.stringify([about.kind, about.uid, about.name, about.fieldPath, type, reason, message])
    const before = known.get(key)
    const time = timestamp(nowMs)
    if (before) {
      before.count++
      const patch = { count: before.count, lastTimestamp: time }
      const done = await client.patch(Events, { namespace, name: before.name }, patch, { type: 'application/strategic-merge-patch+json' }).then(() => true, () => false)
      if (done) return
    }
    const name = `${about.name}.${(nowMs * 1_000_000 + (sequence++ % 1_000_000)).toString(16)}`
    await client.create(Events, {
      metadata: { name, namespace }, involvedObject: about, reason, message, type, count: before?.count ?? 1, firstTimestamp: time, lastTimestamp: time,
      source: { component: 'kubelet', host }, reportingComponent: 'kubelet', reportingInstance: host,
    })
    known.set(key, { name, count: before?.count ?? 1 })
    if (known.size > MAX_KNOWN) known.delete(known.keys().next().value!)
  }

  return {
    record(about, type, reason, message) {
      log.debug(`event ${reason}: ${message}`, { object: `${about.namespace ?? ''}/${about.name ?? ''}` })
      if (!allowed(about)) return
      const nowMs = clock.now()
      // One after the other, so that two equal events in a row find each other's count.
      queue = queue.then(() => write(about, type, reason, message.slice(0, 1024), nowMs)).catch(error =>
        log.debug('an event could not be written', { reason, error: errorMessage(error) }))
    },
  }
}
