import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import { ageColumn, nameColumn } from '../columns.ts'
import { roundUpAmounts } from './resource-names.ts'
import { settleDataSource } from './volume/data-source.ts'
import { claimWarnings, validateClaimSpec, validateClaimStatus, validateClaimUpdate } from './volume/persistent-volume-claim-validation.ts'
import { accessModesText, classOf } from './volume/shared.ts'
import type { PersistentVolumeClaim } from './persistent-volume-claim-schema.ts'
import { persistentVolumeClaim } from './persistent-volume-claim-schema.ts'

export * from './persistent-volume-claim-schema.ts'

/** The handle for persistentvolumeclaims. */
export const PersistentVolumeClaims: Resource<PersistentVolumeClaim> = defineResource<PersistentVolumeClaim>({
  version: 'v1', kind: 'PersistentVolumeClaim', plural: 'persistentvolumeclaims', shortNames: ['pvc'],
  subresources: [
    { name: 'status', version: 'v1', kind: 'PersistentVolumeClaim', verbs: ['get', 'patch', 'update'] },
  ],
  storageVersionHash: 'QWTyNDq0dC4=',
  schema: persistentVolumeClaim,
  columns: [
    nameColumn,
    { name: 'Status', type: 'string', cell: ({ metadata, status }) => (metadata.deletionTimestamp === undefined ? status.phase ?? '' : 'Terminating') },
    { name: 'Volume', type: 'string', cell: ({ spec }) => spec.volumeName ?? '' },
    { name: 'Capacity', type: 'string', cell: ({ spec, status }) => (spec.volumeName ? status.capacity?.storage ?? '0' : '') },
    { name: 'Access Modes', type: 'string', cell: ({ spec, status }) => (spec.volumeName ? accessModesText(status.accessModes) : '') },
    { name: 'StorageClass', type: 'string', cell: ({ metadata, spec }) => classOf(metadata, spec.storageClassName) },
    { name: 'VolumeAttributesClass', type: 'string', cell: ({ spec }) => spec.volumeAttributesClassName ?? '<unset>' },
    ageColumn,
    { name: 'VolumeMode', type: 'string', priority: 1, cell: ({ spec }) => spec.volumeMode ?? '<unset>' },
  ],
  defaults: defaultClaim,
  prepareForCreate(draft) {
    draft.status = { phase: 'Pending' }
    settleDataSource(draft.spec)
  },
  prepareForUpdate: ({ spec }, old) => settleDataSource(spec, old.spec),
  validate: ({ spec }) => validateClaimSpec(spec, 'spec'),
  validateUpdate: validateClaimUpdate,
  validateStatusUpdate: validateClaimStatus,
  warnings: claimWarnings,
})

/** Fills in what a claim leaves open; StatefulSets do so for their templates too. */
export function defaultClaim({ spec, status }: PersistentVolumeClaim): void {
  status.phase ??= 'Pending'
  spec.volumeMode ??= 'Filesystem'
  roundUpAmounts(spec.resources?.requests, spec.resources?.limits, status.capacity, status.allocatedResources)
}
