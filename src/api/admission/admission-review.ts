import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { bool, bytes, kind, list, map, object, rawExtension, ref, string, struct } from '../../machinery/schema/schema.ts'
import { userInfo } from '../authentication/shared.ts'
import { groupVersionKind, groupVersionResource } from '../meta/group-kinds.ts'
import { status } from '../meta/status.ts'

const admissionRequestShape = object('io.k8s.api.admission.v1.AdmissionRequest', {
  uid: string(1, { omitEmpty: false }),
  kind: struct(2, groupVersionKind, { omitEmpty: false }),
  resource: struct(3, groupVersionResource, { omitEmpty: false }),
  subResource: string(4),
  requestKind: ref(13, groupVersionKind),
  requestResource: ref(14, groupVersionResource),
  requestSubResource: string(15),
  name: string(5),
  namespace: string(6),
  operation: string(7, { omitEmpty: false }),
  userInfo: struct(8, userInfo, { omitEmpty: false }),
  object: rawExtension(9),
  oldObject: rawExtension(10),
  dryRun: bool(11, { pointer: true }),
  options: rawExtension(12),
})
export interface AdmissionRequest extends Infer<typeof admissionRequestShape> {}
export const admissionRequest: Schema<AdmissionRequest> = admissionRequestShape

const admissionResponseShape = object('io.k8s.api.admission.v1.AdmissionResponse', {
  uid: string(1, { omitEmpty: false }),
  allowed: bool(2, { omitEmpty: false }),
  status: ref(3, status),
  patch: bytes(4),
  patchType: string(5, { pointer: true }),
  auditAnnotations: map(6, 'string'),
  warnings: list(7, 'string', { listType: 'atomic' }),
})
export interface AdmissionResponse extends Infer<typeof admissionResponseShape> {}
export const admissionResponse: Schema<AdmissionResponse> = admissionResponseShape

const admissionReviewShape = kind('io.k8s.api.admission.v1.AdmissionReview', {
  request: ref(1, admissionRequest),
  response: ref(2, admissionResponse),
})
export interface AdmissionReview extends Infer<typeof admissionReviewShape> {}
export const admissionReview: Schema<AdmissionReview> = admissionReviewShape
