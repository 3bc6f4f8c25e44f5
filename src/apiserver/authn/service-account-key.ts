import { calculateJwkThumbprint, exportJWK, importPKCS8, importSPKI } from 'jose'
import type { CryptoKey, JWK } from 'jose'
import { signatureChecker, type CheckSignature } from '../../host/signature.ts'

const ALGORITHMS = ['RS256', 'ES256'] as const
export type SigningAlgorithm = (typeof ALGORITHMS)[number]

/** A public key that service account tokens are checked with. */
export interface VerificationKey {
  readonly id: string
  readonly algorithm: SigningAlgorithm
  readonly check: CheckSignature
  readonly jwk: JWK
}

/** The private key that signs new tokens, with its public half. */
export interface SigningKey {
  readonly public: VerificationKey
  readonly key: CryptoKey
}

/** Reads a public key in PEM (SPKI). Its id is the key's RFC 7638 thumbprint, so that it survives restarts. */
export async function readVerificationKey(pem: string): Promise<VerificationKey> {
  const { algorithm, value: key } = await firstThatFits(algorithm => importSPKI(pem, algorithm, { extractable: true }))
  const jwk = await exportJWK(key)
  const id = await calculateJwkThumbprint(jwk)
  return { id, algorithm, check: signatureChecker(algorithm, pem), jwk: { ...jwk, use: 'sig', kid: id, alg: algorithm } }
}

/** Reads a private key in PEM (PKCS 8) and the public key that belongs to it. */
export async function readSigningKey(privatePem: string, publicPem: string): Promise<SigningKey> {
  const verification = await readVerificationKey(publicPem)
  return { public: verification, key: await importPKCS8(privatePem, verification.algorithm) }
}

async function firstThatFits<T>(read: (algorithm: SigningAlgorithm) => Promise<T>): Promise<{ algorithm: SigningAlgorithm; value: T }> {
  let failure: unknown
  for (const algorithm of ALGORITHMS) {
    try {
      return { algorithm, value: await read(algorithm) }
    } catch (error) {
      failure = error
    }
  }
  throw failure
}
