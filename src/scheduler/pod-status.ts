import { Pods, type Pod } from '../api/core/pod/pod.ts'
import { podCondition } from '../api/core/pod/predicates.ts'
import type { Client } from '../client/client.ts'
import { timestamp, type Clock } from '../machinery/clock.ts'
import { isReason } from '../machinery/status.ts'

const PATCH = { type: 'application/strategic-merge-patch+json', subresource: 'status' } as const

/** A condition as a patch brings it in: an unchanged status keeps its time. */
function conditionOf(pod: Pod, type: string, status: 'True' | 'False', reason: string, message: string, now: number) {
  const old = podCondition(pod, type)
  const since = old?.status === status ? old.lastTransitionTime : undefined
  return { type, status, reason, message, observedGeneration: pod.metadata.generation, lastProbeTime: null, lastTransitionTime: since ?? timestamp(now) }
}

/** Writes why the pod has no node, and on which one room is being made for it (''; on none any more). Writes nothing that is already there. */
export async function reportFailure(client: Client, clock: Clock, pod: Pod, reason: string, message: string, nominatedNode?: string): Promise<void> {
  const old = podCondition(pod, 'PodScheduled')
  const condition = conditionOf(pod, 'PodScheduled', 'False', reason, message, clock.now())
  const known = old?.status === 'False' && old.reason === reason && old.message === message && old.observedGeneration === condition.observedGeneration
  const nominated = nominatedNode !== undefined && nominatedNode !== (pod.status.nominatedNodeName ?? '')
  if (known && !nominated) return
  const status = { ...(!known && { conditions: [condition] }), ...(nominated && { nominatedNodeName: nominatedNode || null }) }
  await patchStatus(client, pod, status)
}

/** Tells a pod why it has to go (KEP-3329). */
export const markDisrupted = (client: Client, clock: Clock, pod: Pod, message: string): Promise<void> =>
  patchStatus(client, pod, { conditions: [conditionOf(pod, 'DisruptionTarget', 'True', 'PreemptionByScheduler', message, clock.now())] })

/** Takes back the promise of room. */
export const clearNomination = (client: Client, pod: Pod): Promise<void> => patchStatus(client, pod, { nominatedNodeName: null })

async function patchStatus(client: Client, { metadata: { name, namespace, uid } }: Pod, status: object): Promise<void> {
  try {
    await client.patch(Pods, { name, namespace }, { metadata: { uid }, status }, PATCH)
  } catch (error) {
    // Gone, or replaced by another of its name: there is nobody left to tell.
    if (!isReason(error, 'NotFound') && !isReason(error, 'Conflict')) throw error
  }
}
