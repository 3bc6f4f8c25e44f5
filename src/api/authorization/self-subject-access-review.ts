import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { kind, object, ref, struct } from '../../machinery/schema/schema.ts'
import { nonResourceAttributes, resourceAttributes, subjectAccessReviewStatus } from './shared.ts'
import { objectMeta } from '../meta/object-meta.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'

const selfSubjectAccessReviewSpecShape = object('io.k8s.api.authorization.v1.SelfSubjectAccessReviewSpec', {
  resourceAttributes: ref(1, resourceAttributes),
  nonResourceAttributes: ref(2, nonResourceAttributes),
})
export interface SelfSubjectAccessReviewSpec extends Infer<typeof selfSubjectAccessReviewSpecShape> {}
export const selfSubjectAccessReviewSpec: Schema<SelfSubjectAccessReviewSpec> = selfSubjectAccessReviewSpecShape

const selfSubjectAccessReviewShape = kind('io.k8s.api.authorization.v1.SelfSubjectAccessReview', {
  metadata: struct(1, objectMeta),
  spec: struct(2, selfSubjectAccessReviewSpec, { required: true }),
  status: struct(3, subjectAccessReviewStatus),
})
export interface SelfSubjectAccessReview extends Infer<typeof selfSubjectAccessReviewShape> {}
export const selfSubjectAccessReview: Schema<SelfSubjectAccessReview> = selfSubjectAccessReviewShape

/** The handle for selfsubjectaccessreviews of authorization.k8s.io. */
export const SelfSubjectAccessReviews: Resource<SelfSubjectAccessReview> = defineResource<SelfSubjectAccessReview>({
  group: 'authorization.k8s.io', version: 'v1', kind: 'SelfSubjectAccessReview', plural: 'selfsubjectaccessreviews', namespaced: false,
  verbs: ['create'],
  schema: selfSubjectAccessReview,
})
