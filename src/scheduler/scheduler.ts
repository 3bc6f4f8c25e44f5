import { Nodes, type Node } from '../api/core/node.ts'
import { Pods, type Pod } from '../api/core/pod/pod.ts'
import { PodDisruptionBudgets } from '../api/policy/pod-disruption-budget.ts'
import type { AnyResource, Resource } from '../api/resource.ts'
import { eventRecorder } from '../client/events.ts'
import type { Change } from '../client/informer.ts'
import { errorMessage } from '../machinery/log.ts'
import { attempts, isOurs, type Scheduling } from './attempt.ts'
import { nodeStore } from './node-store.ts'
import { nominator } from './nominator.ts'
import type { WeightedPlugin } from './plugins/index.ts'
import { schedulingQueue } from './queue.ts'
import type { SchedulingOptions } from './scheduling-options.ts'

/** So many pods may be on their way into the API at once; more would only keep others waiting. */
const MOST_IN_FLIGHT = 64
/** After deciding for so long others in this process have their turn. */
const LONGEST_TURN_MS = 10

/** Schedules until the signal is aborted; `done` when what was begun has ended. */
export function schedule(options: SchedulingOptions): { readonly busy: boolean; readonly done: Promise<void> } {
  const { client, cache, clock, log, plugins, name, signal } = options
  const queue = schedulingQueue(clock, plugins.map(({ plugin }) => plugin))
  let idle = 0
  const scheduling: Scheduling = {
    ...options,
    async idle(work) {
      idle++
      try {
        return await work
      } finally {
        idle--
      }
    },
    queue, nodes: nodeStore(cache), promises: nominator(), events: eventRecorder({ client, clock, log, component: name }),
  }
  const attempt = attempts(scheduling)
  const inFlight = new Set<Promise<void>>()
  let ready = false

  const run = async (): Promise<void> => {
    const { read, heard } = kindsOf(plugins)
    await Promise.all([...read].map(kind => cache.informer(kind as Resource).waitForSync()))
    const endings = [...heard].map(kind => cache.informer(kind as Resource).onChange(listener(kind, scheduling)))
    ready = true
    let since = clock.monotonic()
    for (let entry = await queue.take(); entry; entry = await queue.take()) {
      const work = attempt(entry)
      inFlight.add(work)
      void work.finally(() => inFlight.delete(work))
      if (inFlight.size - idle < MOST_IN_FLIGHT && clock.monotonic() - since < LONGEST_TURN_MS) continue
      await Promise.race(inFlight)
      since = clock.monotonic()
    }
    for (const end of endings) end()
    await Promise.all(inFlight)
    await scheduling.events.flush()
  }
  signal.addEventListener('abort', () => queue.close(), { once: true })
  return {
    get busy() {
      return !ready || queue.length > 0 || inFlight.size > idle
    },
    done: run().catch(error => { if (!signal.aborted) log.error(`the scheduler ended: ${errorMessage(error)}`) }),
  }
}

/** The kinds to have at hand, and among them those whose changes matter. Nodes stand first, so that a pod finds them. */
function kindsOf(plugins: readonly WeightedPlugin[]): { read: ReadonlySet<AnyResource>; heard: ReadonlySet<AnyResource> } {
  const heard = new Set<AnyResource>([Nodes, Pods, ...plugins.flatMap(({ plugin }) => plugin.requeueOn.map(({ resource }) => resource))])
  return { heard, read: new Set([...heard, PodDisruptionBudgets, ...plugins.flatMap(({ plugin }) => plugin.reads ?? [])]) }
}

function listener(resource: AnyResource, { queue, nodes, promises, name }: Scheduling): (change: Change) => void {
  const onPod = ({ old, object }: Change<Pod>): void => {
    if (old && object && old.metadata.uid !== object.metadata.uid) onPod({ old, object: undefined })
    const { uid } = (object ?? old)!.metadata
    nodes.setPod(uid, object)
    if (!object || !isOurs(object, name)) {
      promises.remove(uid)
      queue.remove(uid)
    } else if (!nodes.isReserved(uid)) {
      if (object.status.nominatedNodeName) promises.set(object, object.status.nominatedNodeName)
      else if (old?.status.nominatedNodeName) promises.remove(uid)
      queue.set(object)
    }
  }
  const onNode = ({ old, object }: Change<Node>): void => nodes.setNode((object ?? old)!.metadata.name, object)
  const note = resource === Pods ? onPod : resource === Nodes ? onNode : undefined
  return change => {
    note?.(change as Change<Pod> & Change<Node>)
    queue.changed(resource, change.old, change.object)
  }
}
