import type { DownwardAPIVolumeFile } from '../../api/core/pod/volumes.ts'
import { fieldValue, resourceFieldValue } from '../container/field-ref.ts'
import { encode, type VolumeContext, type VolumeFile, type VolumePlugin } from './volume.ts'

/** Facts about the pod as files, alone or as a part of a projected volume. */
export function downwardFiles(items: readonly DownwardAPIVolumeFile[] | null | undefined, defaultMode: number, { pod, facts }: VolumeContext): Map<string, VolumeFile> {
  return new Map((items ?? []).map(({ path, fieldRef, resourceFieldRef, mode }) => {
    if (fieldRef) return [path, { content: encode(fieldValue(pod, fieldRef.fieldPath, facts)), mode: mode ?? defaultMode }]
    const name = resourceFieldRef?.containerName
    const container = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].find(each => each.name === name)
    if (!container || !resourceFieldRef) throw new Error(`container ${name ?? ''} not found`)
    return [path, { content: encode(resourceFieldValue(container, resourceFieldRef, facts)), mode: mode ?? defaultMode }]
  }))
}

/** The pod's own fields as files; labels and annotations follow the pod. */
export const downwardAPIVolume: VolumePlugin = {
  field: 'downwardAPI', directoryName: 'kubernetes.io~downward-api', inMemory: true, ownership: true, readOnly: true,
  content: async ({ downwardAPI: source }, context) => ({ files: downwardFiles(source!.items, source!.defaultMode ?? 0o644, context) }),
}
