import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

const NONCE_BYTES = 12
const TAG_BYTES = 16

/** A new key for `sealAesGcm`: 256 random bits. */
export const newAesKey = (): Uint8Array => new Uint8Array(randomBytes(32))

/** A short random name, for keys and the like. */
export const randomName = (): string => randomBytes(4).toString('hex')

/** AES-256-GCM: a random nonce, the ciphertext and the tag. `context` is not kept, but opening needs the same. */
export function sealAesGcm(key: Uint8Array, plaintext: Uint8Array, context: string): Uint8Array {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context))
  return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
}

/** The plaintext of what `sealAesGcm` made; undefined when the key or the context is another, or a bit was changed. */
export function openAesGcm(key: Uint8Array, sealed: Uint8Array, context: string): Uint8Array | undefined {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) return undefined
  const end = sealed.length - TAG_BYTES
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
  decipher.setAAD(Buffer.from(context)).setAuthTag(sealed.subarray(end))
  const plaintext = decipher.update(sealed.subarray(NONCE_BYTES, end))
  try {
    return Buffer.concat([plaintext, decipher.final()])
  } catch {
    // The only way in which `final` fails: the tag does not fit.
    return undefined
  }
}
