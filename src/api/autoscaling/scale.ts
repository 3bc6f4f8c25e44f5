import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { int32, kind, object, string, struct } from '../../machinery/schema/schema.ts'
import { objectMeta } from '../meta/object-meta.ts'

const scaleSpecShape = object('io.k8s.api.autoscaling.v1.ScaleSpec', {
  replicas: int32(1, { default: 0 }),
})
export interface ScaleSpec extends Infer<typeof scaleSpecShape> {}
export const scaleSpec: Schema<ScaleSpec> = scaleSpecShape

const scaleStatusShape = object('io.k8s.api.autoscaling.v1.ScaleStatus', {
  replicas: int32(1, { required: true }),
  selector: string(2),
})
export interface ScaleStatus extends Infer<typeof scaleStatusShape> {}
export const scaleStatus: Schema<ScaleStatus> = scaleStatusShape

const scaleShape = kind('io.k8s.api.autoscaling.v1.Scale', {
  metadata: struct(1, objectMeta),
  spec: struct(2, scaleSpec),
  status: struct(3, scaleStatus),
})
export interface Scale extends Infer<typeof scaleShape> {}
export const scale: Schema<Scale> = scaleShape
