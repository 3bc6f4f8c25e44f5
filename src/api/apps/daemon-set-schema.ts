import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { int32, int64, intOrString, kind, list, object, ref, string, struct, time } from '../../machinery/schema/schema.ts'
import { podTemplateSpec } from '../core/pod/pod-spec.ts'
import { objectMeta } from '../meta/object-meta.ts'
import { labelSelector } from '../meta/selectors.ts'

const rollingUpdateDaemonSetShape = object('io.k8s.api.apps.v1.RollingUpdateDaemonSet', {
  maxUnavailable: intOrString(1, { pointer: true }),
  maxSurge: intOrString(2, { pointer: true }),
})
export interface RollingUpdateDaemonSet extends Infer<typeof rollingUpdateDaemonSetShape> {}
export const rollingUpdateDaemonSet: Schema<RollingUpdateDaemonSet> = rollingUpdateDaemonSetShape

const daemonSetUpdateStrategyShape = object('io.k8s.api.apps.v1.DaemonSetUpdateStrategy', {
  type: string(1, { enum: ['OnDelete', 'RollingUpdate'] }),
  rollingUpdate: ref(2, rollingUpdateDaemonSet),
})
export interface DaemonSetUpdateStrategy extends Infer<typeof daemonSetUpdateStrategyShape> {}
export const daemonSetUpdateStrategy: Schema<DaemonSetUpdateStrategy> = daemonSetUpdateStrategyShape

const daemonSetSpecShape = object('io.k8s.api.apps.v1.DaemonSetSpec', {
  selector: ref(1, labelSelector, { required: true }),
  template: struct(2, podTemplateSpec, { required: true }),
  updateStrategy: struct(3, daemonSetUpdateStrategy),
  minReadySeconds: int32(4),
  revisionHistoryLimit: int32(6, { pointer: true }),
})
export interface DaemonSetSpec extends Infer<typeof daemonSetSpecShape> {}
export const daemonSetSpec: Schema<DaemonSetSpec> = daemonSetSpecShape

const daemonSetConditionShape = object('io.k8s.api.apps.v1.DaemonSetCondition', {
  type: string(1, { required: true }),
  status: string(2, { required: true }),
  lastTransitionTime: time(3),
  reason: string(4),
  message: string(5),
})
export interface DaemonSetCondition extends Infer<typeof daemonSetConditionShape> {}
export const daemonSetCondition: Schema<DaemonSetCondition> = daemonSetConditionShape

const daemonSetStatusShape = object('io.k8s.api.apps.v1.DaemonSetStatus', {
  currentNumberScheduled: int32(1, { required: true }),
  numberMisscheduled: int32(2, { required: true }),
  desiredNumberScheduled: int32(3, { required: true }),
  numberReady: int32(4, { required: true }),
  observedGeneration: int64(5),
  updatedNumberScheduled: int32(6),
  numberAvailable: int32(7),
  numberUnavailable: int32(8),
  collisionCount: int32(9, { pointer: true }),
  conditions: list(10, daemonSetCondition, { patchStrategy: 'merge', patchMergeKey: 'type', listType: 'map', listMapKeys: ['type'] }),
})
export interface DaemonSetStatus extends Infer<typeof daemonSetStatusShape> {}
export const daemonSetStatus: Schema<DaemonSetStatus> = daemonSetStatusShape

const daemonSetShape = kind('io.k8s.api.apps.v1.DaemonSet', {
  metadata: struct(1, objectMeta),
  spec: struct(2, daemonSetSpec),
  status: struct(3, daemonSetStatus),
})
export interface DaemonSet extends Infer<typeof daemonSetShape> {}
export const daemonSet: Schema<DaemonSet> = daemonSetShape
