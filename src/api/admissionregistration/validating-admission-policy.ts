import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { int64, kind, list, object, ref, string, struct } from '../../machinery/schema/schema.ts'
import { matchCondition, matchResources, paramKind, variable } from './shared.ts'
import { condition } from '../meta/condition.ts'
import { objectMeta } from '../meta/object-meta.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import { ageColumn, nameColumn } from '../columns.ts'
import { paramKindText } from './columns.ts'
import { defaultMatchResources } from './defaults.ts'
import { validatePolicyStatus, validateValidatingPolicy } from './policy-validation.ts'

const auditAnnotationShape = object('io.k8s.api.admissionregistration.v1.AuditAnnotation', {
  key: string(1, { required: true }),
  valueExpression: string(2, { required: true }),
})
export interface AuditAnnotation extends Infer<typeof auditAnnotationShape> {}
export const auditAnnotation: Schema<AuditAnnotation> = auditAnnotationShape

const expressionWarningShape = object('io.k8s.api.admissionregistration.v1.ExpressionWarning', {
  fieldRef: string(2, { required: true }),
  warning: string(3, { required: true }),
})
export interface ExpressionWarning extends Infer<typeof expressionWarningShape> {}
export const expressionWarning: Schema<ExpressionWarning> = expressionWarningShape

const typeCheckingShape = object('io.k8s.api.admissionregistration.v1.TypeChecking', {
  expressionWarnings: list(1, expressionWarning, { listType: 'atomic' }),
})
export interface TypeChecking extends Infer<typeof typeCheckingShape> {}
export const typeChecking: Schema<TypeChecking> = typeCheckingShape

const validationShape = object('io.k8s.api.admissionregistration.v1.Validation', {
  expression: string(1, { required: true, protoName: 'Expression' }),
  message: string(2),
  reason: string(3, { pointer: true }),
  messageExpression: string(4),
})
export interface Validation extends Infer<typeof validationShape> {}
export const validation: Schema<Validation> = validationShape

const validatingAdmissionPolicySpecShape = object('io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicySpec', {
  paramKind: ref(1, paramKind),
  matchConstraints: ref(2, matchResources),
  validations: list(3, validation, { listType: 'atomic' }),
  failurePolicy: string(4, { pointer: true, enum: ['Fail', 'Ignore'] }),
  auditAnnotations: list(5, auditAnnotation, { listType: 'atomic' }),
  matchConditions: list(6, matchCondition, { patchStrategy: 'merge', patchMergeKey: 'name', listType: 'map', listMapKeys: ['name'] }),
  variables: list(7, variable, { patchStrategy: 'merge', patchMergeKey: 'name', listType: 'map', listMapKeys: ['name'] }),
})
export interface ValidatingAdmissionPolicySpec extends Infer<typeof validatingAdmissionPolicySpecShape> {}
export const validatingAdmissionPolicySpec: Schema<ValidatingAdmissionPolicySpec> = validatingAdmissionPolicySpecShape

const validatingAdmissionPolicyStatusShape = object('io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicyStatus', {
  observedGeneration: int64(1),
  typeChecking: ref(2, typeChecking),
  conditions: list(3, condition, { listType: 'map', listMapKeys: ['type'] }),
})
export interface ValidatingAdmissionPolicyStatus extends Infer<typeof validatingAdmissionPolicyStatusShape> {}
export const validatingAdmissionPolicyStatus: Schema<ValidatingAdmissionPolicyStatus> = validatingAdmissionPolicyStatusShape

const validatingAdmissionPolicyShape = kind('io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicy', {
  metadata: struct(1, objectMeta),
  spec: struct(2, validatingAdmissionPolicySpec),
  status: struct(3, validatingAdmissionPolicyStatus),
})
export interface ValidatingAdmissionPolicy extends Infer<typeof validatingAdmissionPolicyShape> {}
export const validatingAdmissionPolicy: Schema<ValidatingAdmissionPolicy> = validatingAdmissionPolicyShape

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
  validateStatusUpdate: validatePolicyStatus,
})
