import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { kind, struct } from '../../machinery/schema/schema.ts'
import { objectReference } from './references.ts'

const serializedReferenceShape = kind('io.k8s.api.core.v1.SerializedReference', {
  reference: struct(1, objectReference),
})
export interface SerializedReference extends Infer<typeof serializedReferenceShape> {}
export const serializedReference: Schema<SerializedReference> = serializedReferenceShape
