import type { AdmissionContext, AdmissionRequest } from './admission.ts'

/** Whether a user may approve or sign for a signer: for it by name, or for all of its domain (`example.com/*`). */
export async function maySign({ user }: AdmissionRequest, context: AdmissionContext, verb: 'approve' | 'sign', signerName: string): Promise<boolean> {
  const signers = { group: 'certificates.k8s.io', plural: 'signers' }
  return await context.allowed(user, verb, signers, undefined, signerName) || context.allowed(user, verb, signers, undefined, `${signerName.split('/')[0]}/*`)
}
