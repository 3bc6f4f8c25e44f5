import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { bytes, kind, string, struct } from '../../machinery/schema/schema.ts'
import { objectMeta } from '../meta/object-meta.ts'

const rangeAllocationShape = kind('io.k8s.api.core.v1.RangeAllocation', {
  metadata: struct(1, objectMeta),
  range: string(2, { required: true }),
  data: bytes(3, { required: true }),
})
export interface RangeAllocation extends Infer<typeof rangeAllocationShape> {}
export const rangeAllocation: Schema<RangeAllocation> = rangeAllocationShape
