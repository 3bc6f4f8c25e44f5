import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { kind, list, map, object, string, struct } from '../../machinery/schema/schema.ts'
import { objectMeta } from '../meta/object-meta.ts'

const limitRangeItemShape = object('io.k8s.api.core.v1.LimitRangeItem', {
  type: string(1, { required: true }),
  max: map(2, 'quantity'),
  min: map(3, 'quantity'),
  default: map(4, 'quantity'),
  defaultRequest: map(5, 'quantity'),
  maxLimitRequestRatio: map(6, 'quantity'),
})
export interface LimitRangeItem extends Infer<typeof limitRangeItemShape> {}
export const limitRangeItem: Schema<LimitRangeItem> = limitRangeItemShape

const limitRangeSpecShape = object('io.k8s.api.core.v1.LimitRangeSpec', {
  limits: list(1, limitRangeItem, { required: true, nullable: true, listType: 'atomic' }),
})
export interface LimitRangeSpec extends Infer<typeof limitRangeSpecShape> {}
export const limitRangeSpec: Schema<LimitRangeSpec> = limitRangeSpecShape

const limitRangeShape = kind('io.k8s.api.core.v1.LimitRange', {
  metadata: struct(1, objectMeta),
  spec: struct(2, limitRangeSpec),
})
export interface LimitRange extends Infer<typeof limitRangeShape> {}
export const limitRange: Schema<LimitRange> = limitRangeShape
