import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { bytes, int32, kind, list, listOf, map, object, string, struct, time } from '../../machinery/schema/schema.ts'
import { objectMeta } from '../meta/object-meta.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import { ageColumn, humanDuration, nameColumn } from '../columns.ts'
import { prepareRequestForCreate, prepareRequestForSubresource, prepareRequestForUpdate } from './strategy.ts'
import { validateRequest, validateRequestUpdate } from './validation.ts'

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

/** The handle for certificatesigningrequests of certificates.k8s.io. */
export const CertificateSigningRequests: Resource<CertificateSigningRequest> = defineResource<CertificateSigningRequest>({
  group: 'certificates.k8s.io', version: 'v1', kind: 'CertificateSigningRequest', plural: 'certificatesigningrequests', shortNames: ['csr'], namespaced: false,
  subresources: [
    { name: 'approval', group: 'certificates.k8s.io', version: 'v1', kind: 'CertificateSigningRequest', verbs: ['get', 'patch', 'update'] },
    { name: 'status', group: 'certificates.k8s.io', version: 'v1', kind: 'CertificateSigningRequest', verbs: ['get', 'patch', 'update'] },
  ],
  storageVersionHash: '95fRKMXA+00=',
  schema: certificateSigningRequest,
  columns: [
    nameColumn,
    ageColumn,
    { name: 'SignerName', type: 'string', cell: ({ spec }) => spec.signerName || '<none>' },
    { name: 'Requestor', type: 'string', cell: ({ spec }) => spec.username ?? '' },
    { name: 'RequestedDuration', type: 'string', cell: ({ spec }) => (spec.expirationSeconds === undefined ? '<none>' : humanDuration(spec.expirationSeconds * 1000)) },
    { name: 'Condition', type: 'string', cell: ({ status }) => conditionText(status) },
  ],
  resetFields: {
    '': { 'f:spec': {}, 'f:status': {} },
    status: { 'f:spec': {}, 'f:status': { 'f:conditions': { 'k:{"type":"Approved"}': {}, 'k:{"type":"Denied"}': {} } } },
    approval: { 'f:spec': {}, 'f:status': { 'f:certificate': {} } },
  },
  fieldSelectors: { 'spec.signerName': ({ spec }) => spec.signerName },
  validateName: () => [],
  prepareForCreate: prepareRequestForCreate,
  prepareForUpdate: prepareRequestForUpdate,
  prepareForSubresource: prepareRequestForSubresource,
  validate: (object, { isNew }) => (isNew === false ? [] : validateRequest(object)),
  validateUpdate: validateRequestUpdate,
  validateStatusUpdate: validateRequestUpdate,
})

/** What became of the request: `Pending`, or what was decided, and whether there is a certificate. */
function conditionText({ conditions = [], certificate }: CertificateSigningRequestStatus): string {
  const has = (type: string): boolean => conditions.some(condition => condition.type === type)
  const decision = has('Denied') ? 'Denied' : has('Approved') ? 'Approved' : 'Pending'
  return [decision, ...(has('Failed') ? ['Failed'] : []), ...(certificate ? ['Issued'] : [])].join(',')
}
