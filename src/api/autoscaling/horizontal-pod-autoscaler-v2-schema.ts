import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { int32, int64, kind, list, object, quantity, ref, string, struct, time } from '../../machinery/schema/schema.ts'
import { objectMeta } from '../meta/object-meta.ts'
import { labelSelector } from '../meta/selectors.ts'

const metricTargetShape = object('io.k8s.api.autoscaling.v2.MetricTarget', {
  type: string(1, { required: true }),
  value: quantity(2, { pointer: true }),
  averageValue: quantity(3, { pointer: true }),
  averageUtilization: int32(4, { pointer: true }),
})
export interface MetricTarget extends Infer<typeof metricTargetShape> {}
export const metricTarget: Schema<MetricTarget> = metricTargetShape

const containerResourceMetricSourceShape = object('io.k8s.api.autoscaling.v2.ContainerResourceMetricSource', {
  name: string(1, { required: true }),
  target: struct(2, metricTarget, { required: true }),
  container: string(3, { required: true }),
})
export interface ContainerResourceMetricSource extends Infer<typeof containerResourceMetricSourceShape> {}
export const containerResourceMetricSource: Schema<ContainerResourceMetricSource> = containerResourceMetricSourceShape

const metricValueStatusShape = object('io.k8s.api.autoscaling.v2.MetricValueStatus', {
  value: quantity(1, { pointer: true }),
  averageValue: quantity(2, { pointer: true }),
  averageUtilization: int32(3, { pointer: true }),
})
export interface MetricValueStatus extends Infer<typeof metricValueStatusShape> {}
export const metricValueStatus: Schema<MetricValueStatus> = metricValueStatusShape

const containerResourceMetricStatusShape = object('io.k8s.api.autoscaling.v2.ContainerResourceMetricStatus', {
  name: string(1, { required: true }),
  current: struct(2, metricValueStatus, { required: true }),
  container: string(3, { required: true }),
})
export interface ContainerResourceMetricStatus extends Infer<typeof containerResourceMetricStatusShape> {}
export const containerResourceMetricStatus: Schema<ContainerResourceMetricStatus> = containerResourceMetricStatusShape

const crossVersionObjectReferenceShape = object('io.k8s.api.autoscaling.v2.CrossVersionObjectReference', {
  kind: string(1, { required: true }),
  name: string(2, { required: true }),
  apiVersion: string(3),
})
export interface CrossVersionObjectReference extends Infer<typeof crossVersionObjectReferenceShape> {}
export const crossVersionObjectReference: Schema<CrossVersionObjectReference> = crossVersionObjectReferenceShape

const metricIdentifierShape = object('io.k8s.api.autoscaling.v2.MetricIdentifier', {
  name: string(1, { required: true }),
  selector: ref(2, labelSelector),
})
export interface MetricIdentifier extends Infer<typeof metricIdentifierShape> {}
export const metricIdentifier: Schema<MetricIdentifier> = metricIdentifierShape

const externalMetricSourceShape = object('io.k8s.api.autoscaling.v2.ExternalMetricSource', {
  metric: struct(1, metricIdentifier, { required: true }),
  target: struct(2, metricTarget, { required: true }),
})
export interface ExternalMetricSource extends Infer<typeof externalMetricSourceShape> {}
export const externalMetricSource: Schema<ExternalMetricSource> = externalMetricSourceShape

const externalMetricStatusShape = object('io.k8s.api.autoscaling.v2.ExternalMetricStatus', {
  metric: struct(1, metricIdentifier, { required: true }),
  current: struct(2, metricValueStatus, { required: true }),
})
export interface ExternalMetricStatus extends Infer<typeof externalMetricStatusShape> {}
export const externalMetricStatus: Schema<ExternalMetricStatus> = externalMetricStatusShape

const hpaScalingPolicyShape = object('io.k8s.api.autoscaling.v2.HPAScalingPolicy', {
  type: string(1, { required: true }),
  value: int32(2, { required: true }),
  periodSeconds: int32(3, { required: true }),
})
export interface HPAScalingPolicy extends Infer<typeof hpaScalingPolicyShape> {}
export const hpaScalingPolicy: Schema<HPAScalingPolicy> = hpaScalingPolicyShape

const hpaScalingRulesShape = object('io.k8s.api.autoscaling.v2.HPAScalingRules', {
  stabilizationWindowSeconds: int32(3, { pointer: true }),
  selectPolicy: string(1, { pointer: true }),
  policies: list(2, hpaScalingPolicy, { listType: 'atomic', keepEmpty: true }),
  tolerance: quantity(4, { pointer: true }),
})
export interface HPAScalingRules extends Infer<typeof hpaScalingRulesShape> {}
export const hpaScalingRules: Schema<HPAScalingRules> = hpaScalingRulesShape

const objectMetricSourceShape = object('io.k8s.api.autoscaling.v2.ObjectMetricSource', {
  describedObject: struct(1, crossVersionObjectReference, { required: true }),
  target: struct(2, metricTarget, { required: true }),
  metric: struct(3, metricIdentifier, { required: true }),
})
export interface ObjectMetricSource extends Infer<typeof objectMetricSourceShape> {}
export const objectMetricSource: Schema<ObjectMetricSource> = objectMetricSourceShape

const podsMetricSourceShape = object('io.k8s.api.autoscaling.v2.PodsMetricSource', {
  metric: struct(1, metricIdentifier, { required: true }),
  target: struct(2, metricTarget, { required: true }),
})
export interface PodsMetricSource extends Infer<typeof podsMetricSourceShape> {}
export const podsMetricSource: Schema<PodsMetricSource> = podsMetricSourceShape

const resourceMetricSourceShape = object('io.k8s.api.autoscaling.v2.ResourceMetricSource', {
  name: string(1, { required: true }),
  target: struct(2, metricTarget, { required: true }),
})
export interface ResourceMetricSource extends Infer<typeof resourceMetricSourceShape> {}
export const resourceMetricSource: Schema<ResourceMetricSource> = resourceMetricSourceShape

const metricSpecShape = object('io.k8s.api.autoscaling.v2.MetricSpec', {
  type: string(1, { required: true }),
  object: ref(2, objectMetricSource),
  pods: ref(3, podsMetricSource),
  resource: ref(4, resourceMetricSource),
  containerResource: ref(7, containerResourceMetricSource),
  external: ref(5, externalMetricSource),
})
export interface MetricSpec extends Infer<typeof metricSpecShape> {}
export const metricSpec: Schema<MetricSpec> = metricSpecShape

const horizontalPodAutoscalerBehaviorShape = object('io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerBehavior', {
  scaleUp: ref(1, hpaScalingRules),
  scaleDown: ref(2, hpaScalingRules),
})
export interface HorizontalPodAutoscalerBehavior extends Infer<typeof horizontalPodAutoscalerBehaviorShape> {}
export const horizontalPodAutoscalerBehavior: Schema<HorizontalPodAutoscalerBehavior> = horizontalPodAutoscalerBehaviorShape

const horizontalPodAutoscalerSpecShape = object('io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerSpec', {
  scaleTargetRef: struct(1, crossVersionObjectReference, { required: true }),
  minReplicas: int32(2, { pointer: true }),
  maxReplicas: int32(3, { required: true }),
  metrics: list(4, metricSpec, { listType: 'atomic' }),
  behavior: ref(5, horizontalPodAutoscalerBehavior),
})
export interface HorizontalPodAutoscalerSpec extends Infer<typeof horizontalPodAutoscalerSpecShape> {}
export const horizontalPodAutoscalerSpec: Schema<HorizontalPodAutoscalerSpec> = horizontalPodAutoscalerSpecShape

const objectMetricStatusShape = object('io.k8s.api.autoscaling.v2.ObjectMetricStatus', {
  metric: struct(1, metricIdentifier, { required: true }),
  current: struct(2, metricValueStatus, { required: true }),
  describedObject: struct(3, crossVersionObjectReference, { required: true }),
})
export interface ObjectMetricStatus extends Infer<typeof objectMetricStatusShape> {}
export const objectMetricStatus: Schema<ObjectMetricStatus> = objectMetricStatusShape

const podsMetricStatusShape = object('io.k8s.api.autoscaling.v2.PodsMetricStatus', {
  metric: struct(1, metricIdentifier, { required: true }),
  current: struct(2, metricValueStatus, { required: true }),
})
export interface PodsMetricStatus extends Infer<typeof podsMetricStatusShape> {}
export const podsMetricStatus: Schema<PodsMetricStatus> = podsMetricStatusShape

const resourceMetricStatusShape = object('io.k8s.api.autoscaling.v2.ResourceMetricStatus', {
  name: string(1, { required: true }),
  current: struct(2, metricValueStatus, { required: true }),
})
export interface ResourceMetricStatus extends Infer<typeof resourceMetricStatusShape> {}
export const resourceMetricStatus: Schema<ResourceMetricStatus> = resourceMetricStatusShape

const metricStatusShape = object('io.k8s.api.autoscaling.v2.MetricStatus', {
  type: string(1, { required: true }),
  object: ref(2, objectMetricStatus),
  pods: ref(3, podsMetricStatus),
  resource: ref(4, resourceMetricStatus),
  containerResource: ref(7, containerResourceMetricStatus),
  external: ref(5, externalMetricStatus),
})
export interface MetricStatus extends Infer<typeof metricStatusShape> {}
export const metricStatus: Schema<MetricStatus> = metricStatusShape

const horizontalPodAutoscalerConditionShape = object('io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerCondition', {
  type: string(1, { required: true }),
  status: string(2, { required: true }),
  lastTransitionTime: time(3),
  reason: string(4),
  message: string(5),
})
export interface HorizontalPodAutoscalerCondition extends Infer<typeof horizontalPodAutoscalerConditionShape> {}
export const horizontalPodAutoscalerCondition: Schema<HorizontalPodAutoscalerCondition> = horizontalPodAutoscalerConditionShape

const horizontalPodAutoscalerStatusShape = object('io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerStatus', {
  observedGeneration: int64(1, { pointer: true }),
  lastScaleTime: time(2, { pointer: true }),
  currentReplicas: int32(3),
  desiredReplicas: int32(4, { required: true }),
  currentMetrics: list(5, metricStatus, { omitEmpty: false, listType: 'atomic' }),
  conditions: list(6, horizontalPodAutoscalerCondition, { patchStrategy: 'merge', patchMergeKey: 'type', listType: 'map', listMapKeys: ['type'] }),
})
export interface HorizontalPodAutoscalerStatus extends Infer<typeof horizontalPodAutoscalerStatusShape> {}
export const horizontalPodAutoscalerStatus: Schema<HorizontalPodAutoscalerStatus> = horizontalPodAutoscalerStatusShape

const horizontalPodAutoscalerShape = kind('io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler', {
  metadata: struct(1, objectMeta),
  spec: struct(2, horizontalPodAutoscalerSpec, { required: true, omitEmpty: true }),
  status: struct(3, horizontalPodAutoscalerStatus),
})
export interface HorizontalPodAutoscaler extends Infer<typeof horizontalPodAutoscalerShape> {}
export const horizontalPodAutoscaler: Schema<HorizontalPodAutoscaler> = horizontalPodAutoscalerShape
