import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { bool, int32, kind, map, object, ref, string, struct, time } from '../../machinery/schema/schema.ts'
import { persistentVolumeSpec } from '../core/pod/pod-spec.ts'
import { objectMeta } from '../meta/object-meta.ts'
import { keepUsersMetadata, STATUS_ONLY } from '../meta/status-strategy.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import { dnsSubdomain } from '../../machinery/names.ts'
import type { Cause } from '../../machinery/status.ts'
import { ageColumn, nameColumn } from '../columns.ts'
import { validateDriver } from '../core/pod/validation/volumes.ts'
import { validatePersistentVolumeSpec } from '../core/volume/persistent-volume-validation.ts'
import { forbidden, inRange, invalid, invalidBy, required, sameJson, tooLong } from '../validation.ts'

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
  columns: [
    nameColumn,
    { name: 'Attacher', type: 'string', format: 'name', cell: ({ spec }) => spec.attacher },
    { name: 'PV', type: 'string', cell: ({ spec }) => spec.source.persistentVolumeName ?? '' },
    { name: 'Node', type: 'string', cell: ({ spec }) => spec.nodeName },
    { name: 'Attached', type: 'boolean', cell: ({ status }) => status.attached },
    ageColumn,
  ],
  prepareForSubresource: keepUsersMetadata,
  resetFields: STATUS_ONLY,
  validate: validateAttachment,
  validateUpdate: ({ spec }, old) => (sameJson(spec, old.spec) ? [] : [invalid('spec', shownSpec(spec), 'field is immutable')]),
  validateStatusUpdate: validateAttachment,
})

function validateAttachment({ spec, status }: VolumeAttachment): Cause[] {
  const name = spec.source.persistentVolumeName
  return [
    ...validateAttachmentSpec(spec, 'spec'), ...validateAttachmentStatus(status, 'status'), ...(name === undefined ? [] : invalidBy('spec.source.persistentVolumeName', name, dnsSubdomain)),
  ]
}

const ONE_SOURCE = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName'
const LONGEST_MESSAGE = 1024
const MOST_METADATA = 256 * 1024
const LARGEST_INT32 = 2 ** 31 - 1

function validateAttachmentSpec({ attacher, source, nodeName }: VolumeAttachmentSpec, field: string): Cause[] {
  const causes = validateDriver(attacher, `${field}.attacher`)
  const { inlineVolumeSpec, persistentVolumeName } = source
  if (!inlineVolumeSpec && persistentVolumeName === undefined) causes.push(required(`${field}.source`, ONE_SOURCE))
  else if (inlineVolumeSpec && persistentVolumeName !== undefined) causes.push(forbidden(`${field}.source`, ONE_SOURCE))
  else if (persistentVolumeName === '') causes.push(required(`${field}.source.persistentVolumeName`, 'must specify non empty persistentVolumeName'))
  else if (inlineVolumeSpec) causes.push(...validatePersistentVolumeSpec(inlineVolumeSpec, `${field}.source.inlineVolumeSpec`, true))
  return [...causes, ...invalidBy(`${field}.nodeName`, nodeName, dnsSubdomain)]
}

function validateAttachmentStatus({ attachmentMetadata, attachError, detachError }: VolumeAttachmentStatus, field: string): Cause[] {
  const size = Object.entries(attachmentMetadata ?? {}).reduce((sum, [key, value]) => sum + key.length + value.length, 0)
  return [
    ...(size > MOST_METADATA ? [tooLong(`${field}.attachmentMetadata`, MOST_METADATA)] : []),
    ...validateVolumeError(attachError, `${field}.attachError`), ...validateVolumeError(detachError, `${field}.detachError`),
  ]
}

function validateVolumeError(error: VolumeError | undefined, field: string): Cause[] {
  if (!error) return []
  // Upstream tells the limit of the metadata here.
  const causes = (error.message?.length ?? 0) > LONGEST_MESSAGE ? [tooLong(`${field}.message`, MOST_METADATA)] : []
  return error.errorCode === undefined ? causes : [...causes, ...inRange(`${field}.errorCode`, error.errorCode, 0, LARGEST_INT32)]
}

const shownSpec = ({ attacher, source, nodeName }: VolumeAttachmentSpec): object =>
  ({ Attacher: attacher, Source: { PersistentVolumeName: source.persistentVolumeName ?? null, InlineVolumeSpec: source.inlineVolumeSpec ?? null }, NodeName: nodeName })
