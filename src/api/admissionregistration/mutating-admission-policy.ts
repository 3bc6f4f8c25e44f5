import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { kind, list, object, ref, string, struct } from '../../machinery/schema/schema.ts'
import { matchCondition, matchResources, paramKind, variable } from './shared.ts'
import { objectMeta } from '../meta/object-meta.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import { ageColumn, nameColumn } from '../columns.ts'
import { paramKindText } from './columns.ts'
import { defaultMatchResources } from './defaults.ts'
import { validateMutatingPolicy } from './mutating-policy-validation.ts'

const applyConfigurationShape = object('io.k8s.api.admissionregistration.v1.ApplyConfiguration', {
  expression: string(1),
})
export interface ApplyConfiguration extends Infer<typeof applyConfigurationShape> {}
export const applyConfiguration: Schema<ApplyConfiguration> = applyConfigurationShape

const jsonPatchShape = object('io.k8s.api.admissionregistration.v1.JSONPatch', {
  expression: string(1),
})
export interface JSONPatch extends Infer<typeof jsonPatchShape> {}
export const jsonPatch: Schema<JSONPatch> = jsonPatchShape

const mutationShape = object('io.k8s.api.admissionregistration.v1.Mutation', {
  patchType: string(2, { required: true, enum: ['ApplyConfiguration', 'JSONPatch'] }),
  applyConfiguration: ref(3, applyConfiguration),
  jsonPatch: ref(4, jsonPatch),
})
export interface Mutation extends Infer<typeof mutationShape> {}
export const mutation: Schema<Mutation> = mutationShape

const mutatingAdmissionPolicySpecShape = object('io.k8s.api.admissionregistration.v1.MutatingAdmissionPolicySpec', {
  paramKind: ref(1, paramKind),
  matchConstraints: ref(2, matchResources),
  variables: list(3, variable, { listType: 'atomic' }),
  mutations: list(4, mutation, { listType: 'atomic' }),
  failurePolicy: string(5, { pointer: true, enum: ['Fail', 'Ignore'] }),
  matchConditions: list(6, matchCondition, { patchStrategy: 'merge', patchMergeKey: 'name', listType: 'map', listMapKeys: ['name'] }),
  reinvocationPolicy: string(7, { enum: ['IfNeeded', 'Never'] }),
})
export interface MutatingAdmissionPolicySpec extends Infer<typeof mutatingAdmissionPolicySpecShape> {}
export const mutatingAdmissionPolicySpec: Schema<MutatingAdmissionPolicySpec> = mutatingAdmissionPolicySpecShape

const mutatingAdmissionPolicyShape = kind('io.k8s.api.admissionregistration.v1.MutatingAdmissionPolicy', {
  metadata: struct(1, objectMeta),
  spec: struct(2, mutatingAdmissionPolicySpec),
})
export interface MutatingAdmissionPolicy extends Infer<typeof mutatingAdmissionPolicyShape> {}
export const mutatingAdmissionPolicy: Schema<MutatingAdmissionPolicy> = mutatingAdmissionPolicyShape

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
