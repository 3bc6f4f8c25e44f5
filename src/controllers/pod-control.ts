import { Pods, type Pod } from '../api/core/pod/pod.ts'
import type { PodTemplateSpec } from '../api/core/pod/pod-spec.ts'
import type { AnyResource, KubeObject } from '../api/resource.ts'
import type { Client } from '../client/client.ts'
import type { Draft } from '../machinery/schema/schema.ts'
import { isReason, StatusError } from '../machinery/status.ts'
import { controllerReference } from './claim.ts'
import type { Context } from './framework.ts'

/** The pod that a template asks for, under its owner. */
export function podFromTemplate(template: PodTemplateSpec, resource: AnyResource, owner: KubeObject): Draft<Pod> {
  const { labels, annotations, finalizers } = template.metadata ?? {}
  return {
    metadata: {
      generateName: `${owner.metadata.name}-`, namespace: owner.metadata.namespace,
      ...(labels && { labels }), ...(annotations && { annotations }), ...(finalizers && { finalizers }),
      ownerReferences: [controllerReference(resource, owner)],
    },
    spec: template.spec as Draft<Pod['spec']>,
  }
}

/** Creates a pod and tells of it at its owner. A namespace that is going away takes no pods, and that is no failure. */
export async function createPod({ client, events }: Context, owner: KubeObject, pod: Draft<Pod>): Promise<Pod | undefined> {
  try {
    const made = await client.create(Pods, pod)
    events.event(owner, 'Normal', 'SuccessfulCreate', `Created pod: ${made.metadata.name}`)
    return made
  } catch (error) {
    if (isNamespaceTerminating(error)) return undefined
    events.event(owner, 'Warning', 'FailedCreate', `Error creating: ${(error as Error).message}`)
    throw error
  }
}

/** Deletes a pod and tells of it at its owner; one that is gone already is no failure. */
export async function deletePod({ client, events }: Context, owner: KubeObject, pod: Pod): Promise<void> {
  try {
    await client.delete(Pods, pod.metadata, { preconditions: { uid: pod.metadata.uid } })
    events.event(owner, 'Normal', 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name}`)
  } catch (error) {
    if (isReason(error, 'NotFound') || isReason(error, 'Conflict')) return
    events.event(owner, 'Warning', 'FailedDelete', `Error deleting: ${(error as Error).message}`)
    throw error
  }
}

/** Whether a creation was refused because the namespace is being deleted. */
export const isNamespaceTerminating = (error: unknown): boolean =>
  error instanceof StatusError && (error.details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating') ?? false)

/** Changes a part of a pod's status, provided that it is still the pod that was looked at. */
export const patchPodStatus = (client: Client, { metadata }: Pod, status: Partial<Pod['status']>): Promise<Pod> =>
  client.patch(Pods, metadata, { metadata: { uid: metadata.uid, resourceVersion: metadata.resourceVersion }, status }, { type: 'application/merge-patch+json', subresource: 'status' })
