import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { bool, int32, kind, list, object, ref, string, struct, time } from '../../machinery/schema/schema.ts'
import { objectMeta } from '../meta/object-meta.ts'

const flowDistinguisherMethodShape = object('io.k8s.api.flowcontrol.v1.FlowDistinguisherMethod', {
  type: string(1, { required: true }),
})
export interface FlowDistinguisherMethod extends Infer<typeof flowDistinguisherMethodShape> {}
export const flowDistinguisherMethod: Schema<FlowDistinguisherMethod> = flowDistinguisherMethodShape

const priorityLevelConfigurationReferenceShape = object('io.k8s.api.flowcontrol.v1.PriorityLevelConfigurationReference', {
  name: string(1, { required: true }),
})
export interface PriorityLevelConfigurationReference extends Infer<typeof priorityLevelConfigurationReferenceShape> {}
export const priorityLevelConfigurationReference: Schema<PriorityLevelConfigurationReference> = priorityLevelConfigurationReferenceShape

const userSubjectShape = object('io.k8s.api.flowcontrol.v1.UserSubject', {
  name: string(1, { required: true }),
})
export interface UserSubject extends Infer<typeof userSubjectShape> {}
export const userSubject: Schema<UserSubject> = userSubjectShape

const groupSubjectShape = object('io.k8s.api.flowcontrol.v1.GroupSubject', {
  name: string(1, { required: true }),
})
export interface GroupSubject extends Infer<typeof groupSubjectShape> {}
export const groupSubject: Schema<GroupSubject> = groupSubjectShape

const serviceAccountSubjectShape = object('io.k8s.api.flowcontrol.v1.ServiceAccountSubject', {
  namespace: string(1, { required: true }),
  name: string(2, { required: true }),
})
export interface ServiceAccountSubject extends Infer<typeof serviceAccountSubjectShape> {}
export const serviceAccountSubject: Schema<ServiceAccountSubject> = serviceAccountSubjectShape

const subjectShape = object('io.k8s.api.flowcontrol.v1.Subject', {
  kind: string(1, { required: true }),
  user: ref(2, userSubject),
  group: ref(3, groupSubject),
  serviceAccount: ref(4, serviceAccountSubject),
}, { unions: [{ discriminator: 'kind', members: ['group', 'serviceAccount', 'user'] }] })
export interface Subject extends Infer<typeof subjectShape> {}
export const subject: Schema<Subject> = subjectShape

const resourcePolicyRuleShape = object('io.k8s.api.flowcontrol.v1.ResourcePolicyRule', {
  verbs: list(1, 'string', { required: true, listType: 'set' }),
  apiGroups: list(2, 'string', { required: true, listType: 'set' }),
  resources: list(3, 'string', { required: true, listType: 'set' }),
  clusterScope: bool(4),
  namespaces: list(5, 'string', { omitEmpty: false, listType: 'set' }),
})
export interface ResourcePolicyRule extends Infer<typeof resourcePolicyRuleShape> {}
export const resourcePolicyRule: Schema<ResourcePolicyRule> = resourcePolicyRuleShape

const nonResourcePolicyRuleShape = object('io.k8s.api.flowcontrol.v1.NonResourcePolicyRule', {
  verbs: list(1, 'string', { required: true, listType: 'set' }),
  nonResourceURLs: list(6, 'string', { required: true, listType: 'set' }),
})
export interface NonResourcePolicyRule extends Infer<typeof nonResourcePolicyRuleShape> {}
export const nonResourcePolicyRule: Schema<NonResourcePolicyRule> = nonResourcePolicyRuleShape

const policyRulesWithSubjectsShape = object('io.k8s.api.flowcontrol.v1.PolicyRulesWithSubjects', {
  subjects: list(1, subject, { required: true, listType: 'atomic' }),
  resourceRules: list(2, resourcePolicyRule, { listType: 'atomic' }),
  nonResourceRules: list(3, nonResourcePolicyRule, { listType: 'atomic' }),
})
export interface PolicyRulesWithSubjects extends Infer<typeof policyRulesWithSubjectsShape> {}
export const policyRulesWithSubjects: Schema<PolicyRulesWithSubjects> = policyRulesWithSubjectsShape

const flowSchemaSpecShape = object('io.k8s.api.flowcontrol.v1.FlowSchemaSpec', {
  priorityLevelConfiguration: struct(1, priorityLevelConfigurationReference, { required: true }),
  matchingPrecedence: int32(2, { omitEmpty: false }),
  distinguisherMethod: ref(3, flowDistinguisherMethod),
  rules: list(4, policyRulesWithSubjects, { listType: 'atomic' }),
})
export interface FlowSchemaSpec extends Infer<typeof flowSchemaSpecShape> {}
export const flowSchemaSpec: Schema<FlowSchemaSpec> = flowSchemaSpecShape

const flowSchemaConditionShape = object('io.k8s.api.flowcontrol.v1.FlowSchemaCondition', {
  type: string(1),
  status: string(2),
  lastTransitionTime: time(3),
  reason: string(4),
  message: string(5),
})
export interface FlowSchemaCondition extends Infer<typeof flowSchemaConditionShape> {}
export const flowSchemaCondition: Schema<FlowSchemaCondition> = flowSchemaConditionShape

const flowSchemaStatusShape = object('io.k8s.api.flowcontrol.v1.FlowSchemaStatus', {
  conditions: list(1, flowSchemaCondition, { patchStrategy: 'merge', patchMergeKey: 'type', listType: 'map', listMapKeys: ['type'] }),
})
export interface FlowSchemaStatus extends Infer<typeof flowSchemaStatusShape> {}
export const flowSchemaStatus: Schema<FlowSchemaStatus> = flowSchemaStatusShape

const flowSchemaShape = kind('io.k8s.api.flowcontrol.v1.FlowSchema', {
  metadata: struct(1, objectMeta),
  spec: struct(2, flowSchemaSpec),
  status: struct(3, flowSchemaStatus),
})
export interface FlowSchema extends Infer<typeof flowSchemaShape> {}
export const flowSchema: Schema<FlowSchema> = flowSchemaShape
