import { newAesKey, randomName } from '../host/crypto.ts'
import type { Files } from '../host/files.ts'
import { errorMessage } from '../machinery/log.ts'

/** A key by the name that stands before every value it encrypted. */
export interface EncryptionKey {
  id: string
  secret: Uint8Array
}

/** At least one key: the first encrypts, all decrypt. */
export type KeyRing = readonly [EncryptionKey, ...EncryptionKey[]]

interface KeyFile {
  keys: { id: string; secret: string }[]
}

/** Reads the cluster's keys, or makes the first one when there is no file yet. */
export async function loadKeyRing(files: Files, path: string): Promise<KeyRing> {
  if (!(await files.exists(path))) return saveKeyRing(files, path, [newKey()])
  const { keys } = parse(path, await files.readText(path))
  const [first, ...rest] = keys.map(({ id, secret }) => ({ id, secret: new Uint8Array(Buffer.from(secret, 'base64')) }))
  if (!first || [first, ...rest].some(({ id, secret }) => !/^[\w-]+$/.test(id) || secret.length !== 32)) throw unusable(path, 'a key is not 32 bytes long or has no name')
  return [first, ...rest]
}

/** Puts a new key before the others: from the next start on it encrypts, and what the others encrypted stays readable. */
export async function rotateKeyRing(files: Files, path: string): Promise<KeyRing> {
  return saveKeyRing(files, path, [newKey(), ...(await loadKeyRing(files, path))])
}

async function saveKeyRing(files: Files, path: string, ring: KeyRing): Promise<KeyRing> {
  const content: KeyFile = { keys: ring.map(({ id, secret }) => ({ id, secret: Buffer.from(secret).toString('base64') })) }
  await files.write(path, `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600, atomic: true })
  return ring
}

const newKey = (): EncryptionKey => ({ id: randomName(), secret: newAesKey() })

function parse(path: string, text: string): KeyFile {
  let content: Partial<KeyFile> | null
  try {
    content = JSON.parse(text) as Partial<KeyFile> | null
  } catch (error) {
    throw unusable(path, errorMessage(error))
  }
  const keys = content?.keys
  if (!Array.isArray(keys) || !keys.every(key => typeof key?.id === 'string' && typeof key.secret === 'string')) throw unusable(path, 'it holds no list of keys')
  return { keys }
}

const unusable = (path: string, reason: string): Error =>
  new Error(`the encryption keys in ${path} cannot be used: ${reason}; restore the file from a backup, because without it encrypted objects cannot be read`)
