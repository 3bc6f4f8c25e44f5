import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { int32, int64, kind, list, map, object, ref, string, struct, time } from '../../machinery/schema/schema.ts'
import { podTemplateSpec } from './pod/pod-spec.ts'
import { objectMeta } from '../meta/object-meta.ts'

const replicationControllerSpecShape = object('io.k8s.api.core.v1.ReplicationControllerSpec', {
  replicas: int32(1, { pointer: true, default: 1 }),
  minReadySeconds: int32(4, { default: 0 }),
  selector: map(2, 'string', { mapType: 'atomic' }),
  template: ref(3, podTemplateSpec),
})
export interface ReplicationControllerSpec extends Infer<typeof replicationControllerSpecShape> {}
export const replicationControllerSpec: Schema<ReplicationControllerSpec> = replicationControllerSpecShape

const replicationControllerConditionShape = object('io.k8s.api.core.v1.ReplicationControllerCondition', {
  type: string(1, { required: true }),
  status: string(2, { required: true }),
  lastTransitionTime: time(3),
  reason: string(4),
  message: string(5),
})
export interface ReplicationControllerCondition extends Infer<typeof replicationControllerConditionShape> {}
export const replicationControllerCondition: Schema<ReplicationControllerCondition> = replicationControllerConditionShape

const replicationControllerStatusShape = object('io.k8s.api.core.v1.ReplicationControllerStatus', {
  replicas: int32(1, { required: true }),
  fullyLabeledReplicas: int32(2),
  readyReplicas: int32(4),
  availableReplicas: int32(5),
  observedGeneration: int64(3),
  conditions: list(6, replicationControllerCondition, { patchStrategy: 'merge', patchMergeKey: 'type', listType: 'map', listMapKeys: ['type'] }),
})
export interface ReplicationControllerStatus extends Infer<typeof replicationControllerStatusShape> {}
export const replicationControllerStatus: Schema<ReplicationControllerStatus> = replicationControllerStatusShape

const replicationControllerShape = kind('io.k8s.api.core.v1.ReplicationController', {
  metadata: struct(1, objectMeta),
  spec: struct(2, replicationControllerSpec),
  status: struct(3, replicationControllerStatus),
})
export interface ReplicationController extends Infer<typeof replicationControllerShape> {}
export const replicationController: Schema<ReplicationController> = replicationControllerShape
