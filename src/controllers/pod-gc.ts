import { Nodes } from '../api/core/node.ts'
import { Pods, type Pod } from '../api/core/pod/pod.ts'
import { isPodFinished } from '../api/core/pod/predicates.ts'
import { isReason } from '../machinery/status.ts'
import { withCondition } from './conditions.ts'
import { defineController, watched, type Context, type ControllerModule } from './framework.ts'
import { patchPodStatus } from './pod-control.ts'

/** A node must have been missing for this long before its pods are given up. */
const QUARANTINE_MS = 40_000
const FINISHED = 'finished'

/** Removes pods that nobody else removes: of nodes that are gone, never scheduled and being deleted, or finished and too many. */
export const podGcController: ControllerModule = { name: 'pod-gc', start: options => podGc(new Map()).start(options) }

const podGc = (missingSince: Map<string, number>) => defineController<Pod>({
  name: 'pod-gc',
  identity: 'pod-garbage-collector',
  for: Pods,
  watches: [watched(Nodes, (node, cache) => cache.list(Pods, { index: ['node', node.metadata.name] }).map(pod => pod.metadata))],
  prepare(cache) {
    cache.informer(Pods).addIndex('node', pod => (pod.spec.nodeName ? [pod.spec.nodeName] : []))
    cache.informer(Pods).addIndex(FINISHED, pod => (isPodFinished(pod) ? [''] : []))
  },
  async reconcile(pod, context) {
    const { nodeName } = pod.spec
    if (!nodeName) return pod.metadata.deletionTimestamp ? remove(pod, 'PodGC: node is not assigned', context, false) : undefined
    if (!context.cache.get(Nodes, { name: nodeName })) return orphaned(pod, missingSince, context)
    missingSince.delete(nodeName)
    if (isPodFinished(pod) && !pod.metadata.deletionTimestamp) await removeSurplus(context)
  },
})

async function orphaned(pod: Pod, missingSince: Map<string, number>, context: Context): Promise<{ afterMs: number } | void> {
  const name = pod.spec.nodeName!
  const now = context.clock.now()
  if (!missingSince.has(name)) missingSince.set(name, now)
  const leftMs = missingSince.get(name)! + QUARANTINE_MS - now
  if (leftMs > 0) return { afterMs: leftMs }
  const exists = await context.client.get(Nodes, { name }).then(() => true, error => {
    if (isReason(error, 'NotFound')) return false
    throw error
  })
  if (!exists) await remove(pod, 'PodGC: node no longer exists', context, true)
}

async function removeSurplus(context: Context): Promise<void> {
  const { terminatedPodThreshold } = context.settings
  const finished = context.cache.list(Pods, { index: [FINISHED, ''] })
  if (terminatedPodThreshold <= 0 || finished.length <= terminatedPodThreshold) return
  const oldest = [...finished].sort((a, b) => Date.parse(a.metadata.creationTimestamp) - Date.parse(b.metadata.creationTimestamp) || (a.metadata.name < b.metadata.name ? -1 : 1))
  for (const pod of oldest.slice(0, finished.length - terminatedPodThreshold)) await remove(pod, '', context, false)
}

/** Deletes without grace; a pod that was interrupted is marked as failed first, so that its owner counts it so. */
async function remove(pod: Pod, message: string, { client, clock }: Context, disrupted: boolean): Promise<void> {
  // A pod that only waits for its finalizers is as good as gone: asking again would change nothing but its version, and wake this very key.
  if (isPodFinished(pod) && pod.metadata.deletionGracePeriodSeconds === 0) return
  try {
    if (!isPodFinished(pod)) {
      const condition = { type: 'DisruptionTarget', status: 'True', reason: 'DeletionByPodGC', message }
      const conditions = disrupted ? withCondition(pod.status.conditions, condition, clock.now()) : pod.status.conditions
      await patchPodStatus(client, pod, { phase: 'Failed', ...(conditions && { conditions }) })
    }
    await client.delete(Pods, pod.metadata, { gracePeriodSeconds: 0, preconditions: { uid: pod.metadata.uid } })
  } catch (error) {
    if (!isReason(error, 'NotFound')) throw error
  }
}
