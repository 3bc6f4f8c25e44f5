import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { bool, list, listOf, map, object, ref, string } from '../../machinery/schema/schema.ts'
import { fieldSelectorRequirement, labelSelectorRequirement } from '../meta/selectors.ts'

const fieldSelectorAttributesShape = object('io.k8s.api.authorization.v1.FieldSelectorAttributes', {
  rawSelector: string(1),
  requirements: list(2, fieldSelectorRequirement, { listType: 'atomic' }),
})
export interface FieldSelectorAttributes extends Infer<typeof fieldSelectorAttributesShape> {}
export const fieldSelectorAttributes: Schema<FieldSelectorAttributes> = fieldSelectorAttributesShape

const labelSelectorAttributesShape = object('io.k8s.api.authorization.v1.LabelSelectorAttributes', {
  rawSelector: string(1),
  requirements: list(2, labelSelectorRequirement, { listType: 'atomic' }),
})
export interface LabelSelectorAttributes extends Infer<typeof labelSelectorAttributesShape> {}
export const labelSelectorAttributes: Schema<LabelSelectorAttributes> = labelSelectorAttributesShape

const nonResourceAttributesShape = object('io.k8s.api.authorization.v1.NonResourceAttributes', {
  path: string(1),
  verb: string(2),
})
export interface NonResourceAttributes extends Infer<typeof nonResourceAttributesShape> {}
export const nonResourceAttributes: Schema<NonResourceAttributes> = nonResourceAttributesShape

const resourceAttributesShape = object('io.k8s.api.authorization.v1.ResourceAttributes', {
  namespace: string(1),
  verb: string(2),
  group: string(3),
  version: string(4),
  resource: string(5),
  subresource: string(6),
  name: string(7),
  fieldSelector: ref(8, fieldSelectorAttributes),
  labelSelector: ref(9, labelSelectorAttributes),
})
export interface ResourceAttributes extends Infer<typeof resourceAttributesShape> {}
export const resourceAttributes: Schema<ResourceAttributes> = resourceAttributesShape

const subjectAccessReviewSpecShape = object('io.k8s.api.authorization.v1.SubjectAccessReviewSpec', {
  resourceAttributes: ref(1, resourceAttributes),
  nonResourceAttributes: ref(2, nonResourceAttributes),
  user: string(3),
  groups: list(4, 'string', { listType: 'atomic' }),
  extra: map(5, listOf('string', { message: true })),
  uid: string(6),
})
export interface SubjectAccessReviewSpec extends Infer<typeof subjectAccessReviewSpecShape> {}
export const subjectAccessReviewSpec: Schema<SubjectAccessReviewSpec> = subjectAccessReviewSpecShape

const subjectAccessReviewStatusShape = object('io.k8s.api.authorization.v1.SubjectAccessReviewStatus', {
  allowed: bool(1, { required: true }),
  denied: bool(4),
  reason: string(2),
  evaluationError: string(3),
})
export interface SubjectAccessReviewStatus extends Infer<typeof subjectAccessReviewStatusShape> {}
export const subjectAccessReviewStatus: Schema<SubjectAccessReviewStatus> = subjectAccessReviewStatusShape
