import { verbs } from '../verbs/index.ts'
import type { SubresourceHandler } from './subresource.ts'

/** Decides about a request for a certificate; the kind's own hooks see to it that nothing else is touched. */
export const approval: SubresourceHandler = { name: 'approval', kind: 'CertificateSigningRequest', perform: (server, call) => verbs[call.verb](server, call) }
