import { PersistentVolumeClaims } from '../api/core/persistent-volume-claim.ts'
import { PersistentVolumes } from '../api/core/persistent-volume.ts'
import { VolumeAttributesClasses, type VolumeAttributesClass } from '../api/storage/volume-attributes-class.ts'
import type { ObjectRef } from '../client/client.ts'
import { defineController, watched } from './framework.ts'
import { protect } from './in-use-protection.ts'

const INDEX = 'attributes class'
const named = (...names: readonly (string | undefined)[]): string[] => names.filter(name => !!name) as string[]
const refs = (names: readonly string[]): ObjectRef[] => names.map(name => ({ name }))
const ofClaim = ({ spec, status }: { spec: { volumeAttributesClassName?: string | undefined }; status?: { currentVolumeAttributesClassName?: string | undefined; modifyVolumeStatus?: { targetVolumeAttributesClassName?: string | undefined } | undefined } | undefined }): string[] =>
  named(spec.volumeAttributesClassName, status?.currentVolumeAttributesClassName, status?.modifyVolumeStatus?.targetVolumeAttributesClassName)

/** Classes of volume attributes go only when no claim and no volume names them. */
export const vacProtectionController = defineController<VolumeAttributesClass>({
  name: 'volumeattributesclass-protection',
  for: VolumeAttributesClasses,
  watches: [watched(PersistentVolumeClaims, claim => refs(ofClaim(claim))), watched(PersistentVolumes, ({ spec }) => refs(named(spec.volumeAttributesClassName)))],
  prepare(cache) {
    cache.informer(PersistentVolumeClaims).addIndex(INDEX, ofClaim)
    cache.informer(PersistentVolumes).addIndex(INDEX, ({ spec }) => named(spec.volumeAttributesClassName))
  },
  reconcile: (object, context) => protect(VolumeAttributesClasses, object, 'kubernetes.io/vac-protection', () =>
    [PersistentVolumeClaims, PersistentVolumes].some(kind => context.cache.list(kind as typeof PersistentVolumes, { index: [INDEX, object.metadata.name] }).length > 0), context),
})
