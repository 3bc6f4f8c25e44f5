import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import { ageColumn, nameColumn } from '../columns.ts'
import { keepUsersMetadata, STATUS_ONLY } from '../meta/status-strategy.ts'
import { paramKindText } from './columns.ts'
import { defaultMatchResources } from './defaults.ts'
import { validatePolicyStatus, validateValidatingPolicy } from './policy-validation.ts'
import type { ValidatingAdmissionPolicy } from './validating-admission-policy-schema.ts'
import { validatingAdmissionPolicy } from './validating-admission-policy-schema.ts'

export * from './validating-admission-policy-schema.ts'

/** The handle for validatingadmissionpolicies of admissionregistration.k8s.io. */
export const ValidatingAdmissionPolicies: Resource<ValidatingAdmissionPolicy> = defineResource<ValidatingAdmissionPolicy>({
  group: 'admissionregistration.k8s.io', version: 'v1', kind: 'ValidatingAdmissionPolicy', plural: 'validatingadmissionpolicies', categories: ['api-extensions'], namespaced: false,
  subresources: [
    { name: 'status', group: 'admissionregistration.k8s.io', version: 'v1', kind: 'ValidatingAdmissionPolicy', verbs: ['get', 'patch', 'update'] },
  ],
  storageVersionHash: '6OxvlMmQ6is=',
  schema: validatingAdmissionPolicy,
  columns: [
    nameColumn,
    { name: 'Validations', type: 'integer', cell: ({ spec }) => spec.validations?.length ?? 0 },
    { name: 'ParamKind', type: 'string', cell: ({ spec }) => paramKindText(spec.paramKind) },
    ageColumn,
  ],
  generationOf: ({ spec }) => spec,
  defaults({ spec }) {
    spec.failurePolicy ??= 'Fail'
    defaultMatchResources(spec.matchConstraints)
  },
  validate: (object, { isNew }) => (isNew === false ? [] : validateValidatingPolicy(object)),
  validateUpdate: validateValidatingPolicy,
  prepareForSubresource: keepUsersMetadata,
  resetFields: STATUS_ONLY,
  validateStatusUpdate: validatePolicyStatus,
})
