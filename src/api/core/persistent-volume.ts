import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { kind, object, ref, string, struct, time } from '../../machinery/schema/schema.ts'
import { persistentVolumeSpec } from './pod/pod-spec.ts'
import { awsElasticBlockStoreVolumeSource, azureDiskVolumeSource, azureFilePersistentVolumeSource, cephFSPersistentVolumeSource, cinderPersistentVolumeSource, csiPersistentVolumeSource, fcVolumeSource, flexPersistentVolumeSource, flockerVolumeSource, gcePersistentDiskVolumeSource, glusterfsPersistentVolumeSource, hostPathVolumeSource, iscsiPersistentVolumeSource, localVolumeSource, nfsVolumeSource, photonPersistentDiskVolumeSource, portworxVolumeSource, quobyteVolumeSource, rbdPersistentVolumeSource, scaleIOPersistentVolumeSource, storageOSPersistentVolumeSource, vsphereVirtualDiskVolumeSource } from './pod/volumes.ts'
import { objectMeta } from '../meta/object-meta.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import { timestamp } from '../../machinery/clock.ts'
import { ageColumn, nameColumn } from '../columns.ts'
import { roundUpAmounts } from './resource-names.ts'
import { persistentVolumeWarnings, validatePersistentVolume, validatePersistentVolumeUpdate } from './volume/persistent-volume-validation.ts'
import { accessModesText, classOf } from './volume/shared.ts'

const persistentVolumeStatusShape = object('io.k8s.api.core.v1.PersistentVolumeStatus', {
  phase: string(1, { enum: ['Available', 'Bound', 'Failed', 'Pending', 'Released'] }),
  message: string(2),
  reason: string(3),
  lastPhaseTransitionTime: time(4, { pointer: true }),
})
export interface PersistentVolumeStatus extends Infer<typeof persistentVolumeStatusShape> {}
export const persistentVolumeStatus: Schema<PersistentVolumeStatus> = persistentVolumeStatusShape

const persistentVolumeShape = kind('io.k8s.api.core.v1.PersistentVolume', {
  metadata: struct(1, objectMeta),
  spec: struct(2, persistentVolumeSpec),
  status: struct(3, persistentVolumeStatus),
})
export interface PersistentVolume extends Infer<typeof persistentVolumeShape> {}
export const persistentVolume: Schema<PersistentVolume> = persistentVolumeShape

const persistentVolumeSourceShape = object('io.k8s.api.core.v1.PersistentVolumeSource', {
  gcePersistentDisk: ref(1, gcePersistentDiskVolumeSource, { deprecated: true }),
  awsElasticBlockStore: ref(2, awsElasticBlockStoreVolumeSource, { deprecated: true }),
  hostPath: ref(3, hostPathVolumeSource),
  glusterfs: ref(4, glusterfsPersistentVolumeSource, { deprecated: true }),
  nfs: ref(5, nfsVolumeSource),
  rbd: ref(6, rbdPersistentVolumeSource, { deprecated: true }),
  iscsi: ref(7, iscsiPersistentVolumeSource),
  cinder: ref(8, cinderPersistentVolumeSource, { deprecated: true }),
  cephfs: ref(9, cephFSPersistentVolumeSource, { deprecated: true }),
  fc: ref(10, fcVolumeSource),
  flocker: ref(11, flockerVolumeSource, { deprecated: true }),
  flexVolume: ref(12, flexPersistentVolumeSource, { deprecated: true }),
  azureFile: ref(13, azureFilePersistentVolumeSource, { deprecated: true }),
  vsphereVolume: ref(14, vsphereVirtualDiskVolumeSource, { deprecated: true }),
  quobyte: ref(15, quobyteVolumeSource, { deprecated: true }),
  azureDisk: ref(16, azureDiskVolumeSource, { deprecated: true }),
  photonPersistentDisk: ref(17, photonPersistentDiskVolumeSource, { deprecated: true }),
  portworxVolume: ref(18, portworxVolumeSource, { deprecated: true }),
  scaleIO: ref(19, scaleIOPersistentVolumeSource, { deprecated: true }),
  local: ref(20, localVolumeSource),
  storageos: ref(21, storageOSPersistentVolumeSource, { deprecated: true }),
  csi: ref(22, csiPersistentVolumeSource),
})
export interface PersistentVolumeSource extends Infer<typeof persistentVolumeSourceShape> {}
export const persistentVolumeSource: Schema<PersistentVolumeSource> = persistentVolumeSourceShape

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
