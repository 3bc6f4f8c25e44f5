import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { bool, kind, list, object, string, struct } from '../../machinery/schema/schema.ts'
import { userInfo } from './shared.ts'
import { objectMeta } from '../meta/object-meta.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'

const tokenReviewSpecShape = object('io.k8s.api.authentication.v1.TokenReviewSpec', {
  token: string(1, { required: true, omitEmpty: true }),
  audiences: list(2, 'string', { listType: 'atomic' }),
})
export interface TokenReviewSpec extends Infer<typeof tokenReviewSpecShape> {}
export const tokenReviewSpec: Schema<TokenReviewSpec> = tokenReviewSpecShape

const tokenReviewStatusShape = object('io.k8s.api.authentication.v1.TokenReviewStatus', {
  authenticated: bool(1),
  user: struct(2, userInfo),
  audiences: list(4, 'string', { listType: 'atomic' }),
  error: string(3),
})
export interface TokenReviewStatus extends Infer<typeof tokenReviewStatusShape> {}
export const tokenReviewStatus: Schema<TokenReviewStatus> = tokenReviewStatusShape

const tokenReviewShape = kind('io.k8s.api.authentication.v1.TokenReview', {
  metadata: struct(1, objectMeta),
  spec: struct(2, tokenReviewSpec, { required: true }),
  status: struct(3, tokenReviewStatus),
})
export interface TokenReview extends Infer<typeof tokenReviewShape> {}
export const tokenReview: Schema<TokenReview> = tokenReviewShape

/** The handle for tokenreviews of authentication.k8s.io. */
export const TokenReviews: Resource<TokenReview> = defineResource<TokenReview>({
  group: 'authentication.k8s.io', version: 'v1', kind: 'TokenReview', plural: 'tokenreviews', namespaced: false,
  verbs: ['create'],
  schema: tokenReview,
})
