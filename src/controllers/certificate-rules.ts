import type { CertificateSigningRequest } from '../api/certificates/certificate-signing-request.ts'
import type { RequestedIdentity } from './settings.ts'

export const SERVING = 'kubernetes.io/kubelet-serving'
export const KUBELET_CLIENT = 'kubernetes.io/kube-apiserver-client-kubelet'
export const CLIENT = 'kubernetes.io/kube-apiserver-client'

const NODE = 'system:node:'
const NODES = 'system:nodes'
const KEY = 'key encipherment'

/** Whether a condition of this type has been set. */
export const has = ({ status }: CertificateSigningRequest, type: string): boolean => status.conditions?.some(condition => condition.type === type) ?? false

/** With or without key encipherment, which only RSA keys have a use for. */
const sameUsages = (usages: readonly string[], wanted: readonly string[]): boolean => {
  const rest = usages.filter(usage => usage !== KEY)
  return rest.length === wanted.length && wanted.every(usage => rest.includes(usage))
}

function nodeFault({ commonName, organizations, emailAddresses, uris }: RequestedIdentity): string | undefined {
  if (organizations.length !== 1 || organizations[0] !== NODES) return 'subject organization is not system:nodes'
  if (emailAddresses.length > 0) return 'email subjectAltNames are not allowed'
  if (uris.length > 0) return 'URI subjectAltNames are not allowed'
  return commonName.startsWith(NODE) ? undefined : 'subject common name does not begin with system:node:'
}

/** Why a kubelet gets no client certificate for this; undefined: it may. */
export function kubeletClientFault(asked: RequestedIdentity, usages: readonly string[]): string | undefined {
  if (asked.organizations.length !== 1 || asked.organizations[0] !== NODES) return nodeFault(asked)
  if (asked.dnsNames.length > 0) return 'DNS subjectAltNames are not allowed'
  if (asked.emailAddresses.length > 0) return 'email subjectAltNames are not allowed'
  if (asked.ipAddresses.length > 0) return 'IP subjectAltNames are not allowed'
  return nodeFault(asked) ?? (sameUsages(usages, ['digital signature', 'client auth']) ? undefined : 'usages did not match [client auth digital signature] or [client auth digital signature key encipherment]')
}

/** Why a kubelet gets no serving certificate for this. */
export function kubeletServingFault(asked: RequestedIdentity, usages: readonly string[]): string | undefined {
  if (asked.organizations.length !== 1 || asked.organizations[0] !== NODES) return nodeFault(asked)
  if (asked.dnsNames.length === 0 && asked.ipAddresses.length === 0) return 'DNS or IP subjectAltName is required'
  return nodeFault(asked) ?? (sameUsages(usages, ['digital signature', 'server auth']) ? undefined : 'usages did not match [digital signature server auth] or [digital signature key encipherment server auth]')
}

/** Why nobody gets a client certificate for this. */
export function clientFault(usages: readonly string[]): string | undefined {
  const fits = usages.every(usage => [KEY, 'digital signature', 'client auth'].includes(usage)) && usages.includes('client auth')
  return fits ? undefined : `usages are not one of: client auth, digital signature, key encipherment, with client auth required: ${usages.join(', ')}`
}
