import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { int64, object, string, time } from '../../machinery/schema/schema.ts'

const conditionShape = object('io.k8s.apimachinery.pkg.apis.meta.v1.Condition', {
  type: string(1, { required: true }),
  status: string(2, { required: true }),
  observedGeneration: int64(3),
  lastTransitionTime: time(4, { required: true }),
  reason: string(5, { required: true }),
  message: string(6, { required: true }),
})
export interface Condition extends Infer<typeof conditionShape> {}
export const condition: Schema<Condition> = conditionShape
