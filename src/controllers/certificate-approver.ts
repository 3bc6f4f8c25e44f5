import type { SubjectAccessReview } from '../api/authorization/subject-access-review.ts'
import { SubjectAccessReviews } from '../api/authorization/subject-access-review.ts'
import { CertificateSigningRequests, type CertificateSigningRequest } from '../api/certificates/certificate-signing-request.ts'
import { timestamp } from '../machinery/clock.ts'
import { has, KUBELET_CLIENT, kubeletClientFault } from './certificate-rules.ts'
import { defineController, type Context } from './framework.ts'
import { requestText } from './certificate-signer.ts'

/** A kubelet renews its own certificate, or bootstraps one for any node: who may do which is RBAC's to say. */
const GROUNDS = [
  { subresource: 'selfnodeclient', isSelf: true, message: 'Auto approving self kubelet client certificate after SubjectAccessReview.' },
  { subresource: 'nodeclient', isSelf: false, message: 'Auto approving kubelet client certificate after SubjectAccessReview.' },
]

/** Approves the client certificates of kubelets that may have them. Serving certificates wait for a person. */
export const certificateApprover = defineController<CertificateSigningRequest>({
  name: 'certificatesigningrequest-approving',
  identity: 'certificate-controller',
  for: CertificateSigningRequests,
  async reconcile(request, context) {
    const { spec, status } = request
    const { client, clock, settings } = context
    if (spec.signerName !== KUBELET_CLIENT || !settings.readRequest || status.certificate || has(request, 'Approved') || has(request, 'Denied')) return
    const asked = await settings.readRequest(requestText(request)).catch(() => undefined)
    if (!asked || kubeletClientFault(asked, spec.usages ?? [])) return
    const grounds = GROUNDS.filter(({ isSelf }) => !isSelf || asked.commonName === spec.username)
    for (const { subresource, message } of grounds) {
      if (!(await mayCreate(request, subresource, context))) continue
      const now = timestamp(clock.now())
      const condition = { type: 'Approved', status: 'True', reason: 'AutoApproved', message, lastUpdateTime: now, lastTransitionTime: now }
      await client.update(CertificateSigningRequests, { ...request, status: { ...status, conditions: [...(status.conditions ?? []), condition] } }, { subresource: 'approval' })
      return
    }
    throw new Error(`recognized csr "${request.metadata.name}" as [${grounds.map(({ subresource }) => subresource).join(' ')}] but subject access review was not approved`)
  },
})

async function mayCreate({ spec: { username, uid, groups, extra } }: CertificateSigningRequest, subresource: string, { client }: Context): Promise<boolean> {
  const review = await client.create(SubjectAccessReviews, {
    spec: {
      ...(username && { user: username }), ...(uid && { uid }), ...(groups && { groups }), ...(extra && { extra }),
      resourceAttributes: { group: 'certificates.k8s.io', resource: 'certificatesigningrequests', subresource, verb: 'create', version: '*' },
    },
  } as never) as SubjectAccessReview
  return review.status.allowed
}
