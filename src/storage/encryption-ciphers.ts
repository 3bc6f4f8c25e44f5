import { aesCbc, aesGcm, randomInto, type ValueCipher } from '../host/crypto.ts'
import { openEnvelope, sealEnvelope } from './encryption-envelope.ts'
import type { NamedKey, ProviderPlan } from './encryption-plan.ts'

/** Stands before every value that anything sealed; the API's own values never begin like this. */
export const SEALED = 'k8s:enc:'
/** How values were marked before they were marked as upstream marks them; else they are the same. */
const FORMER = 'k8ts:enc:aesgcm:v1:'

/** One key of one provider: what it writes begins with `prefix`. */
export interface Opener {
  readonly prefix: Buffer
  /** Throws what is wrong, in upstream's words. Undefined: only the KMS can tell. */
  open(value: Uint8Array, context: string): Uint8Array | undefined
}

/** One provider of a rule. */
export interface Provider {
  /** Begins every value of this provider, whatever the key; empty for values in the clear. */
  readonly prefixes: readonly Buffer[]
  readonly openers: readonly Opener[]
  /** Why there is none for a value whose key nobody knows. */
  readonly missingKey: string
  seal(value: Uint8Array, context: string): Uint8Array
}

const bytes = (text: string): Buffer => Buffer.from(text)
/** Whether a value begins with these bytes. */
export const startsWith = (value: Uint8Array, prefix: Uint8Array): boolean => {
  if (value.length < prefix.length) return false
  for (let at = 0; at < prefix.length; at++) if (value[at] !== prefix[at]) return false
  return true
}
const SEALED_BYTES = bytes(SEALED)
const FORMER_BYTES = bytes(FORMER)
/** Whether a value cannot be read without a key. */
export const isSealed = (value: Uint8Array): boolean => startsWith(value, SEALED_BYTES) || startsWith(value, FORMER_BYTES)

const identity: Provider = {
  prefixes: [bytes('')], missingKey: '', seal: value => value,
  openers: [{
    prefix: bytes(''),
    open(value) {
      if (isSealed(value)) throw new Error('identity transformer tried to read encrypted data')
      return value
    },
  }],
}

/** The provider of a plan. Libraries that few need are loaded for those. */
export async function createProvider(plan: ProviderPlan): Promise<Provider> {
  switch (plan.type) {
    case 'identity': return identity
    case 'aesgcm': return keyed(plan.keys, 'aesgcm', aesGcm, 'AES', [FORMER])
    case 'aescbc': return keyed(plan.keys, 'aescbc', aesCbc, 'AES')
    case 'secretbox': return keyed(plan.keys, 'secretbox', await secretbox(), 'Secretbox')
    case 'kms': return envelope(plan)
  }
}

function keyed(keys: readonly NamedKey[], type: string, cipherOf: (secret: Uint8Array) => ValueCipher, family: string, former: readonly string[] = []): Provider {
  const own = `${SEALED}${type}:v1:`
  const ciphers = keys.map(({ name, secret }) => ({ name, cipher: cipherOf(secret) }))
  const first = ciphers[0]!
  const mark = bytes(`${own}${first.name}:`)
  return {
    prefixes: [own, ...former].map(bytes),
    missingKey: `no matching key was found for the provided ${family} transformer`,
    openers: [own, ...former].flatMap(start => ciphers.map(({ name, cipher }) => ({ prefix: bytes(`${start}${name}:`), open: (value, context) => cipher.open(value, context) }))),
    seal: (value, context) => first.cipher.seal(mark, value, context),
  }
}

const BOX_NONCE = 24
const BOX_TAG = 16

async function secretbox(): Promise<(secret: Uint8Array) => ValueCipher> {
  const { xsalsa20poly1305 } = await import('@noble/ciphers/salsa.js')
  return secret => ({
    seal(prefix, value) {
      const nonce = randomInto(new Uint8Array(BOX_NONCE))
      return Buffer.concat([prefix, nonce, xsalsa20poly1305(secret, nonce).encrypt(value)])
    },
    open(sealed) {
      if (sealed.length < BOX_NONCE + BOX_TAG) throw new Error('the stored data was shorter than the required size')
      try {
        // The library wants bytes at an even place.
        return xsalsa20poly1305(secret, sealed.slice(0, BOX_NONCE)).decrypt(sealed.slice(BOX_NONCE))
      } catch {
        throw new Error('output array was not large enough for encryption')
      }
    },
  })
}

function envelope({ name, seed, refusal }: Extract<ProviderPlan, { type: 'kms' }>): Provider {
  const prefix = bytes(`${SEALED}kms:v2:${name}:`)
  return {
    prefixes: [prefix], missingKey: '',
    openers: [{ prefix, open: (value, context) => openEnvelope(value, context, seed) }],
    seal(value, context) {
      if (!seed || refusal !== undefined) throw new Error(refusal ?? 'got unexpected nil transformer')
      return sealEnvelope(prefix, value, context, seed)
    },
  }
}
