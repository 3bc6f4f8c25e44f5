import { Address6 } from 'ip-address'
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign, X509Certificate, type KeyObject } from 'node:crypto'
import { isIPv4 } from 'node:net'
import type { CertificateSpec } from './certificate-specs.ts'
import { bits, contentOf, elementsOf, integer, nothing, objectId, octets, sequence, set, tagged, time, utf8String, wrapped, yes } from './der.ts'

/** A certificate with its key, in PEM. */
export interface Issued {
  certificate: string
  key: string
}

export interface Validity {
  notBefore: Date
  notAfter: Date
}

/** Positive and below 2^127, as RFC 5280 wants serial numbers. */
export function serialNumber(): string {
  const bytes = randomBytes(16)
  bytes[0] = (bytes[0]! & 0x7f) | 0x40
  return bytes.toString('hex')
}

/** A self-signed authority. With `keepKey`, which renews it, everything it signed before stays valid. */
export function issueAuthority(commonName: string, validity: Validity, keepKey?: string): Issued {
  const signer = keepKey === undefined ? newKey() : createPrivateKey(keepKey)
  const publicKey = publicBytes(signer)
  const name = nameOf(commonName)
  const certificate = signed(signer, { issuer: name, subject: name, validity, publicKey }, [
    extension('2.5.29.19', sequence(yes()), true),
    extension('2.5.29.15', bits(Uint8Array.of(DIGITAL_SIGNATURE | KEY_ENCIPHERMENT | CERTIFICATE_SIGNING), 2), true),
    extension('2.5.29.14', octets(keyId(publicKey))),
    extension('2.5.29.17', alternativeNames([commonName], [])),
  ])
  return { certificate, key: keepKey ?? pemOf(signer) }
}

/** A certificate of its own key for `spec`, signed by `authority`. */
export function issueCertificate(spec: CertificateSpec, authority: Issued, validity: Validity): Issued {
  const signer = createPrivateKey(authority.key)
  const key = newKey()
  const { commonName, organizations, dnsNames = [], ipAddresses = [] } = spec
  const certificate = signed(signer, { issuer: subjectIn(authority.certificate), subject: nameOf(commonName, organizations), validity, publicKey: publicBytes(key) }, [
    extension('2.5.29.19', sequence(), true),
    extension('2.5.29.15', bits(Uint8Array.of(DIGITAL_SIGNATURE | KEY_ENCIPHERMENT), 5), true),
    extension('2.5.29.37', sequence(...spec.usages.map(usage => objectId(PURPOSES[usage])))),
    extension('2.5.29.35', sequence(tagged(0, keyId(publicBytes(signer))))),
    ...(dnsNames.length + ipAddresses.length > 0 ? [extension('2.5.29.17', alternativeNames(dnsNames, ipAddresses))] : []),
  ])
  return { certificate, key: pemOf(key) }
}

const DIGITAL_SIGNATURE = 0x80
const KEY_ENCIPHERMENT = 0x20
const CERTIFICATE_SIGNING = 0x04
const PURPOSES = { server: '1.3.6.1.5.5.7.3.1', client: '1.3.6.1.5.5.7.3.2' } as const

const newKey = (): KeyObject => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
const pemOf = (key: KeyObject): string => key.export({ format: 'pem', type: 'pkcs8' }) as string
const publicBytes = (key: KeyObject): Uint8Array => createPublicKey(key).export({ format: 'der', type: 'spki' })
/** RFC 5280's first method: a hash of the key's bits, without what says which kind of key it is and how many bits are unused. */
const keyId = (publicKey: Uint8Array): Uint8Array => createHash('sha1').update(contentOf(elementsOf(publicKey)[1]!).subarray(1)).digest()

const extension = (id: string, value: Uint8Array, isCritical = false): Uint8Array => sequence(objectId(id), ...(isCritical ? [yes()] : []), octets(value))

const nameOf = (commonName: string, organizations: readonly string[] = []): Uint8Array => sequence(
  ...organizations.map(organization => set(sequence(objectId('2.5.4.10'), utf8String(organization)))),
  set(sequence(objectId('2.5.4.3'), utf8String(commonName))),
)

/** The subject as the certificate has it, byte by byte: whoever made it may write names in another way. */
function subjectIn(certificate: string): Uint8Array {
  const [toBeSigned] = elementsOf(new X509Certificate(certificate).raw)
  const [_version, _serial, _algorithm, _issuer, _validity, subject] = elementsOf(toBeSigned!)
  return subject!
}

const alternativeNames = (dnsNames: readonly string[], ipAddresses: readonly string[]): Uint8Array => sequence(
  ...dnsNames.map(name => tagged(2, Buffer.from(name))),
  ...ipAddresses.map(address => tagged(7, Uint8Array.from(isIPv4(address) ? address.split('.').map(Number) : new Address6(address).toUnsignedByteArray()))),
)

interface Contents {
  issuer: Uint8Array
  subject: Uint8Array
  validity: Validity
  publicKey: Uint8Array
}

/** A certificate of the third version, in PEM. */
function signed(signer: KeyObject, { issuer, subject, validity, publicKey }: Contents, extensions: readonly Uint8Array[]): string {
  const algorithm = signer.asymmetricKeyType === 'rsa' ? sequence(objectId('1.2.840.113549.1.1.11'), nothing()) : sequence(objectId('1.2.840.10045.4.3.2'))
  const toBeSigned = sequence(
    wrapped(0, integer(Uint8Array.of(2))), integer(Buffer.from(serialNumber(), 'hex')), algorithm, issuer,
    sequence(time(validity.notBefore), time(validity.notAfter)), subject, publicKey, wrapped(3, sequence(...extensions)),
  )
  const whole = sequence(toBeSigned, algorithm, bits(sign('sha256', toBeSigned, signer)))
  return `-----BEGIN CERTIFICATE-----\n${Buffer.from(whole).toString('base64').match(/.{1,64}/g)!.join('\n')}\n-----END CERTIFICATE-----\n`
}
