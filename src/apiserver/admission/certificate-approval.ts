import type { CertificateSigningRequest } from '../../api/certificates/certificate-signing-request.ts'
import { CertificateSigningRequests } from '../../api/certificates/certificate-signing-request.ts'
import { forbidden } from '../../machinery/status.ts'
import type { AdmissionPlugin } from './admission.ts'
import { maySign } from './certificate-signer.ts'

/** Who approves a certificate must be trusted with its signer. */
export const certificateApproval: AdmissionPlugin = {
  name: 'CertificateApproval',
  handles: ({ operation, resource, subresource }) => operation === 'UPDATE' && resource === CertificateSigningRequests && subresource === 'approval',

  async validate(request, context) {
    const { signerName } = (request.oldObject as CertificateSigningRequest).spec
    if (!(await maySign(request, context, 'approve', signerName))) {
      throw forbidden(CertificateSigningRequests, request.shownName, `user not permitted to approve requests with signerName ${JSON.stringify(signerName)}`)
    }
  },
}
