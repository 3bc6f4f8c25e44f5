import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { kind, object, struct } from '../../machinery/schema/schema.ts'
import { userInfo } from './shared.ts'
import { objectMeta } from '../meta/object-meta.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'

const selfSubjectReviewStatusShape = object('io.k8s.api.authentication.v1.SelfSubjectReviewStatus', {
  userInfo: struct(1, userInfo),
})
export interface SelfSubjectReviewStatus extends Infer<typeof selfSubjectReviewStatusShape> {}
export const selfSubjectReviewStatus: Schema<SelfSubjectReviewStatus> = selfSubjectReviewStatusShape

const selfSubjectReviewShape = kind('io.k8s.api.authentication.v1.SelfSubjectReview', {
  metadata: struct(1, objectMeta),
  status: struct(2, selfSubjectReviewStatus),
})
export interface SelfSubjectReview extends Infer<typeof selfSubjectReviewShape> {}
export const selfSubjectReview: Schema<SelfSubjectReview> = selfSubjectReviewShape

/** The handle for selfsubjectreviews of authentication.k8s.io. */
export const SelfSubjectReviews: Resource<SelfSubjectReview> = defineResource<SelfSubjectReview>({
  group: 'authentication.k8s.io', version: 'v1', kind: 'SelfSubjectReview', plural: 'selfsubjectreviews', namespaced: false,
  verbs: ['create'],
  schema: selfSubjectReview,
})
