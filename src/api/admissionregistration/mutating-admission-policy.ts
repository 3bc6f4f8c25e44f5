import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import { ageColumn, nameColumn } from '../columns.ts'
import { paramKindText } from './columns.ts'
import { defaultMatchResources } from './defaults.ts'
import { validateMutatingPolicy } from './mutating-policy-validation.ts'
import type { MutatingAdmissionPolicy } from './mutating-admission-policy-schema.ts'
import { mutatingAdmissionPolicy } from './mutating-admission-policy-schema.ts'

export * from './mutating-admission-policy-schema.ts'

/** The handle for mutatingadmissionpolicies of admissionregistration.k8s.io. */
export const MutatingAdmissionPolicies: Resource<MutatingAdmissionPolicy> = defineResource<MutatingAdmissionPolicy>({
  group: 'admissionregistration.k8s.io', version: 'v1', kind: 'MutatingAdmissionPolicy', plural: 'mutatingadmissionpolicies', categories: ['api-extensions'], namespaced: false,
  storageVersionHash: 'LYmCf+UMVdg=',
  schema: mutatingAdmissionPolicy,
  columns: [
    nameColumn,
    { name: 'Mutations', type: 'integer', cell: ({ spec }) => spec.mutations?.length ?? 0 },
    { name: 'ParamKind', type: 'string', cell: ({ spec }) => paramKindText(spec.paramKind) },
    ageColumn,
  ],
  generationOf: ({ spec }) => spec,
  defaults({ spec }) {
    spec.failurePolicy ??= 'Fail'
    defaultMatchResources(spec.matchConstraints)
  },
  validate: (object, { isNew }) => (isNew === false ? [] : validateMutatingPolicy(object)),
  validateUpdate: validateMutatingPolicy,
})
