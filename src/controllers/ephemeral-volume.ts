import { PersistentVolumeClaims } from '../api/core/persistent-volume-claim.ts'
import { Pods, type Pod } from '../api/core/pod/pod.ts'
import { isPodFinished } from '../api/core/pod/predicates.ts'
import { isReason } from '../machinery/status.ts'
import { controllerOf, controllerReference } from './claim.ts'
import { defineController, type Context } from './framework.ts'

type Volume = NonNullable<Pod['spec']['volumes']>[number]

/** Makes the claims of volumes that live as long as their pod; they belong to it and go with it. */
export const ephemeralVolumeController = defineController<Pod>({
  name: 'ephemeral-volume',
  for: Pods,
  owns: [PersistentVolumeClaims],
  async reconcile(pod, context) {
    if (pod.metadata.deletionTimestamp || isPodFinished(pod)) return
    for (const volume of pod.spec.volumes ?? []) if (volume.ephemeral) await ensureClaim(pod, volume, context)
  },
})

async function ensureClaim(pod: Pod, volume: Volume, { cache, client, events }: Context): Promise<void> {
  const ref = { namespace: pod.metadata.namespace, name: `${pod.metadata.name}-${volume.name}` }
  const existing = cache.get(PersistentVolumeClaims, ref)
  if (existing) {
    if (controllerOf(existing)?.uid === pod.metadata.uid) return
    throw new Error(`PVC ${JSON.stringify(`${ref.namespace}/${ref.name}`)} was not created for pod ${JSON.stringify(`${ref.namespace}/${pod.metadata.name}`)} (pod is not owner)`)
  }
  const { metadata, spec } = volume.ephemeral!.volumeClaimTemplate!
  const { labels, annotations } = metadata ?? {}
  try {
    await client.create(PersistentVolumeClaims, {
      metadata: { ...ref, ...(labels && { labels }), ...(annotations && { annotations }), ownerReferences: [controllerReference(Pods, pod)] }, spec,
    } as never)
  } catch (error) {
    if (isReason(error, 'AlreadyExists')) return
    events.event(pod, 'Warning', 'FailedBinding', `ephemeral volume controller: create PVC ${ref.name}: ${(error as Error).message}`)
    throw error
  }
}
