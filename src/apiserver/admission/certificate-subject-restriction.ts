import type { CertificateSigningRequest } from '../../api/certificates/certificate-signing-request.ts'
import { CertificateSigningRequests } from '../../api/certificates/certificate-signing-request.ts'
import { forbidden } from '../../machinery/status.ts'
import { SUPERUSER_GROUP } from '../authz/superuser.ts'
import type { AdmissionPlugin } from './admission.ts'
import { subjectOf } from './certificates/subject.ts'

const CLIENT_SIGNER = 'kubernetes.io/kube-apiserver-client'

/** Nobody gets a client certificate that makes its holder a member of the group that may do everything. */
export const certificateSubjectRestriction: AdmissionPlugin = {
  name: 'CertificateSubjectRestriction',
  handles: ({ operation, resource, subresource, object }) =>
    operation === 'CREATE' && resource === CertificateSigningRequests && !subresource && (object as CertificateSigningRequest).spec.signerName === CLIENT_SIGNER,

  async validate(request) {
    const { organizations } = await subjectOf((request.object as CertificateSigningRequest).spec.request as unknown as string)
    if (organizations.includes(SUPERUSER_GROUP)) throw forbidden(CertificateSigningRequests, request.shownName, `use of ${CLIENT_SIGNER} signer with ${SUPERUSER_GROUP} group is not allowed`)
  },
}
