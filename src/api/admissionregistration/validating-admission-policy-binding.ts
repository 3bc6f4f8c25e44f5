import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { kind, list, object, ref, string, struct } from '../../machinery/schema/schema.ts'
import { matchResources, paramRef } from './shared.ts'
import { objectMeta } from '../meta/object-meta.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import { ageColumn, nameColumn } from '../columns.ts'
import { paramRefText } from './columns.ts'
import { defaultMatchResources } from './defaults.ts'
import { validateActions, validateBinding } from './policy-validation.ts'

const validatingAdmissionPolicyBindingSpecShape = object('io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec', {
  policyName: string(1, { required: true, omitEmpty: true }),
  paramRef: ref(2, paramRef),
  matchResources: ref(3, matchResources),
  validationActions: list(4, 'string', { required: true, omitEmpty: true, listType: 'set' }),
})
export interface ValidatingAdmissionPolicyBindingSpec extends Infer<typeof validatingAdmissionPolicyBindingSpecShape> {}
export const validatingAdmissionPolicyBindingSpec: Schema<ValidatingAdmissionPolicyBindingSpec> = validatingAdmissionPolicyBindingSpecShape

const validatingAdmissionPolicyBindingShape = kind('io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicyBinding', {
  metadata: struct(1, objectMeta),
  spec: struct(2, validatingAdmissionPolicyBindingSpec, { required: true, omitEmpty: true }),
})
export interface ValidatingAdmissionPolicyBinding extends Infer<typeof validatingAdmissionPolicyBindingShape> {}
export const validatingAdmissionPolicyBinding: Schema<ValidatingAdmissionPolicyBinding> = validatingAdmissionPolicyBindingShape

/** The handle for validatingadmissionpolicybindings of admissionregistration.k8s.io. */
export const ValidatingAdmissionPolicyBindings: Resource<ValidatingAdmissionPolicyBinding> = defineResource<ValidatingAdmissionPolicyBinding>({
  group: 'admissionregistration.k8s.io', version: 'v1', kind: 'ValidatingAdmissionPolicyBinding', plural: 'validatingadmissionpolicybindings', categories: ['api-extensions'], namespaced: false,
  storageVersionHash: 'v9715VZqakg=',
  schema: validatingAdmissionPolicyBinding,
  columns: [
    nameColumn,
    { name: 'PolicyName', type: 'string', cell: ({ spec }) => spec.policyName ?? '' },
    { name: 'ParamRef', type: 'string', cell: ({ spec }) => paramRefText(spec.paramRef) },
    ageColumn,
  ],
  generationOf: ({ spec }) => spec,
  defaults: ({ spec }) => defaultMatchResources(spec.matchResources),
  validate: ({ spec }) => [...validateBinding(spec), ...validateActions(spec.validationActions)],
})
