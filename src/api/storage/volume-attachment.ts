import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { bool, int32, kind, map, object, ref, string, struct, time } from '../../machinery/schema/schema.ts'
import { persistentVolumeSpec } from '../core/pod/pod-spec.ts'
import { objectMeta } from '../meta/object-meta.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'

const volumeAttachmentSourceShape = object('io.k8s.api.storage.v1.VolumeAttachmentSource', {
  persistentVolumeName: string(1, { pointer: true }),
  inlineVolumeSpec: ref(2, persistentVolumeSpec),
})
export interface VolumeAttachmentSource extends Infer<typeof volumeAttachmentSourceShape> {}
export const volumeAttachmentSource: Schema<VolumeAttachmentSource> = volumeAttachmentSourceShape

const volumeAttachmentSpecShape = object('io.k8s.api.storage.v1.VolumeAttachmentSpec', {
  attacher: string(1, { required: true }),
  source: struct(2, volumeAttachmentSource, { required: true }),
  nodeName: string(3, { required: true }),
})
export interface VolumeAttachmentSpec extends Infer<typeof volumeAttachmentSpecShape> {}
export const volumeAttachmentSpec: Schema<VolumeAttachmentSpec> = volumeAttachmentSpecShape

const volumeErrorShape = object('io.k8s.api.storage.v1.VolumeError', {
  time: time(1),
  message: string(2),
  errorCode: int32(3, { pointer: true }),
})
export interface VolumeError extends Infer<typeof volumeErrorShape> {}
export const volumeError: Schema<VolumeError> = volumeErrorShape

const volumeAttachmentStatusShape = object('io.k8s.api.storage.v1.VolumeAttachmentStatus', {
  attached: bool(1, { required: true }),
  attachmentMetadata: map(2, 'string'),
  attachError: ref(3, volumeError),
  detachError: ref(4, volumeError),
})
export interface VolumeAttachmentStatus extends Infer<typeof volumeAttachmentStatusShape> {}
export const volumeAttachmentStatus: Schema<VolumeAttachmentStatus> = volumeAttachmentStatusShape

const volumeAttachmentShape = kind('io.k8s.api.storage.v1.VolumeAttachment', {
  metadata: struct(1, objectMeta),
  spec: struct(2, volumeAttachmentSpec, { required: true }),
  status: struct(3, volumeAttachmentStatus),
})
export interface VolumeAttachment extends Infer<typeof volumeAttachmentShape> {}
export const volumeAttachment: Schema<VolumeAttachment> = volumeAttachmentShape

/** The handle for volumeattachments of storage.k8s.io. */
export const VolumeAttachments: Resource<VolumeAttachment> = defineResource<VolumeAttachment>({
  group: 'storage.k8s.io', version: 'v1', kind: 'VolumeAttachment', plural: 'volumeattachments', namespaced: false,
  subresources: [
    { name: 'status', group: 'storage.k8s.io', version: 'v1', kind: 'VolumeAttachment', verbs: ['get', 'patch', 'update'] },
  ],
  storageVersionHash: 'tJx/ezt6UDU=',
  schema: volumeAttachment,
})
