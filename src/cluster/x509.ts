import 'reflect-metadata'
import * as x509 from '@peculiar/x509'
import { createPrivateKey, createPublicKey, randomBytes, webcrypto, type KeyObject } from 'node:crypto'
import type { CertificateSpec } from './certificate-specs.ts'

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' } as const
const SIGNING = { name: 'ECDSA', hash: 'SHA-256' } as const

type KeyPair = webcrypto.CryptoKeyPair

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

const subjectOf = (commonName: string, organizations: readonly string[] = []): x509.Name =>
  new x509.Name([...organizations.map(organization => ({ O: [organization] })), { CN: [commonName] }])

async function keysFrom(key: KeyObject): Promise<KeyPair> {
  return {
    privateKey: key.toCryptoKey(ALGORITHM, true, ['sign']) as webcrypto.CryptoKey,
    publicKey: createPublicKey(key).toCryptoKey(ALGORITHM, true, ['verify']) as webcrypto.CryptoKey,
  }
}

const newKeys = async (): Promise<KeyPair> => (await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])) as KeyPair

async function keyPem(key: webcrypto.CryptoKey): Promise<string> {
  return createPrivateKey({ key: Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key)), format: 'der', type: 'pkcs8' })
    .export({ format: 'pem', type: 'pkcs8' }) as string
}

const pem = (certificate: x509.X509Certificate): string => `${certificate.toString('pem').trimEnd()}\n`

/** A self-signed authority. With `keepKey`, which renews it, everything it signed before stays valid. */
export async function issueAuthority(commonName: string, validity: Validity, keepKey?: string): Promise<Issued> {
  const keys = keepKey === undefined ? await newKeys() : await keysFrom(createPrivateKey(keepKey))
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(), name: subjectOf(commonName).toString(), ...validity, keys, signingAlgorithm: SIGNING,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment | x509.KeyUsageFlags.keyCertSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: commonName }]),
    ],
  })
  return { certificate: pem(certificate), key: keepKey ?? await keyPem(keys.privateKey) }
}

/** A certificate of its own key for `spec`, signed by `authority`. */
export async function issueCertificate(spec: CertificateSpec, authority: Issued, validity: Validity): Promise<Issued> {
  const issuer = new x509.X509Certificate(authority.certificate)
  const signer = await keysFrom(createPrivateKey(authority.key))
  const keys = await newKeys()
  const names = [
    ...(spec.dnsNames ?? []).map(value => ({ type: 'dns', value }) as const),
    ...(spec.ipAddresses ?? []).map(value => ({ type: 'ip', value }) as const),
  ]
  const usages = spec.usages.map(usage => x509.ExtendedKeyUsage[usage === 'server' ? 'serverAuth' : 'clientAuth'])
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(), subject: subjectOf(spec.commonName, spec.organizations).toString(), issuer: issuer.subject, ...validity,
    publicKey: keys.publicKey, signingKey: signer.privateKey, signingAlgorithm: SIGNING,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment, true),
      new x509.ExtendedKeyUsageExtension(usages),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
      ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : []),
    ],
  })
  return { certificate: pem(certificate), key: await keyPem(keys.privateKey) }
}
