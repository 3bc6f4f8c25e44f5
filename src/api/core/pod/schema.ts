import type { Infer, Schema } from '../../../machinery/schema/schema.ts'
import { kind, struct } from '../../../machinery/schema/schema.ts'
import { objectMeta } from '../../meta/object-meta.ts'
import { podSpec, podStatus } from './pod-spec.ts'

const podShape = kind('io.k8s.api.core.v1.Pod', {
  metadata: struct(1, objectMeta),
  spec: struct(2, podSpec),
  status: struct(3, podStatus),
})
export interface Pod extends Infer<typeof podShape> {}
export const pod: Schema<Pod> = podShape
