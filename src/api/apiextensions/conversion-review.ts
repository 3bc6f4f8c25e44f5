import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { kind, list, object, ref, string, struct } from '../../machinery/schema/schema.ts'
import { status } from '../meta/status.ts'

const conversionRequestShape = object('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.ConversionRequest', {
  uid: string(1, { required: true }),
  desiredAPIVersion: string(2, { required: true }),
  objects: list(3, 'rawExtension', { required: true, listType: 'atomic' }),
})
export interface ConversionRequest extends Infer<typeof conversionRequestShape> {}
export const conversionRequest: Schema<ConversionRequest> = conversionRequestShape

const conversionResponseShape = object('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.ConversionResponse', {
  uid: string(1, { required: true }),
  convertedObjects: list(2, 'rawExtension', { required: true, listType: 'atomic' }),
  result: struct(3, status, { required: true }),
})
export interface ConversionResponse extends Infer<typeof conversionResponseShape> {}
export const conversionResponse: Schema<ConversionResponse> = conversionResponseShape

const conversionReviewShape = kind('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.ConversionReview', {
  request: ref(1, conversionRequest),
  response: ref(2, conversionResponse),
})
export interface ConversionReview extends Infer<typeof conversionReviewShape> {}
export const conversionReview: Schema<ConversionReview> = conversionReviewShape
