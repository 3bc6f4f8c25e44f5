import 'reflect-metadata'
import * as x509 from '@peculiar/x509'
import { createPrivateKey, webcrypto } from 'node:crypto'
import type { RequestedIdentity, SignRequest } from '../controllers/settings.ts'
import { serialNumber, type Issued } from './x509.ts'

const { KeyUsageFlags, ExtendedKeyUsage } = x509
const KEY_USAGES: Readonly<Record<string, number>> = {
  'signing': KeyUsageFlags.digitalSignature, 'digital signature': KeyUsageFlags.digitalSignature, 'content commitment': KeyUsageFlags.nonRepudiation, 'key encipherment': KeyUsageFlags.keyEncipherment,
  'key agreement': KeyUsageFlags.keyAgreement, 'data encipherment': KeyUsageFlags.dataEncipherment, 'cert sign': KeyUsageFlags.keyCertSign, 'crl sign': KeyUsageFlags.cRLSign,
  'encipher only': KeyUsageFlags.encipherOnly, 'decipher only': KeyUsageFlags.decipherOnly,
}
const EXTENDED: Readonly<Record<string, string>> = {
  'any': '2.5.29.37.0', 'server auth': ExtendedKeyUsage.serverAuth, 'client auth': ExtendedKeyUsage.clientAuth, 'code signing': ExtendedKeyUsage.codeSigning,
  'email protection': ExtendedKeyUsage.emailProtection, 's/mime': ExtendedKeyUsage.emailProtection, 'ipsec end system': '1.3.6.1.5.5.7.3.5', 'ipsec tunnel': '1.3.6.1.5.5.7.3.6',
  'ipsec user': '1.3.6.1.5.5.7.3.7', 'timestamping': ExtendedKeyUsage.timeStamping, 'ocsp signing': ExtendedKeyUsage.ocspSigning, 'microsoft sgc': '1.3.6.1.4.1.311.10.3.3', 'netscape sgc': '2.16.840.1.113730.4.1',
}

const ALTERNATIVE_NAMES = '2.5.29.17'

function alternativeNames(request: x509.Pkcs10CertificateRequest): x509.SubjectAlternativeNameExtension | undefined {
  const found = request.extensions.find(({ type }) => type === ALTERNATIVE_NAMES)
  return found && new x509.SubjectAlternativeNameExtension(found.rawData)
}

/** What a request in PEM asks for. */
export async function readCertificateRequest(text: string): Promise<RequestedIdentity> {
  const request = new x509.Pkcs10CertificateRequest(text)
  const names = alternativeNames(request)?.names.toJSON() ?? []
  const of = (type: string): string[] => names.filter(name => name.type === type).map(({ value }) => value)
  return {
    commonName: request.subjectName.getField('CN').at(-1) ?? '', organizations: request.subjectName.getField('O'),
    dnsNames: of('dns'), ipAddresses: of('ip'), emailAddresses: of('email'), uris: of('url'),
  }
}

/** Signs requests with an authority. The requester must have the key: its own signature is checked. */
export const requestSigner = (authority: Issued): SignRequest => async (text, { usages, notBefore, notAfter }) => {
  const request = new x509.Pkcs10CertificateRequest(text)
  if (!(await request.verify())) throw new Error('unable to verify certificate request signature')
  const issuer = new x509.X509Certificate(authority.certificate)
  const signingKey = createPrivateKey(authority.key).toCryptoKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign']) as webcrypto.CryptoKey
  const flags = usages.reduce((all, usage) => all | (KEY_USAGES[usage] ?? 0), 0)
  const extended = [...new Set(usages.flatMap(usage => EXTENDED[usage] ?? []))]
  const names = alternativeNames(request)
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(), subject: request.subject, issuer: issuer.subject, notBefore: new Date(notBefore), notAfter: new Date(Math.min(notAfter, issuer.notAfter.getTime())),
    publicKey: request.publicKey, signingKey, signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    extensions: [
      ...(flags ? [new x509.KeyUsagesExtension(flags, true)] : []), ...(extended.length > 0 ? [new x509.ExtendedKeyUsageExtension(extended)] : []),
      new x509.BasicConstraintsExtension(false, undefined, true), await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey), ...(names ? [names] : []),
    ],
  })
  return `${certificate.toString('pem').trimEnd()}\n`
}
