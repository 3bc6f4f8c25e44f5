import { createCipheriv, createDecipheriv, createHmac, createSecretKey, randomBytes, randomFillSync } from 'node:crypto'

const NONCE_BYTES = 12
const TAG_BYTES = 16
const BLOCK_BYTES = 16

/** A new key for `aesGcm`: 256 random bits. */
export const newAesKey = (): Uint8Array => new Uint8Array(randomBytes(32))

/** A short random name, for keys and the like. */
export const randomName = (): string => randomBytes(4).toString('hex')

/** Fills bytes with what nobody can guess. */
export const randomInto = (bytes: Uint8Array): Uint8Array => randomFillSync(bytes)

/** A cipher under one key. */
export interface ValueCipher {
  /** `prefix`, what the cipher needs to open it again, and the ciphertext. `context` is not kept; where the cipher vouches for it, opening needs the same. */
  seal(prefix: Uint8Array, plaintext: Uint8Array, context: string): Uint8Array
  /** The plaintext of what `seal` made, without the prefix. Throws when the key or the context is another, or a bit was changed. */
  open(sealed: Uint8Array, context: string): Uint8Array
}

/** Nonces are fetched from the system this many at a time, which takes a third off sealing a small value. */
const NONCES = 256
const tooShort = (): Error => new Error('the stored data was shorter than the required size')

/** AES-GCM with random nonces under a key of 16, 24 or 32 bytes; `values` tells when there will be few. */
export function aesGcm(secret: Uint8Array, values = NONCES): ValueCipher {
  const key = createSecretKey(secret)
  const algorithm = `aes-${secret.length * 8}-gcm` as 'aes-256-gcm'
  const nonces = new Uint8Array(values * NONCE_BYTES)
  let next = nonces.length
  const nextNonce = (): Uint8Array => {
    if (next === nonces.length) {
      randomFillSync(nonces)
      next = 0
    }
    return nonces.subarray(next, (next += NONCE_BYTES))
  }
  return {
    seal(prefix, plaintext, context) {
      const nonce = nextNonce()
      const cipher = createCipheriv(algorithm, key, nonce).setAAD(Buffer.from(context))
      const ciphertext = cipher.update(plaintext)
      cipher.final()
      const start = prefix.length + NONCE_BYTES
      const sealed = new Uint8Array(start + ciphertext.length + TAG_BYTES)
      sealed.set(prefix)
      sealed.set(nonce, prefix.length)
      sealed.set(ciphertext, start)
      sealed.set(cipher.getAuthTag(), start + ciphertext.length)
      return sealed
    },
    open(sealed, context) {
      if (sealed.length < NONCE_BYTES + TAG_BYTES) throw tooShort()
      const end = sealed.length - TAG_BYTES
      const decipher = createDecipheriv(algorithm, key, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
      decipher.setAAD(Buffer.from(context)).setAuthTag(sealed.subarray(end))
      const plaintext = decipher.update(sealed.subarray(NONCE_BYTES, end))
      try {
        decipher.final()
      } catch {
        // The only way in which `final` fails: the tag does not fit.
        throw new Error('cipher: message authentication failed')
      }
      return plaintext
    },
  }
}

/** AES-CBC with PKCS 7 under a key of 16, 24 or 32 bytes. Nothing vouches for what it opens. */
export function aesCbc(secret: Uint8Array): ValueCipher {
  const key = createSecretKey(secret)
  const algorithm = `aes-${secret.length * 8}-cbc`
  return {
    seal(prefix, plaintext) {
      const iv = randomBytes(BLOCK_BYTES)
      const cipher = createCipheriv(algorithm, key, iv)
      return Buffer.concat([prefix, iv, cipher.update(plaintext), cipher.final()])
    },
    open(sealed) {
      if (sealed.length < BLOCK_BYTES) throw tooShort()
      if (sealed.length % BLOCK_BYTES !== 0) throw new Error('the stored data is not a multiple of the block size')
      const decipher = createDecipheriv(algorithm, key, sealed.subarray(0, BLOCK_BYTES))
      try {
        return Buffer.concat([decipher.update(sealed.subarray(BLOCK_BYTES)), decipher.final()])
      } catch {
        throw new Error('invalid padding on input')
      }
    },
  }
}

/** RFC 5869's second step with SHA-256: `length` bytes, at most 32, out of a key that is random already. */
export function hkdfExpand(secret: Uint8Array, info: Uint8Array, length: number): Uint8Array {
  return createHmac('sha256', secret).update(info).update(Uint8Array.of(1)).digest().subarray(0, length)
}
