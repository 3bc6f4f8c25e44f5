import { Pods, type Pod } from '../api/core/pod/pod.ts'
import type { Client } from '../client/client.ts'
import { isReason } from '../machinery/status.ts'

/** Keeps the pod of a job until its end has been counted (KEP-2307). */
export const TRACKING = 'batch.kubernetes.io/job-tracking'

export const isTracked = ({ metadata }: Pod): boolean => metadata.finalizers?.includes(TRACKING) ?? false

/** Lets a pod go; one that is gone already is no fault. */
export async function untrack(client: Client, { metadata }: Pod): Promise<void> {
  const finalizers = (metadata.finalizers ?? []).filter(name => name !== TRACKING)
  const patch = { metadata: { uid: metadata.uid, resourceVersion: metadata.resourceVersion, finalizers } }
  await client.patch(Pods, metadata, patch, { type: 'application/merge-patch+json' }).catch(error => { if (!isReason(error, 'NotFound')) throw error })
}
