import type { Authenticator } from './authenticator.ts'

/** Client certificates that our CA signed: the common name is the user, the organizations are the groups. */
export const certificateAuthenticator: Authenticator = {
  name: 'x509',
  authenticate({ certificate }) {
    if (!certificate?.commonName) return undefined
    return {
      name: certificate.commonName,
      groups: certificate.organizations,
      extra: { 'authentication.kubernetes.io/credential-id': [`X509SHA256=${certificate.fingerprint}`] },
    }
  },
}
