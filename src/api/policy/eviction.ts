import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { kind, ref, struct } from '../../machinery/schema/schema.ts'
import { objectMeta } from '../meta/object-meta.ts'
import { deleteOptions } from '../meta/options.ts'

const evictionShape = kind('io.k8s.api.policy.v1.Eviction', {
  metadata: struct(1, objectMeta),
  deleteOptions: ref(2, deleteOptions),
})
export interface Eviction extends Infer<typeof evictionShape> {}
export const eviction: Schema<Eviction> = evictionShape
