import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { bool, int32, int64, list, object, ref, string, struct } from '../../machinery/schema/schema.ts'
import { podTemplateSpec } from '../core/pod/pod-spec.ts'
import { labelSelector } from '../meta/selectors.ts'

const podFailurePolicyOnExitCodesRequirementShape = object('io.k8s.api.batch.v1.PodFailurePolicyOnExitCodesRequirement', {
  containerName: string(1, { pointer: true }),
  operator: string(2, { required: true, enum: ['In', 'NotIn'] }),
  values: list(3, 'int32', { required: true, listType: 'set' }),
})
export interface PodFailurePolicyOnExitCodesRequirement extends Infer<typeof podFailurePolicyOnExitCodesRequirementShape> {}
export const podFailurePolicyOnExitCodesRequirement: Schema<PodFailurePolicyOnExitCodesRequirement> = podFailurePolicyOnExitCodesRequirementShape

const podFailurePolicyOnPodConditionsPatternShape = object('io.k8s.api.batch.v1.PodFailurePolicyOnPodConditionsPattern', {
  type: string(1, { required: true }),
  status: string(2, { omitEmpty: false }),
})
export interface PodFailurePolicyOnPodConditionsPattern extends Infer<typeof podFailurePolicyOnPodConditionsPatternShape> {}
export const podFailurePolicyOnPodConditionsPattern: Schema<PodFailurePolicyOnPodConditionsPattern> = podFailurePolicyOnPodConditionsPatternShape

const podFailurePolicyRuleShape = object('io.k8s.api.batch.v1.PodFailurePolicyRule', {
  action: string(1, { required: true, enum: ['Count', 'FailIndex', 'FailJob', 'Ignore'] }),
  onExitCodes: ref(2, podFailurePolicyOnExitCodesRequirement),
  onPodConditions: list(3, podFailurePolicyOnPodConditionsPattern, { listType: 'atomic' }),
})
export interface PodFailurePolicyRule extends Infer<typeof podFailurePolicyRuleShape> {}
export const podFailurePolicyRule: Schema<PodFailurePolicyRule> = podFailurePolicyRuleShape

const podFailurePolicyShape = object('io.k8s.api.batch.v1.PodFailurePolicy', {
  rules: list(1, podFailurePolicyRule, { required: true, listType: 'atomic' }),
})
export interface PodFailurePolicy extends Infer<typeof podFailurePolicyShape> {}
export const podFailurePolicy: Schema<PodFailurePolicy> = podFailurePolicyShape

const successPolicyRuleShape = object('io.k8s.api.batch.v1.SuccessPolicyRule', {
  succeededIndexes: string(1, { pointer: true }),
  succeededCount: int32(2, { pointer: true }),
})
export interface SuccessPolicyRule extends Infer<typeof successPolicyRuleShape> {}
export const successPolicyRule: Schema<SuccessPolicyRule> = successPolicyRuleShape

const successPolicyShape = object('io.k8s.api.batch.v1.SuccessPolicy', {
  rules: list(1, successPolicyRule, { required: true, listType: 'atomic' }),
})
export interface SuccessPolicy extends Infer<typeof successPolicyShape> {}
export const successPolicy: Schema<SuccessPolicy> = successPolicyShape

const jobSpecShape = object('io.k8s.api.batch.v1.JobSpec', {
  parallelism: int32(1, { pointer: true }),
  completions: int32(2, { pointer: true }),
  activeDeadlineSeconds: int64(3, { pointer: true }),
  podFailurePolicy: ref(11, podFailurePolicy),
  successPolicy: ref(16, successPolicy),
  backoffLimit: int32(7, { pointer: true }),
  backoffLimitPerIndex: int32(12, { pointer: true }),
  maxFailedIndexes: int32(13, { pointer: true }),
  selector: ref(4, labelSelector),
  manualSelector: bool(5, { pointer: true }),
  template: struct(6, podTemplateSpec, { required: true }),
  ttlSecondsAfterFinished: int32(8, { pointer: true }),
  completionMode: string(9, { pointer: true, enum: ['Indexed', 'NonIndexed'] }),
  suspend: bool(10, { pointer: true }),
  podReplacementPolicy: string(14, { pointer: true, enum: ['Failed', 'TerminatingOrFailed'] }),
  managedBy: string(15, { pointer: true }),
})
export interface JobSpec extends Infer<typeof jobSpecShape> {}
export const jobSpec: Schema<JobSpec> = jobSpecShape
