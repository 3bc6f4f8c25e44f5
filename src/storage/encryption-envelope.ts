import { aesGcm, hkdfExpand, randomInto } from '../host/crypto.ts'
import { BYTES, ProtobufError, ProtobufReader, ProtobufWriter, VARINT } from '../machinery/protobuf.ts'
import type { EnvelopeSeed } from './encryption-plan.ts'

/** How the source beside a value leads to its key: it is the key, or keys are derived from it (KEP-3299). */
const KEY_SOURCE = 0
const SEED_SOURCE = 1
/** What tells one derived key from another stands before the sealed value. */
const INFO_BYTES = 32
const KEY_BYTES = 32
const NO_PREFIX = new Uint8Array()

const ANNOTATIONS_LIMIT = 32 * 1024
const SMALL_LIMIT = 1024

/** What is kept of a value that a KMS keeps the key of: upstream's message `EncryptedObject`. */
export interface Envelope {
  readonly data: Uint8Array
  readonly keyId: string
  readonly encryptedSource: Uint8Array
  readonly annotations: Readonly<Record<string, Uint8Array>>
  readonly derives: boolean
}

/** Seals under a key of its own for each value, so that nonces never run out. */
export function sealEnvelope(prefix: Uint8Array, value: Uint8Array, context: string, seed: EnvelopeSeed): Uint8Array {
  const info = randomInto(new Uint8Array(INFO_BYTES))
  const data = aesGcm(hkdfExpand(seed.seed, info, KEY_BYTES), 1).seal(info, value, context)
  const writer = new ProtobufWriter(data.length + seed.encryptedSource.length + 256)
  writeEnvelope(writer, { ...seed, data, derives: true })
  writer.raw(prefix)
  return writer.finish()
}

/** The value, when its key is derived from this seed. Undefined: the KMS must be asked. */
export function openEnvelope(sealed: Uint8Array, context: string, seed: EnvelopeSeed | undefined): Uint8Array | undefined {
  const envelope = readEnvelope(sealed)
  return seed && sameSource(envelope, seed) ? openWith(envelope, seed.seed, context) : undefined
}

/** The value, with the key or seed that the KMS made of the envelope's source. */
export function openWith({ data, derives }: Envelope, source: Uint8Array, context: string): Uint8Array {
  if (!derives) return aesGcm(source, 0).open(data, context)
  if (data.length < INFO_BYTES) throw new Error('the stored data was shorter than the required size')
  return aesGcm(hkdfExpand(source, data.subarray(0, INFO_BYTES), KEY_BYTES), 0).open(data.subarray(INFO_BYTES), context)
}

const sameSource = (envelope: Envelope, { keyId, encryptedSource }: EnvelopeSeed): boolean =>
  envelope.derives && envelope.keyId === keyId && Buffer.compare(envelope.encryptedSource, encryptedSource) === 0

/** What tells one source from another. */
export const sourceName = ({ derives, keyId, encryptedSource }: Pick<Envelope, 'derives' | 'keyId' | 'encryptedSource'>): string =>
  `${derives ? SEED_SOURCE : KEY_SOURCE}/${Buffer.from(encryptedSource).toString('base64')}/${keyId}`

function writeEnvelope(writer: ProtobufWriter, { data, keyId, encryptedSource, annotations, derives }: Envelope): void {
  if (derives) {
    writer.varint(SEED_SOURCE)
    writer.tag(5, VARINT)
  }
  for (const [name, value] of Object.entries(annotations).reverse()) {
    const before = writer.length
    writer.lengthDelimited(value)
    writer.tag(2, BYTES)
    writer.string(name)
    writer.tag(1, BYTES)
    writer.varint(writer.length - before)
    writer.tag(4, BYTES)
  }
  writer.lengthDelimited(encryptedSource)
  writer.tag(3, BYTES)
  writer.string(keyId)
  writer.tag(2, BYTES)
  writer.lengthDelimited(data)
  writer.tag(1, BYTES)
}

/** Reads an envelope. Throws what is wrong with it. */
export function readEnvelope(bytes: Uint8Array): Envelope {
  const reader = new ProtobufReader(bytes)
  let [data, keyId, encryptedSource, source] = [NO_PREFIX, '', NO_PREFIX, KEY_SOURCE] as [Uint8Array, string, Uint8Array, number]
  const annotations: Record<string, Uint8Array> = {}
  while (!reader.done) {
    const tag = reader.varint()
    const [field, wire] = [tag >>> 3, tag & 7]
    if (field === 1 && wire === BYTES) data = reader.view()
    else if (field === 2 && wire === BYTES) keyId = reader.string()
    else if (field === 3 && wire === BYTES) encryptedSource = reader.view()
    else if (field === 4 && wire === BYTES) Object.assign(annotations, readEntry(reader.view()))
    else if (field === 5 && wire === VARINT) source = reader.varint()
    else reader.skip(wire)
  }
  if (source !== KEY_SOURCE && source !== SEED_SOURCE) throw new Error(`unknown encryptedDEKSourceType: ${source}`)
  if (data.length === 0) throw new Error('encrypted data is empty')
  const envelope = { data, keyId, encryptedSource, annotations, derives: source === SEED_SOURCE }
  checkSource(envelope)
  return envelope
}

function readEntry(bytes: Uint8Array): Record<string, Uint8Array> {
  const reader = new ProtobufReader(bytes)
  let [name, value] = ['', NO_PREFIX] as [string, Uint8Array]
  while (!reader.done) {
    const tag = reader.varint()
    if (tag === 8 + BYTES) name = reader.string()
    else if (tag === 16 + BYTES) value = reader.view()
    else throw new ProtobufError('proto: illegal wireType in a map')
  }
  return { [name]: value }
}

const DOMAIN = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)+$/

/** Refuses what a KMS must not answer, as upstream does. */
export function checkSource({ keyId, encryptedSource, annotations }: Pick<EnvelopeSeed, 'keyId' | 'encryptedSource' | 'annotations'>): void {
  if (encryptedSource.length === 0) throw new Error('failed to validate encrypted DEK source: encrypted DEK source is empty')
  if (encryptedSource.length > SMALL_LIMIT) {
    throw new Error(`failed to validate encrypted DEK source: encrypted DEK source is ${encryptedSource.length} bytes, which exceeds the max size of ${SMALL_LIMIT}`)
  }
  const fault = keyIdFault(keyId)
  if (fault) throw new Error(`failed to validate key id: ${fault}`)
  let size = 0
  for (const [name, value] of Object.entries(annotations)) {
    size += Buffer.byteLength(name) + value.length
    if (!DOMAIN.test(name)) throw new Error(`failed to validate annotations: annotations: Invalid value: ${JSON.stringify(name)}: should be a domain with at least two segments separated by dots`)
  }
  if (size > ANNOTATIONS_LIMIT) throw new Error(`failed to validate annotations: total size of annotations is ${size}, which exceeds the max size of ${ANNOTATIONS_LIMIT}`)
}

/** What is wrong with a key's id, if anything. */
export function keyIdFault(keyId: string): string | undefined {
  const size = Buffer.byteLength(keyId)
  return size === 0 ? 'keyID is empty' : size > SMALL_LIMIT ? `keyID is ${size} bytes, which exceeds the max size of ${SMALL_LIMIT}` : undefined
}
