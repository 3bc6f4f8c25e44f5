import { Pods, type Pod } from '../api/core/pod/pod.ts'
import type { Client } from '../client/client.ts'
import type { EventRecorder } from '../client/events.ts'
import { type Clock } from '../machinery/clock.ts'
import { isReason } from '../machinery/status.ts'
import { clearNomination, markDisrupted } from './pod-status.ts'
import type { Victims } from './preemption.ts'

export interface PreemptContext {
  readonly client: Client
  readonly clock: Clock
  readonly events: EventRecorder
  /** The scheduler's name. */
  readonly name: string
}

/** Makes room for a pod: tells the victims why, and deletes them. `outbid`: less important pods that were promised the same room. */
export async function preempt(preemptor: Pod, { node, pods }: Victims, outbid: readonly Pod[], { client, clock, events, name }: PreemptContext): Promise<void> {
  const leave = async (victim: Pod): Promise<void> => {
    if (victim.metadata.deletionTimestamp) return
    await markDisrupted(client, clock, victim, `${name}: preempting to accommodate a higher priority pod`)
    try {
      await client.delete(Pods, victim.metadata, { preconditions: { uid: victim.metadata.uid } })
    } catch (error) {
      // Gone by itself: the room is there all the same.
      if (!isReason(error, 'NotFound') && !isReason(error, 'Conflict')) throw error
      return
    }
    events.event(victim, 'Normal', 'Preempted', `Preempted by pod ${preemptor.metadata.uid} on node ${node}`)
  }
  await Promise.all([...pods.map(leave), ...outbid.map(pod => clearNomination(client, pod))])
}
