import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { kind, struct } from '../../machinery/schema/schema.ts'
import { persistentVolumeClaimStatus } from './pod/pod-spec.ts'
import { persistentVolumeClaimSpec } from './pod/volumes.ts'
import { objectMeta } from '../meta/object-meta.ts'

const persistentVolumeClaimShape = kind('io.k8s.api.core.v1.PersistentVolumeClaim', {
  metadata: struct(1, objectMeta),
  spec: struct(2, persistentVolumeClaimSpec),
  status: struct(3, persistentVolumeClaimStatus),
})
export interface PersistentVolumeClaim extends Infer<typeof persistentVolumeClaimShape> {}
export const persistentVolumeClaim: Schema<PersistentVolumeClaim> = persistentVolumeClaimShape
