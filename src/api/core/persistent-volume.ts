import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import { timestamp } from '../../machinery/clock.ts'
import { ageColumn, nameColumn } from '../columns.ts'
import { roundUpAmounts } from './resource-names.ts'
import { persistentVolumeWarnings, validatePersistentVolume, validatePersistentVolumeUpdate } from './volume/persistent-volume-validation.ts'
import { accessModesText, classOf } from './volume/shared.ts'
import type { PersistentVolume } from './persistent-volume-schema.ts'
import { persistentVolume } from './persistent-volume-schema.ts'

export * from './persistent-volume-schema.ts'

/** The handle for persistentvolumes. */
export const PersistentVolumes: Resource<PersistentVolume> = defineResource<PersistentVolume>({
  version: 'v1', kind: 'PersistentVolume', plural: 'persistentvolumes', shortNames: ['pv'], namespaced: false,
  subresources: [
    { name: 'status', version: 'v1', kind: 'PersistentVolume', verbs: ['get', 'patch', 'update'] },
  ],
  storageVersionHash: 'HN/zwEC+JgM=',
  schema: persistentVolume,
  columns: [
    nameColumn,
    { name: 'Capacity', type: 'string', cell: ({ spec }) => spec.capacity?.storage ?? '0' },
    { name: 'Access Modes', type: 'string', cell: ({ spec }) => accessModesText(spec.accessModes) },
    { name: 'Reclaim Policy', type: 'string', cell: ({ spec }) => spec.persistentVolumeReclaimPolicy ?? '' },
    { name: 'Status', type: 'string', cell: ({ metadata, status }) => (metadata.deletionTimestamp === undefined ? status.phase ?? '' : 'Terminating') },
    { name: 'Claim', type: 'string', cell: ({ spec: { claimRef } }) => (claimRef ? `${claimRef.namespace ?? ''}/${claimRef.name ?? ''}` : '') },
    { name: 'StorageClass', type: 'string', cell: ({ metadata, spec }) => classOf(metadata, spec.storageClassName) },
    { name: 'VolumeAttributesClass', type: 'string', cell: ({ spec }) => spec.volumeAttributesClassName ?? '<unset>' },
    { name: 'Reason', type: 'string', cell: ({ status }) => status.reason ?? '' },
    ageColumn,
    { name: 'VolumeMode', type: 'string', priority: 1, cell: ({ spec }) => spec.volumeMode ?? '<unset>' },
  ],
  defaults: defaultPersistentVolume,
  prepareForCreate(draft, now = 0) {
    draft.status = { phase: 'Pending', lastPhaseTransitionTime: timestamp(now) }
  },
  prepareForSubresource({ status }, old, _subresource, now) {
    if (status.phase !== old.status.phase && status.lastPhaseTransitionTime === old.status.lastPhaseTransitionTime) status.lastPhaseTransitionTime = timestamp(now)
    else status.lastPhaseTransitionTime ??= timestamp(now)
  },
  validate: validatePersistentVolume,
  validateUpdate: validatePersistentVolumeUpdate,
  warnings: persistentVolumeWarnings,
})

function defaultPersistentVolume({ spec, status }: PersistentVolume): void {
  status.phase ??= 'Pending'
  spec.persistentVolumeReclaimPolicy ??= 'Retain'
  spec.volumeMode ??= 'Filesystem'
  roundUpAmounts(spec.capacity)
  const { hostPath, iscsi, rbd, scaleIO, azureDisk } = spec
  if (hostPath) hostPath.type ??= ''
  if (iscsi) iscsi.iscsiInterface ??= 'default'
  if (rbd) {
    rbd.pool ??= 'rbd'
    rbd.user ??= 'admin'
    rbd.keyring ??= '/etc/ceph/keyring'
  }
  if (scaleIO) {
    scaleIO.storageMode ??= 'ThinProvisioned'
    scaleIO.fsType ??= 'xfs'
  }
  if (!azureDisk) return
  azureDisk.cachingMode ??= 'ReadWrite'
  azureDisk.kind ??= 'Shared'
  azureDisk.fsType ??= 'ext4'
  azureDisk.readOnly ??= false
}
