import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { kind, quantity, ref, string, struct } from '../../machinery/schema/schema.ts'
import { objectMeta } from '../meta/object-meta.ts'
import { labelSelector } from '../meta/selectors.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'

const csiStorageCapacityShape = kind('io.k8s.api.storage.v1.CSIStorageCapacity', {
  metadata: struct(1, objectMeta),
  nodeTopology: ref(2, labelSelector),
  storageClassName: string(3, { required: true }),
  capacity: quantity(4, { pointer: true }),
  maximumVolumeSize: quantity(5, { pointer: true }),
})
export interface CSIStorageCapacity extends Infer<typeof csiStorageCapacityShape> {}
export const csiStorageCapacity: Schema<CSIStorageCapacity> = csiStorageCapacityShape

/** The handle for csistoragecapacities of storage.k8s.io. */
export const CSIStorageCapacities: Resource<CSIStorageCapacity> = defineResource<CSIStorageCapacity>({
  group: 'storage.k8s.io', version: 'v1', kind: 'CSIStorageCapacity', plural: 'csistoragecapacities',
  storageVersionHash: 'xeVl+2Ly1kE=',
  schema: csiStorageCapacity,
})
