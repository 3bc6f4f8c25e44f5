import { timestamp } from '../../machinery/clock.ts'
import type { CertificateSigningRequest, CertificateSigningRequestCondition } from './certificate-signing-request-schema.ts'

/** A request never changes; only its labels and annotations do. */
export function prepareRequestForUpdate(draft: CertificateSigningRequest, old: CertificateSigningRequest): void {
  draft.spec = old.spec
  draft.status = old.status
}

/** `approval` decides, `status` brings the certificate; neither touches what the other says. */
export function prepareRequestForSubresource(draft: CertificateSigningRequest, old: CertificateSigningRequest, subresource: string, now: number): void {
  draft.spec = old.spec
  const conditions = draft.status.conditions ?? []
  const kept = subresource === 'status' ? withDecisionsOf(old.status.conditions ?? [], conditions) : conditions
  const { certificate: _certificate, conditions: _conditions, ...status } = draft.status
  const certificate = subresource === 'approval' ? old.status.certificate : draft.status.certificate
  draft.status = {
    ...status, ...(kept.length > 0 && { conditions: kept.map(condition => withTimes(condition, old.status.conditions ?? [], now)) }), ...(certificate && { certificate }),
  }
}

const isDecision = ({ type }: CertificateSigningRequestCondition): boolean => type === 'Approved' || type === 'Denied'

/** The new conditions with the old decisions; where decisions come or go the new ones stand, for validation to refuse. */
function withDecisionsOf(old: readonly CertificateSigningRequestCondition[], next: readonly CertificateSigningRequestCondition[]): CertificateSigningRequestCondition[] {
  const decisions = old.filter(isDecision)
  const unused = [...decisions]
  const merged = next.map(condition => {
    if (!isDecision(condition)) return condition
    const at = unused.findIndex(({ type }) => type === condition.type)
    return at < 0 ? undefined : unused.splice(at, 1)[0]!
  })
  return unused.length > 0 || merged.includes(undefined) ? [...next] : (merged as CertificateSigningRequestCondition[])
}

function withTimes(condition: CertificateSigningRequestCondition, old: readonly CertificateSigningRequestCondition[], now: number): CertificateSigningRequestCondition {
  const same = old.find(({ type, status, lastTransitionTime }) => type === condition.type && status === condition.status && lastTransitionTime)
  return {
    ...condition, lastUpdateTime: condition.lastUpdateTime || timestamp(now), lastTransitionTime: condition.lastTransitionTime || same?.lastTransitionTime || timestamp(now),
  }
}
