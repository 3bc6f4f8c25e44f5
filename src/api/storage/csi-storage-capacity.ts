import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { kind, quantity, ref, string, struct } from '../../machinery/schema/schema.ts'
import { objectMeta } from '../meta/object-meta.ts'
import { labelSelector } from '../meta/selectors.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import { dnsSubdomain } from '../../machinery/names.ts'
import { compareQuantities } from '../../machinery/quantity.ts'
import { validateLabelSelector } from '../meta/selector-validation.ts'
import { immutable, invalid, invalidBy } from '../validation.ts'

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
  validate: ({ nodeTopology, storageClassName, capacity }) => [
    ...validateLabelSelector(nodeTopology, 'nodeTopology'), ...invalidBy('storageClassName', storageClassName, dnsSubdomain),
    ...(capacity !== undefined && compareQuantities(capacity, '0') < 0 ? [invalid('capacity', capacity, 'must be greater than or equal to 0')] : []),
  ],
  validateUpdate: (next, old) => [
    ...immutable('nodeTopology', next.nodeTopology, old.nodeTopology), ...immutable('storageClassName', next.storageClassName, old.storageClassName),
  ],
})
