import type { PersistentVolumeClaim } from '../../api/core/persistent-volume-claim.ts'
import { PersistentVolumeClaims } from '../../api/core/persistent-volume-claim.ts'
import type { StorageClass } from '../../api/storage/storage-class.ts'
import { StorageClasses, isDefaultStorageClass } from '../../api/storage/storage-class.ts'
import type { AdmissionPlugin } from './admission.ts'

const BETA_ANNOTATION = 'volume.beta.kubernetes.io/storage-class'

/** A claim that names no class gets the default one; an empty name means that it wants none. */
export const defaultStorageClass: AdmissionPlugin = {
  name: 'DefaultStorageClass',
  handles: ({ operation, resource, subresource }) => resource === PersistentVolumeClaims && !subresource && operation === 'CREATE',

  mutate(request, context) {
    const claim = request.object as PersistentVolumeClaim
    if (claim.spec.storageClassName !== undefined || claim.metadata.annotations?.[BETA_ANNOTATION] !== undefined) return
    const chosen = newestDefault(context.list<StorageClass>(StorageClasses).filter(({ metadata }) => isDefaultStorageClass(metadata)))
    if (chosen) claim.spec.storageClassName = chosen.metadata.name
  },
}

/** Of several defaults the newest, so that an administrator can move the mark without a gap; of equally old ones the first by name. */
export function newestDefault<T extends { metadata: { name: string; creationTimestamp?: string | null | undefined } }>(candidates: readonly T[]): T | undefined {
  const age = ({ metadata }: T): number => Date.parse(metadata.creationTimestamp ?? '') || 0
  return [...candidates].sort((a, b) => age(b) - age(a) || (a.metadata.name < b.metadata.name ? -1 : 1))[0]
}
