import type { AdmissionContext, AdmissionRequest } from './admission.ts'

/** Whether a user may approve or sign for a signer: for it by name, or for all of its domain (`example.com/*`). */
export function maySign({ user }: AdmissionRequest, context: AdmissionContext, verb: 'approve' | 'sign', signerName: string): boolean {
  const signers = { group: 'certificates.k8s.io', plural: 'signers' }
  return context.allowed(user, verb, signers, undefined, signerName) || context.allowed(user, verb, signers, undefined, `${signerName.split('/')[0]}/*`)
}
