import type { PersistentVolumeClaim } from '../../api/core/persistent-volume-claim.ts'
import { PersistentVolumeClaims } from '../../api/core/persistent-volume-claim.ts'
import type { StorageClass } from '../../api/storage/storage-class.ts'
import { StorageClasses } from '../../api/storage/storage-class.ts'
import { compareQuantities } from '../../machinery/quantity.ts'
import { forbidden } from '../../machinery/status.ts'
import type { AdmissionContext, AdmissionPlugin } from './admission.ts'

const BETA_ANNOTATION = 'volume.beta.kubernetes.io/storage-class'

/** A bound claim grows only when its storage class says that its volumes can. */
export const persistentVolumeClaimResize: AdmissionPlugin = {
  name: 'PersistentVolumeClaimResize',
  handles: ({ operation, resource, subresource }) => resource === PersistentVolumeClaims && !subresource && operation === 'UPDATE',

  validate(request, context) {
    const claim = request.object as PersistentVolumeClaim
    const old = request.oldObject as PersistentVolumeClaim
    const size = ({ spec }: PersistentVolumeClaim): string => spec.resources?.requests?.['storage'] ?? '0'
    if (compareQuantities(size(claim), size(old)) <= 0 || old.status.phase !== 'Bound' || canGrow(claim, context)) return
    throw forbidden(PersistentVolumeClaims, request.shownName, 'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize')
  },
}

function canGrow({ metadata, spec }: PersistentVolumeClaim, context: AdmissionContext): boolean {
  const name = metadata.annotations?.[BETA_ANNOTATION] ?? spec.storageClassName
  return !!name && context.get<StorageClass>(StorageClasses, undefined, name)?.allowVolumeExpansion === true
}
