import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { kind, object, ref, string, struct } from '../../machinery/schema/schema.ts'
import { objectMeta } from '../meta/object-meta.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'

const ingressClassParametersReferenceShape = object('io.k8s.api.networking.v1.IngressClassParametersReference', {
  apiGroup: string(1, { pointer: true, protoName: 'aPIGroup' }),
  kind: string(2, { required: true }),
  name: string(3, { required: true }),
  scope: string(4, { omitEmpty: false, pointer: true }),
  namespace: string(5, { pointer: true }),
})
export interface IngressClassParametersReference extends Infer<typeof ingressClassParametersReferenceShape> {}
export const ingressClassParametersReference: Schema<IngressClassParametersReference> = ingressClassParametersReferenceShape

const ingressClassSpecShape = object('io.k8s.api.networking.v1.IngressClassSpec', {
  controller: string(1),
  parameters: ref(2, ingressClassParametersReference),
})
export interface IngressClassSpec extends Infer<typeof ingressClassSpecShape> {}
export const ingressClassSpec: Schema<IngressClassSpec> = ingressClassSpecShape

const ingressClassShape = kind('io.k8s.api.networking.v1.IngressClass', {
  metadata: struct(1, objectMeta),
  spec: struct(2, ingressClassSpec),
})
export interface IngressClass extends Infer<typeof ingressClassShape> {}
export const ingressClass: Schema<IngressClass> = ingressClassShape

/** The handle for ingressclasses of networking.k8s.io. */
export const IngressClasses: Resource<IngressClass> = defineResource<IngressClass>({
  group: 'networking.k8s.io', version: 'v1', kind: 'IngressClass', plural: 'ingressclasses', namespaced: false,
  storageVersionHash: 'l/iqIbDgFyQ=',
  schema: ingressClass,
})
