import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { kind, struct } from '../../machinery/schema/schema.ts'
import { subjectAccessReviewSpec, subjectAccessReviewStatus } from './shared.ts'
import { objectMeta } from '../meta/object-meta.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'

const localSubjectAccessReviewShape = kind('io.k8s.api.authorization.v1.LocalSubjectAccessReview', {
  metadata: struct(1, objectMeta),
  spec: struct(2, subjectAccessReviewSpec, { required: true }),
  status: struct(3, subjectAccessReviewStatus),
})
export interface LocalSubjectAccessReview extends Infer<typeof localSubjectAccessReviewShape> {}
export const localSubjectAccessReview: Schema<LocalSubjectAccessReview> = localSubjectAccessReviewShape

/** The handle for localsubjectaccessreviews of authorization.k8s.io. */
export const LocalSubjectAccessReviews: Resource<LocalSubjectAccessReview> = defineResource<LocalSubjectAccessReview>({
  group: 'authorization.k8s.io', version: 'v1', kind: 'LocalSubjectAccessReview', plural: 'localsubjectaccessreviews',
  verbs: ['create'],
  schema: localSubjectAccessReview,
})
