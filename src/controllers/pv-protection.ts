import { PersistentVolumes, type PersistentVolume } from '../api/core/persistent-volume.ts'
import { defineController } from './framework.ts'
import { protect } from './in-use-protection.ts'

/** Volumes go only when no claim is bound to them. */
export const pvProtectionController = defineController<PersistentVolume>({
  name: 'pv-protection',
  for: PersistentVolumes,
  reconcile: (volume, context) => protect(PersistentVolumes, volume, 'kubernetes.io/pv-protection', () => volume.status.phase === 'Bound', context),
})
