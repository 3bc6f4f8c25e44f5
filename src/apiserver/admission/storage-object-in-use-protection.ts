import { PersistentVolumeClaims } from '../../api/core/persistent-volume-claim.ts'
import { PersistentVolumes } from '../../api/core/persistent-volume.ts'
import { VolumeAttributesClasses } from '../../api/storage/volume-attributes-class.ts'
import type { AnyResource } from '../../api/resource.ts'
import type { AdmissionPlugin } from './admission.ts'

const finalizers = new Map<AnyResource, string>([
  [PersistentVolumes, 'kubernetes.io/pv-protection'],
  [PersistentVolumeClaims, 'kubernetes.io/pvc-protection'],
  [VolumeAttributesClasses, 'kubernetes.io/vac-protection'],
])

/** Volumes and claims in use are not removed under their users' feet. */
export const storageObjectInUseProtection: AdmissionPlugin = {
  name: 'StorageObjectInUseProtection',
  handles: ({ operation, resource, subresource }) => operation === 'CREATE' && !subresource && finalizers.has(resource),

  mutate({ resource, object }) {
    const finalizer = finalizers.get(resource)
    if (!object || !finalizer || object.metadata.finalizers?.includes(finalizer)) return
    object.metadata.finalizers = [...(object.metadata.finalizers ?? []), finalizer]
  },
}
