import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { bytes, int32, kind, list, listOf, map, object, string, struct, time } from '../../machinery/schema/schema.ts'
import { objectMeta } from '../meta/object-meta.ts'

const certificateSigningRequestSpecShape = object('io.k8s.api.certificates.v1.CertificateSigningRequestSpec', {
  request: bytes(1, { required: true }),
  signerName: string(7, { required: true }),
  expirationSeconds: int32(8, { pointer: true }),
  usages: list(5, 'string', { listType: 'atomic' }),
  username: string(2),
  uid: string(3),
  groups: list(4, 'string', { listType: 'atomic' }),
  extra: map(6, listOf('string', { message: true })),
})
export interface CertificateSigningRequestSpec extends Infer<typeof certificateSigningRequestSpecShape> {}
export const certificateSigningRequestSpec: Schema<CertificateSigningRequestSpec> = certificateSigningRequestSpecShape

const certificateSigningRequestConditionShape = object('io.k8s.api.certificates.v1.CertificateSigningRequestCondition', {
  type: string(1, { required: true }),
  status: string(6, { required: true }),
  reason: string(2),
  message: string(3),
  lastUpdateTime: time(4),
  lastTransitionTime: time(5),
})
export interface CertificateSigningRequestCondition extends Infer<typeof certificateSigningRequestConditionShape> {}
export const certificateSigningRequestCondition: Schema<CertificateSigningRequestCondition> = certificateSigningRequestConditionShape

const certificateSigningRequestStatusShape = object('io.k8s.api.certificates.v1.CertificateSigningRequestStatus', {
  conditions: list(1, certificateSigningRequestCondition, { listType: 'map', listMapKeys: ['type'] }),
  certificate: bytes(2),
})
export interface CertificateSigningRequestStatus extends Infer<typeof certificateSigningRequestStatusShape> {}
export const certificateSigningRequestStatus: Schema<CertificateSigningRequestStatus> = certificateSigningRequestStatusShape

const certificateSigningRequestShape = kind('io.k8s.api.certificates.v1.CertificateSigningRequest', {
  metadata: struct(1, objectMeta),
  spec: struct(2, certificateSigningRequestSpec, { required: true }),
  status: struct(3, certificateSigningRequestStatus),
})
export interface CertificateSigningRequest extends Infer<typeof certificateSigningRequestShape> {}
export const certificateSigningRequest: Schema<CertificateSigningRequest> = certificateSigningRequestShape
