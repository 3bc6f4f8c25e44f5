import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { kind, list, object, ref, string, struct } from '../../machinery/schema/schema.ts'
import { matchCondition, matchResources, paramKind, variable } from './shared.ts'
import { objectMeta } from '../meta/object-meta.ts'

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
