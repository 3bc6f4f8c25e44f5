import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { kind, object, ref, string, struct } from '../../machinery/schema/schema.ts'
import { matchResources, paramRef } from './shared.ts'
import { objectMeta } from '../meta/object-meta.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import { ageColumn, nameColumn } from '../columns.ts'
import { paramRefText } from './columns.ts'
import { defaultMatchResources } from './defaults.ts'
import { validateOperations } from './mutating-policy-validation.ts'
import { validateBinding } from './policy-validation.ts'

const mutatingAdmissionPolicyBindingSpecShape = object('io.k8s.api.admissionregistration.v1.MutatingAdmissionPolicyBindingSpec', {
  policyName: string(1),
  paramRef: ref(2, paramRef),
  matchResources: ref(3, matchResources),
})
export interface MutatingAdmissionPolicyBindingSpec extends Infer<typeof mutatingAdmissionPolicyBindingSpecShape> {}
export const mutatingAdmissionPolicyBindingSpec: Schema<MutatingAdmissionPolicyBindingSpec> = mutatingAdmissionPolicyBindingSpecShape

const mutatingAdmissionPolicyBindingShape = kind('io.k8s.api.admissionregistration.v1.MutatingAdmissionPolicyBinding', {
  metadata: struct(1, objectMeta),
  spec: struct(2, mutatingAdmissionPolicyBindingSpec),
})
export interface MutatingAdmissionPolicyBinding extends Infer<typeof mutatingAdmissionPolicyBindingShape> {}
export const mutatingAdmissionPolicyBinding: Schema<MutatingAdmissionPolicyBinding> = mutatingAdmissionPolicyBindingShape

/** The handle for mutatingadmissionpolicybindings of admissionregistration.k8s.io. */
export const MutatingAdmissionPolicyBindings: Resource<MutatingAdmissionPolicyBinding> = defineResource<MutatingAdmissionPolicyBinding>({
  group: 'admissionregistration.k8s.io', version: 'v1', kind: 'MutatingAdmissionPolicyBinding', plural: 'mutatingadmissionpolicybindings', categories: ['api-extensions'], namespaced: false,
  storageVersionHash: '90V5FRZZ3Zg=',
  schema: mutatingAdmissionPolicyBinding,
  columns: [
    nameColumn,
    { name: 'PolicyName', type: 'string', cell: ({ spec }) => spec.policyName ?? '' },
    { name: 'ParamRef', type: 'string', cell: ({ spec }) => paramRefText(spec.paramRef) },
    ageColumn,
  ],
  generationOf: ({ spec }) => spec,
  defaults: ({ spec }) => defaultMatchResources(spec.matchResources),
  validate: ({ spec }) => [...validateBinding(spec), ...validateOperations(spec.matchResources, 'spec.matchResources')],
})
