import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { kind, object, ref, string, struct, time } from '../../machinery/schema/schema.ts'
import { persistentVolumeSpec } from './pod/pod-spec.ts'
import { awsElasticBlockStoreVolumeSource, azureDiskVolumeSource, azureFilePersistentVolumeSource, cephFSPersistentVolumeSource, cinderPersistentVolumeSource, csiPersistentVolumeSource, fcVolumeSource, flexPersistentVolumeSource, flockerVolumeSource, gcePersistentDiskVolumeSource, glusterfsPersistentVolumeSource, hostPathVolumeSource, iscsiPersistentVolumeSource, localVolumeSource, nfsVolumeSource, photonPersistentDiskVolumeSource, portworxVolumeSource, quobyteVolumeSource, rbdPersistentVolumeSource, scaleIOPersistentVolumeSource, storageOSPersistentVolumeSource, vsphereVirtualDiskVolumeSource } from './pod/volumes.ts'
import { objectMeta } from '../meta/object-meta.ts'

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
