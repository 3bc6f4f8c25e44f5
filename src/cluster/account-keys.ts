import { createPublicKey, generateKeyPair, X509Certificate } from 'node:crypto'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { readSigningKey, readVerificationKey, type SigningKey, type VerificationKey } from '../apiserver/authn/service-account-key.ts'
import type { Files } from '../host/files.ts'
import { badRequest, StatusError } from '../machinery/status.ts'
import type { ClusterOptions } from './options.ts'
import type { Pki } from './certificates.ts'

/** What new tokens are signed with, and what tokens of before were. */
export interface AccountKeys {
  readonly signingKey: SigningKey
  readonly olderKeys: readonly VerificationKey[]
}

/** Public keys that signed once, one PEM after the other, the newest first. */
export const olderKeysPath = (pkiDir: string): string => join(pkiDir, 'sa-older.pub')

const publicPem = (pem: string): string => createPublicKey(pem).export({ format: 'pem', type: 'spki' }) as string
const readIfThere = (files: Files, path: string): Promise<string> => files.readText(path).catch((error: NodeJS.ErrnoException) => {
  if (error.code === 'ENOENT') return ''
  throw error
})

/** The keys that the options name, or the cluster's own. */
export async function readAccountKeys(files: Files, options: ClusterOptions, pki: Pick<Pki, 'serviceAccountKey' | 'directory'>): Promise<AccountKeys> {
  const { serviceAccountSigningKeyFile: signingPath, serviceAccountKeyFile: paths } = options
  if (paths.length > 0 && !signingPath) throw badRequest('--service-account-key-file needs --service-account-signing-key-file: the key that signs is not known otherwise')
  const privatePem = await files.readText(signingPath || pki.serviceAccountKey)
  const signingKey = await readSigningKey(await asPkcs8(privatePem, signingPath || pki.serviceAccountKey), publicPem(privatePem))
  const texts = signingPath ? await Promise.all(paths.map(path => files.readText(path))) : [await readIfThere(files, olderKeysPath(pki.directory))]
  const all = await Promise.all(texts.flatMap((text, index) => publicKeysIn(text, paths[index] ?? olderKeysPath(pki.directory))).map(readVerificationKey))
  // The same key may stand in several files, and the signing key's public half in one of them.
  const byId = new Map(all.filter(({ id }) => id !== signingKey.public.id).map(key => [key.id, key]))
  return { signingKey, olderKeys: [...byId.values()] }
}

/** OpenSSL's older forms of private keys, as PKCS 8. */
async function asPkcs8(pem: string, path: string): Promise<string> {
  try {
    const { createPrivateKey } = await import('node:crypto')
    return createPrivateKey(pem).export({ format: 'pem', type: 'pkcs8' }) as string
  } catch {
    throw badRequest(`data does not contain a valid RSA or ECDSA private key: ${path}`)
  }
}

/** All keys of a file: public ones, the public halves of private ones, those of certificates. */
function publicKeysIn(text: string, path: string): string[] {
  const blocks = text.match(/-----BEGIN ([A-Z ]+)-----[\s\S]*?-----END \1-----/g) ?? []
  try {
    return blocks.filter(block => !block.startsWith('-----BEGIN EC PARAMETERS')).map(block =>
      block.startsWith('-----BEGIN CERTIFICATE') ? new X509Certificate(block).publicKey.export({ format: 'pem', type: 'spki' }) as string : publicPem(block))
  } catch {
    throw badRequest(`data does not contain any valid RSA or ECDSA public keys: ${path}`)
  }
}

/** Makes a new signing key. What the key before signed stays good, unless older keys shall be forgotten. */
export async function rotateAccountKey(files: Files, pkiDir: string, { forgetOlder = false } = {}): Promise<void> {
  const path = (file: string): string => join(pkiDir, file)
  const before = await readIfThere(files, path('sa.key'))
  if (before === '') throw new StatusError('NotFound', `there is no ${path('sa.key')} yet: start the cluster first`)
  const older = forgetOlder ? '' : publicPem(before) + await readIfThere(files, olderKeysPath(pkiDir))
  const { privateKey, publicKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 })
  // The old public key first: at no moment is there a token whose key nobody knows.
  await files.write(olderKeysPath(pkiDir), older, { mode: 0o600, atomic: true })
  await files.write(path('sa.pub'), publicKey.export({ format: 'pem', type: 'spki' }) as string, { mode: 0o600, atomic: true })
  await files.write(path('sa.key'), privateKey.export({ format: 'pem', type: 'pkcs8' }) as string, { mode: 0o600, atomic: true })
}
