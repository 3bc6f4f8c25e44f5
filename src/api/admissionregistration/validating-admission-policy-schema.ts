import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { int64, kind, list, object, ref, string, struct } from '../../machinery/schema/schema.ts'
import { matchCondition, matchResources, paramKind, variable } from './shared.ts'
import { condition } from '../meta/condition.ts'
import { objectMeta } from '../meta/object-meta.ts'

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
