import { CertificateSigningRequests, type CertificateSigningRequest } from '../api/certificates/certificate-signing-request.ts'
import { isReason } from '../machinery/status.ts'
import { defineController } from './framework.ts'

const DECIDED_MS = 3600_000
const PENDING_MS = 24 * 3600_000

/** Removes requests for certificates that are over, and those that nobody looks at. */
export const certificateCleaner = defineController<CertificateSigningRequest>({
  name: 'certificatesigningrequest-cleaner',
  identity: 'certificate-controller',
  for: CertificateSigningRequests,
  async reconcile(request, { client, clock }) {
    const dueAt = removalTime(request)
    if (dueAt === undefined || request.metadata.deletionTimestamp) return
    const leftMs = dueAt - clock.now()
    if (leftMs > 0) return { afterMs: leftMs }
    const { uid, resourceVersion } = request.metadata
    await client.delete(CertificateSigningRequests, request.metadata, { preconditions: { uid, resourceVersion } }).catch(error => { if (!isReason(error, 'NotFound')) throw error })
  },
})

/** When a request has stayed long enough: an hour after it was decided, a day while nobody does; undefined: it was approved and has no certificate yet. */
export function removalTime({ metadata, status }: CertificateSigningRequest): number | undefined {
  const conditions = status.conditions ?? []
  const ends = conditions.filter(({ type }) => type === 'Denied' || type === 'Failed' || (type === 'Approved' && status.certificate))
    .map(({ lastUpdateTime }) => Date.parse(lastUpdateTime ?? metadata.creationTimestamp) + DECIDED_MS)
  if (ends.length > 0) return Math.min(...ends)
  return conditions.length === 0 ? Date.parse(metadata.creationTimestamp) + PENDING_MS : undefined
}
