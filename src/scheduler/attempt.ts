import { Pods, type Pod } from '../api/core/pod/pod.ts'
import { isPodFinished, podPriority } from '../api/core/pod/predicates.ts'
import { PodDisruptionBudgets } from '../api/policy/pod-disruption-budget.ts'
import type { EventRecorder } from '../client/events.ts'
import { errorMessage } from '../machinery/log.ts'
import { isReason } from '../machinery/status.ts'
import { decide, describeUnfit, type Unfit } from './decide.ts'
import type { NodeStore } from './node-store.ts'
import type { Nominator } from './nominator.ts'
import { reportFailure } from './pod-status.ts'
import type { BindingContext } from './plugin.ts'
import { preempt } from './preempt.ts'
import { planPreemption, type Victims } from './preemption.ts'
import type { QueuedPod, SchedulingQueue } from './queue.ts'
import type { SchedulingOptions } from './scheduling-options.ts'

/** Everything that attempts share. */
export interface Scheduling extends SchedulingOptions, BindingContext {
  readonly queue: SchedulingQueue
  readonly nodes: NodeStore
  readonly promises: Nominator
  readonly events: EventRecorder
}

const NO_NODES = 'no nodes available to schedule pods'

/** Whether the pod waits for a node from the scheduler of this name. */
export const isOurs = (pod: Pod, name: string): boolean =>
  !pod.spec.nodeName && pod.spec.schedulerName === name && !isPodFinished(pod) && !pod.metadata.deletionTimestamp

const nameOf = ({ metadata }: Pod): string => `${metadata.namespace}/${metadata.name}`

/** The pod as the API shows it now, if it is still the same one. */
function currentPod({ cache }: Scheduling, { metadata }: Pod): Pod | undefined {
  const pod = cache.get(Pods, metadata)
  return pod?.metadata.uid === metadata.uid ? pod : undefined
}

/** Makes the function that decides on a pod at once; what follows from the decision goes on by itself until the promise resolves. */
export function attempts(scheduling: Scheduling): (entry: QueuedPod) => Promise<void> {
  const { queue, log, signal } = scheduling
  const next = nextOf(scheduling)
  return async entry => {
    try {
      await next(entry)
    } catch (error) {
      if (signal.aborted) return
      log.error(`${nameOf(entry.pod)}: ${errorMessage(error)}`)
      queue.failed(entry, {})
      await fail(scheduling, entry.pod, 'SchedulerError', errorMessage(error)).catch(failure => log.warn(`${nameOf(entry.pod)}: its condition was not written: ${errorMessage(failure)}`))
    }
  }
}

function nextOf(scheduling: Scheduling): (entry: QueuedPod) => Promise<void> {
  const { nodes, queue, plugins, random, promises, name } = scheduling
  let start = 0
  return entry => {
    const pod = currentPod(scheduling, entry.pod)
    if (!pod || !isOurs(pod, name) || nodes.isReserved(entry.uid)) {
      queue.done(entry.uid)
      return Promise.resolve()
    }
    const { snapshot } = nodes
    if (snapshot.nodes.length === 0) {
      queue.failed(entry, { rejectedBy: new Set(plugins.map(({ plugin }) => plugin.name)) })
      return fail(scheduling, pod, 'Unschedulable', NO_NODES)
    }
    const decision = decide(pod, snapshot, { plugins, random, start, nominated: promises.on, promised: promises.nodeOf(entry.uid) })
    start = (start + decision.looked) % snapshot.nodes.length
    return 'node' in decision ? bind(scheduling, entry, pod, decision.node) : giveUp(scheduling, entry, pod, decision.unfit)
  }
}

/** Puts the pod on the node. It counts there from now on, and no longer when that fails. */
async function bind(scheduling: Scheduling, entry: QueuedPod, pod: Pod, node: string): Promise<void> {
  const { nodes, queue, promises, plugins, events, log, signal } = scheduling
  try {
    await using reservation = nodes.reserve(pod, node, () => queue.changed(Pods, { ...pod, spec: { ...pod.spec, nodeName: node } } as Pod, undefined))
    promises.remove(entry.uid)
    using taken = new DisposableStack()
    for (const { plugin } of plugins) taken.use(plugin.reserve?.(pod, node))
    for (const { plugin } of plugins) {
      const refused = await plugin.permit?.(pod, node, scheduling)
      if (!refused) continue
      queue.failed(entry, { rejectedBy: new Set([plugin.name]) })
      return await fail(scheduling, pod, 'Unschedulable', refused.reasons.join(', '))
    }
    for (const { plugin } of plugins) await running('PreBind', plugin.name, plugin.preBind?.(pod, node, scheduling))
    const binder = plugins.find(({ plugin }) => plugin.bind)!.plugin
    await running('Bind', binder.name, binder.bind!(pod, node, scheduling))
    taken.move()
    reservation.commit()
    queue.done(entry.uid)
    events.event(pod, 'Normal', 'Scheduled', `Successfully assigned ${nameOf(pod)} to ${node}`)
  } catch (error) {
    if (signal.aborted || !currentPod(scheduling, pod)) return queue.done(entry.uid)
    log.warn(`${nameOf(pod)} was not bound to ${node}: ${errorMessage(error)}`)
    queue.failed(entry, {})
    // A conflict means that somebody else was there first: the cache will tell what they did.
    if (!isReason((error as Error).cause, 'Conflict')) await fail(scheduling, pod, 'SchedulerError', errorMessage(error))
  }
}

/** Says of a failure at which point it was; worded as upstream's. */
async function running(point: 'PreBind' | 'Bind', plugin: string, work: Promise<void> | undefined): Promise<void> {
  try {
    await work
  } catch (error) {
    throw new Error(`${point === 'Bind' ? 'binding rejected: ' : ''}running ${point} plugin "${plugin}": ${errorMessage(error)}`, { cause: error })
  }
}

/** No node will do: makes room if others are less important, and tells the pod. */
function giveUp(scheduling: Scheduling, entry: QueuedPod, pod: Pod, why: Unfit): Promise<void> {
  const { queue, nodes, cache, plugins, promises, random } = scheduling
  const plan = planPreemption(pod, why, nodes.snapshot, { plugins, random, nominated: promises.on, budgets: cache.list(PodDisruptionBudgets) })
  queue.failed(entry, { rejectedBy: why.rejectedBy })
  if ('victims' in plan) return makeRoom(scheduling, entry, pod, why, plan.victims)
  if (plan.hopeless) promises.remove(entry.uid)
  return fail(scheduling, pod, 'Unschedulable', describeUnfit(why, plan.message), plan.hopeless ? '' : undefined)
}

/** The pod is promised the room, and waits until those who are in it have gone. */
async function makeRoom(scheduling: Scheduling, entry: QueuedPod, pod: Pod, why: Unfit, victims: Victims): Promise<void> {
  const { promises, queue, log, signal } = scheduling
  const outbid = promises.on(victims.node).filter(other => podPriority(other) < podPriority(pod))
  for (const { metadata } of outbid) promises.remove(metadata.uid)
  promises.set(pod, victims.node)
  const release = queue.hold(entry.uid)
  try {
    await Promise.all([preempt(pod, victims, outbid, scheduling), fail(scheduling, pod, 'Unschedulable', describeUnfit(why), victims.node)])
    release(false)
  } catch (error) {
    if (!signal.aborted) log.warn(`no room was made on ${victims.node} for ${nameOf(pod)}: ${errorMessage(error)}`)
    promises.remove(entry.uid)
    release(true)
  }
}

/** Tells the pod, and those who look at its events, why it has no node. */
async function fail(scheduling: Scheduling, { metadata }: Pod, reason: 'Unschedulable' | 'SchedulerError', message: string, promised?: string): Promise<void> {
  const pod = currentPod(scheduling, { metadata } as Pod)
  if (!pod || pod.spec.nodeName || scheduling.signal.aborted) return
  scheduling.events.event(pod, 'Warning', 'FailedScheduling', message)
  await reportFailure(scheduling.client, scheduling.clock, pod, reason, message, promised)
}
