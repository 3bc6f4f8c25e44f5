import { CertificateSigningRequests, type CertificateSigningRequest } from '../api/certificates/certificate-signing-request.ts'
import { bytesFromBase64, toBase64 } from '../machinery/base64.ts'
import { timestamp } from '../machinery/clock.ts'
import { CLIENT, clientFault, has, KUBELET_CLIENT, kubeletClientFault, kubeletServingFault, SERVING } from './certificate-rules.ts'
import { defineController, type Context } from './framework.ts'
import type { RequestedIdentity } from './settings.ts'

const SHORTEST_LIFE_SECONDS = 600
/** Clocks differ: certificates are good a little before they are made; short-lived ones keep their whole time. */
const BACKDATED_MS = 5 * 60_000
const SHORT_MS = 8 * 3600_000

/** What each built-in signer asks of a request; an absent signer is somebody else's. */
const FAULTS: Readonly<Record<string, (asked: RequestedIdentity, usages: readonly string[]) => string | undefined>> = {
  [SERVING]: kubeletServingFault,
  [KUBELET_CLIENT]: kubeletClientFault,
  [CLIENT]: (_asked, usages) => clientFault(usages),
  'kubernetes.io/legacy-unknown': () => undefined,
}

/** The request in PEM. */
export const requestText = ({ spec }: CertificateSigningRequest): string => new TextDecoder().decode(bytesFromBase64(spec.request as unknown as string))

/** Signs what was approved, for the built-in signers. */
export const certificateSigner = defineController<CertificateSigningRequest>({
  name: 'certificatesigningrequest-signing',
  identity: 'certificate-controller',
  for: CertificateSigningRequests,
  async reconcile(request, context) {
    const { settings, client, clock } = context
    const { status, spec } = request
    const faultOf = Object.hasOwn(FAULTS, spec.signerName) ? FAULTS[spec.signerName] : undefined
    if (!faultOf || !settings.signRequest || !settings.readRequest) return
    if (status.certificate || !has(request, 'Approved') || has(request, 'Denied') || has(request, 'Failed')) return
    const text = requestText(request)
    const usages = spec.usages ?? []
    const fault = await settings.readRequest(text).then(asked => faultOf(asked, usages), (error: Error) => error.message)
    if (fault) return refuse(request, fault, context)
    const certificate = await settings.signRequest(text, { usages, ...validity(request, settings.signingDurationMs, clock.now()) })
    await client.updateStatus(CertificateSigningRequests, { ...request, status: { ...status, certificate: toBase64(certificate) as never } })
  },
})

/** How long a certificate is good: as asked, but not longer than the signer's own time. */
export function validity({ spec }: CertificateSigningRequest, longestMs: number, now: number): { notBefore: number; notAfter: number } {
  const asked = spec.expirationSeconds === undefined ? longestMs : Math.max(spec.expirationSeconds, SHORTEST_LIFE_SECONDS) * 1000
  const lifeMs = Math.min(asked, longestMs)
  return { notBefore: now - BACKDATED_MS, notAfter: now + (lifeMs < SHORT_MS ? lifeMs : lifeMs - BACKDATED_MS) }
}

async function refuse(request: CertificateSigningRequest, message: string, { client, clock }: Context): Promise<void> {
  const now = timestamp(clock.now())
  const condition = { type: 'Failed', status: 'True', reason: 'SignerValidationFailure', message, lastUpdateTime: now, lastTransitionTime: now }
  await client.updateStatus(CertificateSigningRequests, { ...request, status: { ...request.status, conditions: [...(request.status.conditions ?? []), condition] } })
}
