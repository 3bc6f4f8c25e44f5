import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { bool, kind, list, map, string, struct } from '../../machinery/schema/schema.ts'
import { topologySelectorTerm } from '../core/pod/scheduling.ts'
import { objectMeta } from '../meta/object-meta.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'

const storageClassShape = kind('io.k8s.api.storage.v1.StorageClass', {
  metadata: struct(1, objectMeta),
  provisioner: string(2, { required: true }),
  parameters: map(3, 'string'),
  reclaimPolicy: string(4, { pointer: true, enum: ['Delete', 'Recycle', 'Retain'] }),
  mountOptions: list(5, 'string', { listType: 'atomic' }),
  allowVolumeExpansion: bool(6, { pointer: true }),
  volumeBindingMode: string(7, { pointer: true, enum: ['Immediate', 'WaitForFirstConsumer'] }),
  allowedTopologies: list(8, topologySelectorTerm, { listType: 'atomic' }),
})
export interface StorageClass extends Infer<typeof storageClassShape> {}
export const storageClass: Schema<StorageClass> = storageClassShape

/** The handle for storageclasses of storage.k8s.io. */
export const StorageClasses: Resource<StorageClass> = defineResource<StorageClass>({
  group: 'storage.k8s.io', version: 'v1', kind: 'StorageClass', plural: 'storageclasses', shortNames: ['sc'], namespaced: false,
  storageVersionHash: 'K+m6uJwbjGY=',
  schema: storageClass,
})
