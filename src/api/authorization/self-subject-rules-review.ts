import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { bool, kind, list, object, string, struct } from '../../machinery/schema/schema.ts'
import { objectMeta } from '../meta/object-meta.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'

const nonResourceRuleShape = object('io.k8s.api.authorization.v1.NonResourceRule', {
  verbs: list(1, 'string', { required: true, listType: 'atomic' }),
  nonResourceURLs: list(2, 'string', { listType: 'atomic' }),
})
export interface NonResourceRule extends Infer<typeof nonResourceRuleShape> {}
export const nonResourceRule: Schema<NonResourceRule> = nonResourceRuleShape

const resourceRuleShape = object('io.k8s.api.authorization.v1.ResourceRule', {
  verbs: list(1, 'string', { required: true, listType: 'atomic' }),
  apiGroups: list(2, 'string', { listType: 'atomic' }),
  resources: list(3, 'string', { listType: 'atomic' }),
  resourceNames: list(4, 'string', { listType: 'atomic' }),
})
export interface ResourceRule extends Infer<typeof resourceRuleShape> {}
export const resourceRule: Schema<ResourceRule> = resourceRuleShape

const selfSubjectRulesReviewSpecShape = object('io.k8s.api.authorization.v1.SelfSubjectRulesReviewSpec', {
  namespace: string(1),
})
export interface SelfSubjectRulesReviewSpec extends Infer<typeof selfSubjectRulesReviewSpecShape> {}
export const selfSubjectRulesReviewSpec: Schema<SelfSubjectRulesReviewSpec> = selfSubjectRulesReviewSpecShape

const subjectRulesReviewStatusShape = object('io.k8s.api.authorization.v1.SubjectRulesReviewStatus', {
  resourceRules: list(1, resourceRule, { required: true, listType: 'atomic' }),
  nonResourceRules: list(2, nonResourceRule, { required: true, listType: 'atomic' }),
  incomplete: bool(3, { required: true }),
  evaluationError: string(4),
})
export interface SubjectRulesReviewStatus extends Infer<typeof subjectRulesReviewStatusShape> {}
export const subjectRulesReviewStatus: Schema<SubjectRulesReviewStatus> = subjectRulesReviewStatusShape

const selfSubjectRulesReviewShape = kind('io.k8s.api.authorization.v1.SelfSubjectRulesReview', {
  metadata: struct(1, objectMeta),
  spec: struct(2, selfSubjectRulesReviewSpec, { required: true }),
  status: struct(3, subjectRulesReviewStatus),
})
export interface SelfSubjectRulesReview extends Infer<typeof selfSubjectRulesReviewShape> {}
export const selfSubjectRulesReview: Schema<SelfSubjectRulesReview> = selfSubjectRulesReviewShape

/** The handle for selfsubjectrulesreviews of authorization.k8s.io. */
export const SelfSubjectRulesReviews: Resource<SelfSubjectRulesReview> = defineResource<SelfSubjectRulesReview>({
  group: 'authorization.k8s.io', version: 'v1', kind: 'SelfSubjectRulesReview', plural: 'selfsubjectrulesreviews', namespaced: false,
  verbs: ['create'],
  schema: selfSubjectRulesReview,
})
