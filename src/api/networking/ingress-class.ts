import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { kind, object, ref, string, struct } from '../../machinery/schema/schema.ts'
import { objectMeta } from '../meta/object-meta.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import { byteLength, dnsLabel } from '../../machinery/names.ts'
import type { Cause } from '../../machinery/status.ts'
import { ageColumn, nameColumn } from '../columns.ts'
import { forbidden, immutable, invalidBy, notSupported, required, tooLong } from '../validation.ts'
import { validateDomainPrefixedPath } from '../domain-prefixed-path.ts'
import { validateTypedReference } from './ingress-validation.ts'

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
  columns: [
    nameColumn,
    { name: 'Controller', type: 'string', cell: ({ spec }) => spec.controller ?? '' },
    { name: 'Parameters', type: 'string', cell: ({ spec }) => parametersText(spec.parameters) },
    ageColumn,
  ],
  generationOf: ({ spec }) => spec,
  defaults({ spec }) {
    if (spec.parameters) spec.parameters.scope ??= 'Cluster'
  },
  validate: (object, { isNew }) => (isNew === false ? [] : validateIngressClass(object)),
  validateUpdate: (object, old) => [...immutable('spec.controller', object.spec.controller ?? '', old.spec.controller ?? ''), ...validateIngressClass(object)],
})

const LONGEST_CONTROLLER = 250
const SCOPES = ['Cluster', 'Namespace']

function parametersText(parameters: IngressClassParametersReference | undefined): string {
  if (!parameters) return '<none>'
  return `${parameters.kind}${parameters.apiGroup ? `.${parameters.apiGroup}` : ''}/${parameters.name}`
}

function validateIngressClass({ spec: { controller = '', parameters } }: IngressClass): Cause[] {
  return [
    ...(byteLength(controller) > LONGEST_CONTROLLER ? [tooLong('spec.controller', LONGEST_CONTROLLER)] : []),
    ...validateDomainPrefixedPath('spec.controller', controller), ...(parameters ? validateParameters(parameters, 'spec.parameters') : []),
  ]
}

function validateParameters(parameters: IngressClassParametersReference, field: string): Cause[] {
  const { scope, namespace } = parameters
  const causes = validateTypedReference(parameters, field)
  if (scope === undefined || scope === null) return [...causes, required(`${field}.scope`)]
  if (!SCOPES.includes(scope)) return [...causes, notSupported(`${field}.scope`, scope, SCOPES)]
  if (scope === 'Cluster') return namespace === undefined ? causes : [...causes, forbidden(`${field}.namespace`, "`parameters.scope` is set to 'Cluster'")]
  return [...causes, ...(namespace === undefined ? [required(`${field}.namespace`, "`parameters.scope` is set to 'Namespace'")] : invalidBy(`${field}.namespace`, namespace, dnsLabel))]
}
