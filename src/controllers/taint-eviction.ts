import { Nodes, type Taint } from '../api/core/node.ts'
import { Pods, type Pod } from '../api/core/pod/pod.ts'
import { toleratesTaint } from '../api/core/pod/predicates.ts'
import { isReason } from '../machinery/status.ts'
import { withCondition } from './conditions.ts'
import { defineController, watched, type Context } from './framework.ts'
import { patchPodStatus } from './pod-control.ts'

/** Deletes pods from nodes whose NoExecute taints they do not, or no longer, tolerate. */
export const taintEvictionController = defineController<Pod>({
  name: 'taint-eviction-controller',
  identity: 'node-controller',
  for: Pods,
  watches: [watched(Nodes, (node, cache) => cache.list(Pods, { index: ['node', node.metadata.name] }).map(pod => pod.metadata))],
  prepare: cache => cache.informer(Pods).addIndex('node', pod => (pod.spec.nodeName ? [pod.spec.nodeName] : [])),
  async reconcile(pod, context) {
    if (!pod.spec.nodeName || pod.metadata.deletionTimestamp) return
    const taints = context.cache.get(Nodes, { name: pod.spec.nodeName })?.spec.taints?.filter(({ effect }) => effect === 'NoExecute') ?? []
    const afterMs = untilEviction(pod, taints, context.clock.now())
    if (afterMs === undefined) return
    if (afterMs > 0) return { afterMs }
    await evict(pod, context)
  },
})

/** Milliseconds until the pod must go; undefined: it may stay. */
export function untilEviction(pod: Pod, taints: readonly Taint[], now: number): number | undefined {
  const waits = taints.map(taint => {
    const covering = (pod.spec.tolerations ?? []).filter(toleration => toleratesTaint(toleration, taint))
    if (covering.length === 0) return 0
    const seconds = covering.map(({ tolerationSeconds }) => tolerationSeconds).filter(each => each !== undefined)
    if (seconds.length === 0) return Infinity
    const since = taint.timeAdded ? Date.parse(taint.timeAdded) : now
    return Math.max(0, since + Math.max(0, Math.min(...seconds)) * 1000 - now)
  })
  const soonest = Math.min(Infinity, ...waits)
  return soonest === Infinity ? undefined : soonest
}

async function evict(pod: Pod, { client, clock, events }: Context): Promise<void> {
  const { namespace, name, uid } = pod.metadata
  events.event({ kind: 'Pod', apiVersion: 'v1', namespace, name, uid }, 'Normal', 'TaintManagerEviction', `Marking for deletion Pod ${namespace}/${name}`)
  const condition = { type: 'DisruptionTarget', status: 'True', reason: 'DeletionByTaintManager', message: 'Taint manager: deleting due to NoExecute taint' }
  try {
    await patchPodStatus(client, pod, { conditions: withCondition(pod.status.conditions, condition, clock.now()) })
    await client.delete(Pods, pod.metadata, { preconditions: { uid } })
  } catch (error) {
    if (!isReason(error, 'NotFound')) throw error
  }
}
