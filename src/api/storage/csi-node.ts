import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { int32, kind, list, object, ref, string, struct } from '../../machinery/schema/schema.ts'
import { objectMeta } from '../meta/object-meta.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'

const volumeNodeResourcesShape = object('io.k8s.api.storage.v1.VolumeNodeResources', {
  count: int32(1, { pointer: true }),
})
export interface VolumeNodeResources extends Infer<typeof volumeNodeResourcesShape> {}
export const volumeNodeResources: Schema<VolumeNodeResources> = volumeNodeResourcesShape

const csiNodeDriverShape = object('io.k8s.api.storage.v1.CSINodeDriver', {
  name: string(1, { required: true }),
  nodeID: string(2, { required: true }),
  topologyKeys: list(3, 'string', { omitEmpty: false, listType: 'atomic' }),
  allocatable: ref(4, volumeNodeResources),
})
export interface CSINodeDriver extends Infer<typeof csiNodeDriverShape> {}
export const csiNodeDriver: Schema<CSINodeDriver> = csiNodeDriverShape

const csiNodeSpecShape = object('io.k8s.api.storage.v1.CSINodeSpec', {
  drivers: list(1, csiNodeDriver, { required: true, patchStrategy: 'merge', patchMergeKey: 'name', listType: 'map', listMapKeys: ['name'] }),
})
export interface CSINodeSpec extends Infer<typeof csiNodeSpecShape> {}
export const csiNodeSpec: Schema<CSINodeSpec> = csiNodeSpecShape

const csiNodeShape = kind('io.k8s.api.storage.v1.CSINode', {
  metadata: struct(1, objectMeta),
  spec: struct(2, csiNodeSpec, { required: true }),
})
export interface CSINode extends Infer<typeof csiNodeShape> {}
export const csiNode: Schema<CSINode> = csiNodeShape

/** The handle for csinodes of storage.k8s.io. */
export const CSINodes: Resource<CSINode> = defineResource<CSINode>({
  group: 'storage.k8s.io', version: 'v1', kind: 'CSINode', plural: 'csinodes', namespaced: false,
  storageVersionHash: 'Pe62DkZtjuo=',
  schema: csiNode,
})
