import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

const NONCE_BYTES = 12
const TAG_BYTES = 16

/** A new key for `aesGcm`: 256 random bits. */
export const newAesKey = (): Uint8Array => new Uint8Array(randomBytes(32))

/** A short random name, for keys and the like. */
export const randomName = (): string => randomBytes(4).toString('hex')

/** AES-256-GCM under one key. */
export interface AesGcm {
  /** A random nonce, the ciphertext and the tag. `context` is not kept, but opening needs the same. */
  seal(plaintext: Uint8Array, context: string): Uint8Array
  /** The plaintext of what `seal` made; undefined when the key or the context is another, or a bit was changed. */
  open(sealed: Uint8Array, context: string): Uint8Array | undefined
}

/** Nonces are fetched from the system this many at a time, which takes a third off sealing a small value. */
const NONCES = 256

/** The cipher of a key of 32 bytes. */
export function aesGcm(secret: Uint8Array): AesGcm {
  let nonces = Buffer.alloc(0)
  const nextNonce = (): Uint8Array => {
    if (nonces.length === 0) nonces = randomBytes(NONCES * NONCE_BYTES)
    const nonce = nonces.subarray(0, NONCE_BYTES)
    nonces = nonces.subarray(NONCE_BYTES)
    return nonce
  }
  return {
    seal(plaintext, context) {
      const nonce = nextNonce()
      const cipher = createCipheriv('aes-256-gcm', secret, nonce).setAAD(Buffer.from(context))
      return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
    },
    open(sealed, context) {
      if (sealed.length < NONCE_BYTES + TAG_BYTES) return undefined
      const end = sealed.length - TAG_BYTES
      const decipher = createDecipheriv('aes-256-gcm', secret, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
      decipher.setAAD(Buffer.from(context)).setAuthTag(sealed.subarray(end))
      const plaintext = decipher.update(sealed.subarray(NONCE_BYTES, end))
      try {
        return Buffer.concat([plaintext, decipher.final()])
      } catch {
        // The only way in which `final` fails: the tag does not fit.
        return undefined
      }
    },
  }
}
