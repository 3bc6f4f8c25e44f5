import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { kind, struct } from '../../machinery/schema/schema.ts'
import { podStatus } from './pod/pod-spec.ts'
import { objectMeta } from '../meta/object-meta.ts'

const podStatusResultShape = kind('io.k8s.api.core.v1.PodStatusResult', {
  metadata: struct(1, objectMeta),
  status: struct(2, podStatus),
})
export interface PodStatusResult extends Infer<typeof podStatusResultShape> {}
export const podStatusResult: Schema<PodStatusResult> = podStatusResultShape
