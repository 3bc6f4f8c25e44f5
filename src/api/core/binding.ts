import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { kind, struct } from '../../machinery/schema/schema.ts'
import { objectReference } from './references.ts'
import { objectMeta } from '../meta/object-meta.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'

const bindingShape = kind('io.k8s.api.core.v1.Binding', {
  metadata: struct(1, objectMeta),
  target: struct(2, objectReference, { required: true }),
})
export interface Binding extends Infer<typeof bindingShape> {}
export const binding: Schema<Binding> = bindingShape

/** The handle for bindings. */
export const Bindings: Resource<Binding> = defineResource<Binding>({
  version: 'v1', kind: 'Binding', plural: 'bindings',
  verbs: ['create'],
  schema: binding,
})
