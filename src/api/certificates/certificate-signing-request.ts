import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import { ageColumn, humanDuration, nameColumn } from '../columns.ts'
import { prepareRequestForSubresource, prepareRequestForUpdate } from './strategy.ts'
import { validateRequest, validateRequestUpdate } from './validation.ts'
import type { CertificateSigningRequestStatus, CertificateSigningRequest } from './certificate-signing-request-schema.ts'
import { certificateSigningRequest } from './certificate-signing-request-schema.ts'

export * from './certificate-signing-request-schema.ts'

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
