import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { int32, int64, kind, object, string, struct, time } from '../../machinery/schema/schema.ts'
import { objectMeta } from '../meta/object-meta.ts'

const crossVersionObjectReferenceShape = object('io.k8s.api.autoscaling.v1.CrossVersionObjectReference', {
  kind: string(1, { required: true }),
  name: string(2, { required: true }),
  apiVersion: string(3),
}, { atomic: true })
export interface CrossVersionObjectReference extends Infer<typeof crossVersionObjectReferenceShape> {}
export const crossVersionObjectReference: Schema<CrossVersionObjectReference> = crossVersionObjectReferenceShape

const horizontalPodAutoscalerSpecShape = object('io.k8s.api.autoscaling.v1.HorizontalPodAutoscalerSpec', {
  scaleTargetRef: struct(1, crossVersionObjectReference, { required: true }),
  minReplicas: int32(2, { pointer: true }),
  maxReplicas: int32(3, { required: true }),
  targetCPUUtilizationPercentage: int32(4, { pointer: true }),
})
export interface HorizontalPodAutoscalerSpec extends Infer<typeof horizontalPodAutoscalerSpecShape> {}
export const horizontalPodAutoscalerSpec: Schema<HorizontalPodAutoscalerSpec> = horizontalPodAutoscalerSpecShape

const horizontalPodAutoscalerStatusShape = object('io.k8s.api.autoscaling.v1.HorizontalPodAutoscalerStatus', {
  observedGeneration: int64(1, { pointer: true }),
  lastScaleTime: time(2, { pointer: true }),
  currentReplicas: int32(3, { required: true }),
  desiredReplicas: int32(4, { required: true }),
  currentCPUUtilizationPercentage: int32(5, { pointer: true }),
})
export interface HorizontalPodAutoscalerStatus extends Infer<typeof horizontalPodAutoscalerStatusShape> {}
export const horizontalPodAutoscalerStatus: Schema<HorizontalPodAutoscalerStatus> = horizontalPodAutoscalerStatusShape

const horizontalPodAutoscalerShape = kind('io.k8s.api.autoscaling.v1.HorizontalPodAutoscaler', {
  metadata: struct(1, objectMeta),
  spec: struct(2, horizontalPodAutoscalerSpec, { required: true, omitEmpty: true }),
  status: struct(3, horizontalPodAutoscalerStatus),
})
export interface HorizontalPodAutoscaler extends Infer<typeof horizontalPodAutoscalerShape> {}
export const horizontalPodAutoscaler: Schema<HorizontalPodAutoscaler> = horizontalPodAutoscalerShape
