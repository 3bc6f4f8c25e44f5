import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { kind, struct } from '../../machinery/schema/schema.ts'
import { persistentVolumeClaimStatus } from './pod/pod-spec.ts'
import { persistentVolumeClaimSpec } from './pod/volumes.ts'
import { objectMeta } from '../meta/object-meta.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'

const persistentVolumeClaimShape = kind('io.k8s.api.core.v1.PersistentVolumeClaim', {
  metadata: struct(1, objectMeta),
  spec: struct(2, persistentVolumeClaimSpec),
  status: struct(3, persistentVolumeClaimStatus),
})
export interface PersistentVolumeClaim extends Infer<typeof persistentVolumeClaimShape> {}
export const persistentVolumeClaim: Schema<PersistentVolumeClaim> = persistentVolumeClaimShape

/** The handle for persistentvolumeclaims. */
export const PersistentVolumeClaims: Resource<PersistentVolumeClaim> = defineResource<PersistentVolumeClaim>({
  version: 'v1', kind: 'PersistentVolumeClaim', plural: 'persistentvolumeclaims', shortNames: ['pvc'],
  subresources: [
    { name: 'status', version: 'v1', kind: 'PersistentVolumeClaim', verbs: ['get', 'patch', 'update'] },
  ],
  storageVersionHash: 'QWTyNDq0dC4=',
  schema: persistentVolumeClaim,
})
