import type { Cause } from '../../machinery/status.ts'
import type { ValidationContext } from '../resource.ts'
import { duplicate, forbidden, invalid, notSupported, required, sameJson } from '../validation.ts'
import type { CertificateSigningRequest, CertificateSigningRequestCondition } from './certificate-signing-request-schema.ts'
import { derProblem, pemBlocks } from './pem.ts'
import { validateSignerName } from './signer-name.ts'

const USAGES = [
  'any', 'cert sign', 'client auth', 'code signing', 'content commitment', 'crl sign', 'data encipherment', 'decipher only', 'digital signature', 'email protection',
  'encipher only', 'ipsec end system', 'ipsec tunnel', 'ipsec user', 'key agreement', 'key encipherment', 'microsoft sgc', 'netscape sgc', 'ocsp signing', 's/mime',
  'server auth', 'signing', 'timestamping',
]
const LEGACY_SIGNER = 'kubernetes.io/legacy-unknown'
const SHORTEST_LIFE_SECONDS = 600
const FINAL_TYPES = ['Approved', 'Denied', 'Failed']

export function validateRequest({ spec, status }: CertificateSigningRequest): Cause[] {
  const causes: Cause[] = []
  const wrong = requestProblem(spec.request)
  if (wrong) causes.push(invalid('spec.request', spec.request || null, wrong))
  const usages = spec.usages ?? []
  if (usages.length === 0) causes.push(required('spec.usages'))
  for (const [index, usage] of usages.entries()) if (!USAGES.includes(usage)) causes.push(notSupported(`spec.usages[${index}]`, usage, USAGES))
  for (const [index, usage] of usages.entries()) if (usages.indexOf(usage) < index) causes.push(duplicate(`spec.usages[${index}]`, usage))
  if (spec.signerName === LEGACY_SIGNER) causes.push(invalid('spec.signerName', spec.signerName, 'the legacy signerName is not allowed via this API version'))
  else causes.push(...validateSignerName('spec.signerName', spec.signerName))
  if (spec.expirationSeconds !== undefined && spec.expirationSeconds < SHORTEST_LIFE_SECONDS) {
    causes.push(invalid('spec.expirationSeconds', spec.expirationSeconds, `may not specify a duration less than ${SHORTEST_LIFE_SECONDS} seconds (10 minutes)`))
  }
  causes.push(...validateConditions(status.conditions ?? []))
  const broken = status.certificate ? certificateProblem(status.certificate) : undefined
  return broken ? [...causes, invalid('status.certificate', '<certificate data>', broken)] : causes
}

function requestProblem(request: string | undefined): string | undefined {
  const [block] = pemBlocks(request).blocks
  return block?.type === 'CERTIFICATE REQUEST' ? derProblem(block.bytes) : 'PEM block type must be CERTIFICATE REQUEST'
}

/** A chain of certificates in PEM and nothing else but white space. */
function certificateProblem(certificate: string): string | undefined {
  const { blocks, rest } = pemBlocks(certificate)
  if (blocks.length === 0) return 'must contain at least one CERTIFICATE PEM block'
  for (const { type, headers, bytes } of blocks) {
    if (type !== 'CERTIFICATE') return `only CERTIFICATE PEM blocks are allowed, found "${type}"`
    if (headers) return 'no PEM block headers are permitted'
    const wrong = derProblem(bytes)
    if (wrong) return wrong
  }
  return rest.trim() ? 'only CERTIFICATE PEM blocks are allowed, found non-PEM data' : undefined
}

function validateConditions(conditions: readonly CertificateSigningRequestCondition[]): Cause[] {
  const causes: Cause[] = []
  const types: string[] = []
  for (const [index, { type, status }] of conditions.entries()) {
    const field = `status.conditions[${index}]`
    if (!type) causes.push(required(`${field}.type`))
    const allowed = FINAL_TYPES.includes(type) ? ['True'] : ['False', 'True', 'Unknown']
    if (!status) causes.push(required(`${field}.status`))
    else if (!allowed.includes(status)) causes.push(notSupported(`${field}.status`, status, allowed))
    const opposite = { Approved: 'Denied', Denied: 'Approved' }[type]
    if (opposite && types.includes(opposite)) causes.push(invalid('status.conditions', type, 'Approved and Denied conditions are mutually exclusive'))
    if (types.includes(type)) causes.push(duplicate(`${field}.type`, type))
    types.push(type)
  }
  return causes
}

/** Decisions are final; only `approval` takes them, and only `status` brings a certificate. */
export function validateRequestUpdate(next: CertificateSigningRequest, old: CertificateSigningRequest, { subresource }: ValidationContext): Cause[] {
  const causes = validateRequest(next)
  for (const type of FINAL_TYPES) {
    const [before, after] = [old, next].map(({ status }) => (status.conditions ?? []).filter(condition => condition.type === type)) as [unknown[], unknown[]]
    if (after.length < before.length) causes.push(forbidden('status.conditions', `updates may not remove a condition of type "${type}"`))
    else if (subresource !== 'approval' && type !== 'Failed') {
      if (after.length > before.length) causes.push(forbidden('status.conditions', `updates may not add a condition of type "${type}"`))
      else if (!sameJson(before, after)) causes.push(forbidden('status.conditions', `updates may not modify a condition of type "${type}"`))
    }
  }
  if (old.status.certificate && next.status.certificate !== old.status.certificate) {
    causes.push(forbidden('status.certificate', 'updates may not change a non-empty certificate'))
  }
  return causes
}
