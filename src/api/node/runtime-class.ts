import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { kind, list, map, object, ref, string, struct } from '../../machinery/schema/schema.ts'
import { toleration } from '../core/pod/scheduling.ts'
import { objectMeta } from '../meta/object-meta.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'

const overheadShape = object('io.k8s.api.node.v1.Overhead', {
  podFixed: map(1, 'quantity'),
})
export interface Overhead extends Infer<typeof overheadShape> {}
export const overhead: Schema<Overhead> = overheadShape

const schedulingShape = object('io.k8s.api.node.v1.Scheduling', {
  nodeSelector: map(1, 'string', { mapType: 'atomic' }),
  tolerations: list(2, toleration, { listType: 'atomic' }),
})
export interface Scheduling extends Infer<typeof schedulingShape> {}
export const scheduling: Schema<Scheduling> = schedulingShape

const runtimeClassShape = kind('io.k8s.api.node.v1.RuntimeClass', {
  metadata: struct(1, objectMeta),
  handler: string(2, { required: true }),
  overhead: ref(3, overhead),
  scheduling: ref(4, scheduling),
})
export interface RuntimeClass extends Infer<typeof runtimeClassShape> {}
export const runtimeClass: Schema<RuntimeClass> = runtimeClassShape

/** The handle for runtimeclasses of node.k8s.io. */
export const RuntimeClasses: Resource<RuntimeClass> = defineResource<RuntimeClass>({
  group: 'node.k8s.io', version: 'v1', kind: 'RuntimeClass', plural: 'runtimeclasses', namespaced: false,
  storageVersionHash: 'WQTu1GL3T2Q=',
  schema: runtimeClass,
})
