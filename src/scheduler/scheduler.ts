import { Nodes, type Node } from '../api/core/node.ts'
import { Pods, type Pod } from '../api/core/pod/pod.ts'
import { isPodFinished, podPriority } from '../api/core/pod/predicates.ts'
import { PodDisruptionBudgets } from '../api/policy/pod-disruption-budget.ts'
import type { AnyResource, KubeObject, Resource } from '../api/resource.ts'
import type { Cache } from '../client/cache.ts'
import type { Client } from '../client/client.ts'
import { eventRecorder } from '../client/events.ts'
import type { Change } from '../client/informer.ts'
import type { Clock } from '../machinery/clock.ts'
import { errorMessage, type Log } from '../machinery/log.ts'
import type { Random } from '../machinery/random.ts'
import { decide, describeUnfit, type Unfit } from './decide.ts'
import { nodeStore } from './node-store.ts'
import { nominator } from './nominator.ts'
import { reportFailure } from './pod-status.ts'
import type { WeightedPlugin } from './plugins/index.ts'
import { preempt } from './preempt.ts'
import { planPreemption, type Victims } from './preemption.ts'
import { schedulingQueue, type QueuedPod } from './queue.ts'

export interface SchedulingOptions {
  readonly client: Client
  readonly cache: Cache
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly plugins: readonly WeightedPlugin[]
  /** Pods that name this scheduler are its own. */
  readonly name: string
  readonly signal: AbortSignal
}

/** So many pods may be on their way into the API at once; more would only keep others waiting. */
const MOST_IN_FLIGHT = 64
/** The pod as the API shows it now, if it is still the same one. */
function currentPod(cache: Cache, { metadata }: Pod): Pod | undefined {
  const pod = cache.get(Pods, metadata)
  return pod?.metadata.uid === metadata.uid ? pod : undefined
}

const NO_NODES = 'no nodes available to schedule pods'

/** Schedules until the signal is aborted and what was begun has ended. */
export function schedule(options: SchedulingOptions) {
  const { client, cache, clock, random, log, plugins, name, signal } = options
  const queue = schedulingQueue(clock, plugins.map(({ plugin }) => plugin))
  const nodes = nodeStore(cache)
  const promises = nominator()
  const events = eventRecorder({ client, clock, log, component: name })
  const inFlight = new Set<Promise<void>>()
  let start = 0
  let ready = false

  const isOurs = (pod: Pod): boolean => !pod.spec.nodeName && pod.spec.schedulerName === name && !isPodFinished(pod) && !pod.metadata.deletionTimestamp

  const onPod = ({ old, object }: Change<Pod>): void => {
    const { uid } = (object ?? old)!.metadata
    if (old && object && old.metadata.uid !== object.metadata.uid) onPod({ old, object: undefined })
    nodes.setPod(uid, object)
    if (object && isOurs(object)) {
      if (nodes.isReserved(uid)) return
      if (object.status.nominatedNodeName) promises.set(object, object.status.nominatedNodeName)
      else if (old?.status.nominatedNodeName) promises.remove(uid)
      queue.set(object)
    } else {
      promises.remove(uid)
      queue.remove(uid)
    }
  }
  const onChange = (resource: AnyResource) => (change: Change): void => {
    if (resource === Pods) onPod(change as Change<Pod>)
    else if (resource === Nodes) nodes.setNode((change.object ?? change.old)!.metadata.name, change.object as Node | undefined)
    queue.changed(resource, change.old, change.object)
  }

  const fail = async (entry: QueuedPod, reason: 'Unschedulable' | 'SchedulerError', message: string, promised?: string): Promise<void> => {
    const pod = currentPod(cache, entry.pod)
    if (!pod || signal.aborted) return
    events.event(pod, 'Warning', 'FailedScheduling', message)
    await reportFailure(client, clock, pod, reason, message, promised)
  }
  const unfit = (entry: QueuedPod, pod: Pod, why: Unfit): Promise<void> => {
    const budgets = cache.list(PodDisruptionBudgets)
    const plan = planPreemption(pod, why, nodes.snapshot, { plugins, budgets, nominated: promises.on, random })
    queue.failed(entry, { rejectedBy: why.rejectedBy })
    if ('victims' in plan) return makeRoom(entry, pod, why, plan.victims)
    if (plan.hopeless) promises.remove(entry.uid)
    return fail(entry, 'Unschedulable', describeUnfit(why, plan.message), plan.hopeless ? '' : undefined)
  }
  /** The pod is promised the room and waits until those in it have gone. */
  const makeRoom = async (entry: QueuedPod, pod: Pod, why: Unfit, victims: Victims): Promise<void> => {
    const outbid = promises.on(victims.node).filter(other => podPriority(other) < podPriority(pod))
    for (const { metadata } of outbid) promises.remove(metadata.uid)
    promises.set(pod, victims.node)
    const release = queue.hold(entry.uid)
    let done = false
    try {
      await Promise.all([preempt(pod, victims, outbid, { client, clock, events, name }), fail(entry, 'Unschedulable', describeUnfit(why), victims.node)])
      done = true
    } catch (error) {
      if (!signal.aborted) log.warn(`no room was made on ${victims.node} for ${pod.metadata.namespace}/${pod.metadata.name}: ${errorMessage(error)}`)
    } finally {
      if (!done) promises.remove(entry.uid)
      release(!done)
    }
  }
  const bind = async (entry: QueuedPod, node: string): Promise<void> => {
    const { pod, uid } = entry
    try {
      await using reservation = nodes.reserve(pod, node, () => queue.changed(Pods, { ...pod, spec: { ...pod.spec, nodeName: node } } as KubeObject, undefined))
      promises.remove(uid)
      using held = new DisposableStack()
      for (const { plugin } of plugins) held.use(plugin.reserve?.(pod, node))
      for (const { plugin } of plugins) {
        const refused = await plugin.permit?.(pod, node, signal)
        if (!refused) continue
        queue.failed(entry, { rejectedBy: new Set([plugin.name]) })
        return await fail(entry, 'Unschedulable', refused.reasons.join(', '))
      }
      await plugins.find(({ plugin }) => plugin.bind)!.plugin.bind!(pod, node, client)
      held.move()
      reservation.commit()
      queue.done(uid)
      events.event(pod, 'Normal', 'Scheduled', `Successfully assigned ${pod.metadata.namespace}/${pod.metadata.name} to ${node}`)
    } catch (error) {
      if (signal.aborted || !currentPod(cache, pod)) return queue.done(uid)
      log.warn(`${pod.metadata.namespace}/${pod.metadata.name} was not bound to ${node}: ${errorMessage(error)}`)
      queue.failed(entry, {})
      await fail(entry, 'SchedulerError', `binding rejected: ${errorMessage(error)}`)
    }
  }
  /** Decides at once; what follows from the decision goes on by itself. */
  const next = (entry: QueuedPod): Promise<void> => {
    const pod = currentPod(cache, entry.pod)
    if (!pod || !isOurs(pod) || nodes.isReserved(entry.uid)) {
      queue.done(entry.uid)
      return Promise.resolve()
    }
    const { snapshot } = nodes
    if (snapshot.nodes.length === 0) {
      queue.failed(entry, { rejectedBy: new Set(plugins.map(({ plugin }) => plugin.name)) })
      return fail(entry, 'Unschedulable', NO_NODES)
    }
    const decision = decide(pod, snapshot, { plugins, random, start, nominated: promises.on, promised: promises.nodeOf(entry.uid) })
    start = (start + decision.looked) % snapshot.nodes.length
    return 'node' in decision ? bind({ ...entry, pod }, decision.node) : unfit(entry, pod, decision.unfit)
  }
  const attempt = async (entry: QueuedPod): Promise<void> => {
    try {
      await next(entry)
    } catch (error) {
      if (signal.aborted) return
      log.error(`${entry.pod.metadata.namespace}/${entry.pod.metadata.name}: ${errorMessage(error)}`)
      queue.failed(entry, {})
      await fail(entry, 'SchedulerError', errorMessage(error)).catch(failure => log.warn(`the pod's condition was not written: ${errorMessage(failure)}`))
    }
  }
  const run = async (): Promise<void> => {
    const kinds = [...new Set<AnyResource>([Nodes, Pods, PodDisruptionBudgets, ...plugins.flatMap(({ plugin }) => [...plugin.reads ?? [], ...plugin.requeueOn.map(({ resource }) => resource)])])]
    await Promise.all(kinds.map(kind => cache.informer(kind as Resource).waitForSync()))
    const endings = kinds.map(kind => cache.informer(kind as Resource).onChange(onChange(kind)))
    ready = true
    for (let entry = await queue.take(); entry; entry = await queue.take()) {
      const work = attempt(entry)
      inFlight.add(work)
      void work.finally(() => inFlight.delete(work))
      if (inFlight.size >= MOST_IN_FLIGHT) await Promise.race(inFlight)
    }
    for (const end of endings) end()
    await Promise.all(inFlight)
    await events.flush()
  }
  signal.addEventListener('abort', () => queue.close(), { once: true })
  return {
    get busy() {
      return !ready || queue.length > 0 || inFlight.size > 0
    },
    done: run().catch(error => { if (!signal.aborted) log.error(`the scheduler ended: ${errorMessage(error)}`) }),
  }
}
