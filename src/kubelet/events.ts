import type { Pod } from '../api/core/pod/pod.ts'
import type { ObjectReference } from '../api/core/references.ts'
import { runtimeUid } from './names.ts'

export type EventType = 'Normal' | 'Warning'

/** What events about a pod, or about one of its containers, refer to. */
export function podReference(pod: Pod, container?: { field: 'initContainers' | 'containers' | 'ephemeralContainers'; name: string }): ObjectReference {
  return {
    kind: 'Pod', apiVersion: 'v1', namespace: pod.metadata.namespace, name: pod.metadata.name, uid: runtimeUid(pod), resourceVersion: pod.metadata.resourceVersion,
    ...(container && { fieldPath: `spec.${container.field}{${container.name}}` }),
  }
}
