import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { int32, int64, intOrString, kind, list, object, ref, string, struct, time } from '../../machinery/schema/schema.ts'
import { persistentVolumeClaim } from '../core/persistent-volume-claim-schema.ts'
import { podTemplateSpec } from '../core/pod/pod-spec.ts'
import { objectMeta } from '../meta/object-meta.ts'
import { labelSelector } from '../meta/selectors.ts'

const rollingUpdateStatefulSetStrategyShape = object('io.k8s.api.apps.v1.RollingUpdateStatefulSetStrategy', {
  partition: int32(1, { pointer: true }),
  maxUnavailable: intOrString(2, { pointer: true }),
})
export interface RollingUpdateStatefulSetStrategy extends Infer<typeof rollingUpdateStatefulSetStrategyShape> {}
export const rollingUpdateStatefulSetStrategy: Schema<RollingUpdateStatefulSetStrategy> = rollingUpdateStatefulSetStrategyShape

const statefulSetUpdateStrategyShape = object('io.k8s.api.apps.v1.StatefulSetUpdateStrategy', {
  type: string(1, { enum: ['OnDelete', 'RollingUpdate'] }),
  rollingUpdate: ref(2, rollingUpdateStatefulSetStrategy),
})
export interface StatefulSetUpdateStrategy extends Infer<typeof statefulSetUpdateStrategyShape> {}
export const statefulSetUpdateStrategy: Schema<StatefulSetUpdateStrategy> = statefulSetUpdateStrategyShape

const statefulSetPersistentVolumeClaimRetentionPolicyShape = object('io.k8s.api.apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy', {
  whenDeleted: string(1),
  whenScaled: string(2),
})
export interface StatefulSetPersistentVolumeClaimRetentionPolicy extends Infer<typeof statefulSetPersistentVolumeClaimRetentionPolicyShape> {}
export const statefulSetPersistentVolumeClaimRetentionPolicy: Schema<StatefulSetPersistentVolumeClaimRetentionPolicy> = statefulSetPersistentVolumeClaimRetentionPolicyShape

const statefulSetOrdinalsShape = object('io.k8s.api.apps.v1.StatefulSetOrdinals', {
  start: int32(1, { omitEmpty: false }),
})
export interface StatefulSetOrdinals extends Infer<typeof statefulSetOrdinalsShape> {}
export const statefulSetOrdinals: Schema<StatefulSetOrdinals> = statefulSetOrdinalsShape

const statefulSetSpecShape = object('io.k8s.api.apps.v1.StatefulSetSpec', {
  replicas: int32(1, { pointer: true }),
  selector: ref(2, labelSelector, { required: true }),
  template: struct(3, podTemplateSpec, { required: true }),
  volumeClaimTemplates: list(4, persistentVolumeClaim, { listType: 'atomic' }),
  serviceName: string(5, { omitEmpty: false }),
  podManagementPolicy: string(6, { enum: ['OrderedReady', 'Parallel'] }),
  updateStrategy: struct(7, statefulSetUpdateStrategy),
  revisionHistoryLimit: int32(8, { pointer: true }),
  minReadySeconds: int32(9),
  persistentVolumeClaimRetentionPolicy: ref(10, statefulSetPersistentVolumeClaimRetentionPolicy),
  ordinals: ref(11, statefulSetOrdinals),
})
export interface StatefulSetSpec extends Infer<typeof statefulSetSpecShape> {}
export const statefulSetSpec: Schema<StatefulSetSpec> = statefulSetSpecShape

const statefulSetConditionShape = object('io.k8s.api.apps.v1.StatefulSetCondition', {
  type: string(1, { required: true }),
  status: string(2, { required: true }),
  lastTransitionTime: time(3),
  reason: string(4),
  message: string(5),
})
export interface StatefulSetCondition extends Infer<typeof statefulSetConditionShape> {}
export const statefulSetCondition: Schema<StatefulSetCondition> = statefulSetConditionShape

const statefulSetStatusShape = object('io.k8s.api.apps.v1.StatefulSetStatus', {
  observedGeneration: int64(1),
  replicas: int32(2, { required: true }),
  readyReplicas: int32(3),
  currentReplicas: int32(4),
  updatedReplicas: int32(5),
  currentRevision: string(6),
  updateRevision: string(7),
  collisionCount: int32(9, { pointer: true }),
  conditions: list(10, statefulSetCondition, { patchStrategy: 'merge', patchMergeKey: 'type', listType: 'map', listMapKeys: ['type'] }),
  availableReplicas: int32(11, { omitEmpty: false }),
})
export interface StatefulSetStatus extends Infer<typeof statefulSetStatusShape> {}
export const statefulSetStatus: Schema<StatefulSetStatus> = statefulSetStatusShape

const statefulSetShape = kind('io.k8s.api.apps.v1.StatefulSet', {
  metadata: struct(1, objectMeta),
  spec: struct(2, statefulSetSpec),
  status: struct(3, statefulSetStatus),
})
export interface StatefulSet extends Infer<typeof statefulSetShape> {}
export const statefulSet: Schema<StatefulSet> = statefulSetShape
