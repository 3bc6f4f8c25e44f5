import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { int32, object, quantity, ref, string, struct, time } from '../../machinery/schema/schema.ts'
import { crossVersionObjectReference } from './horizontal-pod-autoscaler-schema.ts'
import { labelSelector } from '../meta/selectors.ts'

const containerResourceMetricSourceShape = object('io.k8s.api.autoscaling.v1.ContainerResourceMetricSource', {
  name: string(1, { required: true }),
  targetAverageUtilization: int32(2, { pointer: true }),
  targetAverageValue: quantity(3, { pointer: true }),
  container: string(5, { required: true }),
})
export interface ContainerResourceMetricSource extends Infer<typeof containerResourceMetricSourceShape> {}
export const containerResourceMetricSource: Schema<ContainerResourceMetricSource> = containerResourceMetricSourceShape

const containerResourceMetricStatusShape = object('io.k8s.api.autoscaling.v1.ContainerResourceMetricStatus', {
  name: string(1, { required: true }),
  currentAverageUtilization: int32(2, { pointer: true }),
  currentAverageValue: quantity(3, { required: true }),
  container: string(4, { required: true }),
})
export interface ContainerResourceMetricStatus extends Infer<typeof containerResourceMetricStatusShape> {}
export const containerResourceMetricStatus: Schema<ContainerResourceMetricStatus> = containerResourceMetricStatusShape

const externalMetricSourceShape = object('io.k8s.api.autoscaling.v1.ExternalMetricSource', {
  metricName: string(1, { required: true }),
  metricSelector: ref(2, labelSelector),
  targetValue: quantity(3, { pointer: true }),
  targetAverageValue: quantity(4, { pointer: true }),
})
export interface ExternalMetricSource extends Infer<typeof externalMetricSourceShape> {}
export const externalMetricSource: Schema<ExternalMetricSource> = externalMetricSourceShape

const externalMetricStatusShape = object('io.k8s.api.autoscaling.v1.ExternalMetricStatus', {
  metricName: string(1, { required: true }),
  metricSelector: ref(2, labelSelector),
  currentValue: quantity(3, { required: true }),
  currentAverageValue: quantity(4, { pointer: true }),
})
export interface ExternalMetricStatus extends Infer<typeof externalMetricStatusShape> {}
export const externalMetricStatus: Schema<ExternalMetricStatus> = externalMetricStatusShape

const horizontalPodAutoscalerConditionShape = object('io.k8s.api.autoscaling.v1.HorizontalPodAutoscalerCondition', {
  type: string(1, { required: true }),
  status: string(2, { required: true }),
  lastTransitionTime: time(3),
  reason: string(4),
  message: string(5),
})
export interface HorizontalPodAutoscalerCondition extends Infer<typeof horizontalPodAutoscalerConditionShape> {}
export const horizontalPodAutoscalerCondition: Schema<HorizontalPodAutoscalerCondition> = horizontalPodAutoscalerConditionShape

const objectMetricSourceShape = object('io.k8s.api.autoscaling.v1.ObjectMetricSource', {
  target: struct(1, crossVersionObjectReference, { required: true }),
  metricName: string(2, { required: true }),
  targetValue: quantity(3, { required: true }),
  selector: ref(4, labelSelector),
  averageValue: quantity(5, { pointer: true }),
})
export interface ObjectMetricSource extends Infer<typeof objectMetricSourceShape> {}
export const objectMetricSource: Schema<ObjectMetricSource> = objectMetricSourceShape

const podsMetricSourceShape = object('io.k8s.api.autoscaling.v1.PodsMetricSource', {
  metricName: string(1, { required: true }),
  targetAverageValue: quantity(2, { required: true }),
  selector: ref(3, labelSelector),
})
export interface PodsMetricSource extends Infer<typeof podsMetricSourceShape> {}
export const podsMetricSource: Schema<PodsMetricSource> = podsMetricSourceShape

const resourceMetricSourceShape = object('io.k8s.api.autoscaling.v1.ResourceMetricSource', {
  name: string(1, { required: true }),
  targetAverageUtilization: int32(2, { pointer: true }),
  targetAverageValue: quantity(3, { pointer: true }),
})
export interface ResourceMetricSource extends Infer<typeof resourceMetricSourceShape> {}
export const resourceMetricSource: Schema<ResourceMetricSource> = resourceMetricSourceShape

const metricSpecShape = object('io.k8s.api.autoscaling.v1.MetricSpec', {
  type: string(1, { required: true, enum: ['ContainerResource', 'External', 'Object', 'Pods', 'Resource'] }),
  object: ref(2, objectMetricSource),
  pods: ref(3, podsMetricSource),
  resource: ref(4, resourceMetricSource),
  containerResource: ref(7, containerResourceMetricSource),
  external: ref(5, externalMetricSource),
})
export interface MetricSpec extends Infer<typeof metricSpecShape> {}
export const metricSpec: Schema<MetricSpec> = metricSpecShape

const objectMetricStatusShape = object('io.k8s.api.autoscaling.v1.ObjectMetricStatus', {
  target: struct(1, crossVersionObjectReference, { required: true }),
  metricName: string(2, { required: true }),
  currentValue: quantity(3, { required: true }),
  selector: ref(4, labelSelector),
  averageValue: quantity(5, { pointer: true }),
})
export interface ObjectMetricStatus extends Infer<typeof objectMetricStatusShape> {}
export const objectMetricStatus: Schema<ObjectMetricStatus> = objectMetricStatusShape

const podsMetricStatusShape = object('io.k8s.api.autoscaling.v1.PodsMetricStatus', {
  metricName: string(1, { required: true }),
  currentAverageValue: quantity(2, { required: true }),
  selector: ref(3, labelSelector),
})
export interface PodsMetricStatus extends Infer<typeof podsMetricStatusShape> {}
export const podsMetricStatus: Schema<PodsMetricStatus> = podsMetricStatusShape

const resourceMetricStatusShape = object('io.k8s.api.autoscaling.v1.ResourceMetricStatus', {
  name: string(1, { required: true }),
  currentAverageUtilization: int32(2, { pointer: true }),
  currentAverageValue: quantity(3, { required: true }),
})
export interface ResourceMetricStatus extends Infer<typeof resourceMetricStatusShape> {}
export const resourceMetricStatus: Schema<ResourceMetricStatus> = resourceMetricStatusShape

const metricStatusShape = object('io.k8s.api.autoscaling.v1.MetricStatus', {
  type: string(1, { required: true, enum: ['ContainerResource', 'External', 'Object', 'Pods', 'Resource'] }),
  object: ref(2, objectMetricStatus),
  pods: ref(3, podsMetricStatus),
  resource: ref(4, resourceMetricStatus),
  containerResource: ref(7, containerResourceMetricStatus),
  external: ref(5, externalMetricStatus),
})
export interface MetricStatus extends Infer<typeof metricStatusShape> {}
export const metricStatus: Schema<MetricStatus> = metricStatusShape
