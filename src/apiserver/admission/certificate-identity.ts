import type { CertificateSigningRequest } from '../../api/certificates/certificate-signing-request.ts'
import { CertificateSigningRequests } from '../../api/certificates/certificate-signing-request.ts'
import type { AdmissionPlugin } from './admission.ts'

/** A request for a certificate says who really asked: signers decide by that, so nobody may state it. */
export const certificateIdentity: AdmissionPlugin = {
  name: 'CertificateIdentity',
  handles: ({ operation, resource, subresource }) => operation === 'CREATE' && resource === CertificateSigningRequests && !subresource,

  mutate({ object, user }) {
    const asked = object as CertificateSigningRequest
    const { username: _name, uid: _uid, groups: _groups, extra: _extra, ...spec } = asked.spec
    asked.spec = {
      ...spec, username: user.name, ...(user.uid && { uid: user.uid }), groups: [...user.groups],
      ...(user.extra && { extra: Object.fromEntries(Object.entries(user.extra).map(([key, values]) => [key, [...values]])) }),
    }
  },
}
