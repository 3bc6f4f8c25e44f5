import type { CertificateSigningRequest } from '../../api/certificates/certificate-signing-request.ts'
import { CertificateSigningRequests } from '../../api/certificates/certificate-signing-request.ts'
import { forbidden } from '../../machinery/status.ts'
import type { AdmissionPlugin } from './admission.ts'
import { maySign } from './certificate-signer.ts'

/** Only a signer's own people write the certificate or say that signing failed. */
export const certificateSigning: AdmissionPlugin = {
  name: 'CertificateSigning',
  handles: ({ operation, resource, subresource }) => operation === 'UPDATE' && resource === CertificateSigningRequests && subresource === 'status',

  async validate(request, context) {
    const [next, old] = [request.object as CertificateSigningRequest, request.oldObject as CertificateSigningRequest]
    if (same(next.status?.certificate, old.status?.certificate) && same(failures(next), failures(old))) return
    const { signerName } = old.spec
    if (!(await maySign(request, context, 'sign', signerName))) {
      throw forbidden(CertificateSigningRequests, request.shownName, `user not permitted to sign requests with signerName ${JSON.stringify(signerName)}`)
    }
  },
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a ?? '') === JSON.stringify(b ?? '')
const failures = ({ status }: CertificateSigningRequest): unknown => (status?.conditions ?? []).filter(({ type }) => type === 'Failed').map(({ reason, message, status: is }) => [reason, message, is])
