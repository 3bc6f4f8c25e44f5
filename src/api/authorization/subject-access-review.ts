import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { kind, struct } from '../../machinery/schema/schema.ts'
import { subjectAccessReviewSpec, subjectAccessReviewStatus } from './shared.ts'
import { objectMeta } from '../meta/object-meta.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'

const subjectAccessReviewShape = kind('io.k8s.api.authorization.v1.SubjectAccessReview', {
  metadata: struct(1, objectMeta),
  spec: struct(2, subjectAccessReviewSpec, { required: true }),
  status: struct(3, subjectAccessReviewStatus),
})
export interface SubjectAccessReview extends Infer<typeof subjectAccessReviewShape> {}
export const subjectAccessReview: Schema<SubjectAccessReview> = subjectAccessReviewShape

/** The handle for subjectaccessreviews of authorization.k8s.io. */
export const SubjectAccessReviews: Resource<SubjectAccessReview> = defineResource<SubjectAccessReview>({
  group: 'authorization.k8s.io', version: 'v1', kind: 'SubjectAccessReview', plural: 'subjectaccessreviews', namespaced: false,
  verbs: ['create'],
  schema: subjectAccessReview,
})
