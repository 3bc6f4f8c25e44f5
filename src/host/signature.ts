import { createPublicKey, verify } from 'node:crypto'

/** Whether a signature over some bytes was made with the private half of a key. */
export type CheckSignature = (data: Uint8Array, signature: Uint8Array) => boolean

/** Checks signatures with one public key (PEM) and one algorithm of JOSE, on this thread: a trip to another one costs more than the check. */
export function signatureChecker(algorithm: 'RS256' | 'ES256', pem: string): CheckSignature {
  const key = createPublicKey(pem)
  const options = algorithm === 'ES256' ? { key, dsaEncoding: 'ieee-p1363' as const } : key
  return (data, signature) => verify('sha256', data, options, signature)
}
