import { createPrivateKey, createPublicKey, generateKeyPair, X509Certificate } from 'node:crypto'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Files } from '../host/files.ts'
import type { Clock } from '../machinery/clock.ts'
import { StatusError } from '../machinery/status.ts'
import { authorities, type Authority, type CertificateSpec } from './certificate-specs.ts'
import { issueAuthority, issueCertificate, type Issued, type Validity } from './x509.ts'

const DAY_MS = 24 * 3600_000
const AUTHORITY_LIFE_MS = 3650 * DAY_MS
const LEAF_LIFE_MS = 365 * DAY_MS
/** Certificates are valid from a little before they were made, for machines whose clocks differ. */
const BACKDATED_MS = 5 * 60_000

/** The cluster's own certificates: paths of all of them, and which were made anew by this call. */
export interface Pki {
  /** Where all of it lies. */
  directory: string
  certificate(name: string): string
  key(name: string): string
  /** The service accounts' signing key (PEM, RSA) and its public half. */
  serviceAccountKey: string
  serviceAccountPublicKey: string
  /** Name and reason, in the order of issue. */
  issued: readonly { name: string; reason: string }[]
}

export interface PkiRequest {
  files: Files
  clock: Clock
  directory: string
  specs: readonly CertificateSpec[]
}

/** Makes what is missing, wrong or has less than a third of its life left. */
export async function ensureCertificates({ files, clock, directory, specs }: PkiRequest): Promise<Pki> {
  const path = (file: string): string => join(directory, file)
  const readIfThere = (file: string): Promise<string | undefined> => files.readText(path(file)).catch(ifMissing)
  const issued: { name: string; reason: string }[] = []
  const keep = async (name: string, { certificate, key }: Issued): Promise<void> => {
    // The key first: a certificate whose key is missing would look complete after a crash between the two.
    await files.write(path(`${name}.key`), key, { mode: 0o600, atomic: true })
    await files.write(path(`${name}.crt`), certificate, { mode: 0o600, atomic: true })
  }
  await files.makeDirectory(directory, 0o700)
  // Looking for two large primes takes longer than all the rest.
  const account = ensureServiceAccountKey(files, path('sa.key'), path('sa.pub'))
  account.catch(() => undefined)

  const signers = new Map<Authority, Issued>()
  for (const [name, commonName] of Object.entries(authorities) as [Authority, string][]) {
    const [certificate, key] = await Promise.all([readIfThere(`${name}.crt`), readIfThere(`${name}.key`)])
    const reason = authorityFault(certificate, key, clock.now())
    if (reason === undefined) {
      signers.set(name, { certificate: certificate!, key: key ?? '' })
      continue
    }
    if (key === undefined && certificate !== undefined) throw missingSigner(path(`${name}.key`), `${name}.crt ${reason}`)
    const made = issueAuthority(commonName, validity(clock.now(), AUTHORITY_LIFE_MS), key)
    await keep(name, made)
    issued.push({ name, reason })
    signers.set(name, made)
  }

  const leaves = await Promise.all(specs.map(async spec => ({
    spec, reason: leafFault(spec, signers.get(spec.authority)!, await readIfThere(`${spec.name}.crt`), await readIfThere(`${spec.name}.key`), clock.now()),
  })))
  const faulty = leaves.filter(({ reason }) => reason !== undefined) as readonly { spec: CertificateSpec; reason: string }[]
  for (const { spec, reason } of faulty) if (signers.get(spec.authority)!.key === '') throw missingSigner(path(`${spec.authority}.key`), `${spec.name}.crt ${reason}`)
  await Promise.all(faulty.map(({ spec }) => {
    const signer = signers.get(spec.authority)!
    return keep(spec.name, issueCertificate(spec, signer, validity(clock.now(), LEAF_LIFE_MS, signer)))
  }))
  issued.push(...faulty.map(({ spec: { name }, reason }) => ({ name, reason })))
  if (await account) issued.push({ name: 'sa', reason: 'is missing' })
  return {
    directory, certificate: name => path(`${name}.crt`), key: name => path(`${name}.key`),
    serviceAccountKey: path('sa.key'), serviceAccountPublicKey: path('sa.pub'), issued,
  }
}

const ifMissing = (error: NodeJS.ErrnoException): undefined => {
  if (error.code === 'ENOENT') return undefined
  throw error
}

const missingSigner = (path: string, need: string): StatusError =>
  new StatusError('Conflict', `${need}, and ${path} is not there to sign a new one: put the key back, or remove the folder to start with a new authority`)

function validity(now: number, lifeMs: number, signer?: Issued): Validity {
  const end = signer ? Math.min(now + lifeMs, new X509Certificate(signer.certificate).validToDate.getTime()) : now + lifeMs
  return { notBefore: new Date(now - BACKDATED_MS), notAfter: new Date(end) }
}

/** Says what is wrong with a certificate's dates; `undefined` when nothing is. */
function dateFault(certificate: X509Certificate, now: number): string | undefined {
  const [from, to] = [certificate.validFromDate.getTime(), certificate.validToDate.getTime()]
  if (now < from) return 'is not valid yet'
  if (now >= to) return 'has expired'
  return to - now < (to - from) / 3 ? 'nears its end' : undefined
}

function parsed(certificate: string): X509Certificate | undefined {
  try {
    return new X509Certificate(certificate)
  } catch {
    return undefined
  }
}

/** An unreadable key counts as one that does not belong to the certificate. */
function belongs(certificate: X509Certificate, key: string): boolean {
  try {
    return certificate.checkPrivateKey(createPrivateKey(key))
  } catch {
    return false
  }
}

function authorityFault(certificate: string | undefined, key: string | undefined, now: number): string | undefined {
  if (certificate === undefined) return 'is missing'
  const found = parsed(certificate)
  if (!found) return 'cannot be read'
  if (key !== undefined && !belongs(found, key)) return 'does not belong to its key'
  return dateFault(found, now)
}

/** `DNS:a, IP Address:1.2.3.4` as a comparable text. */
const sorted = (names: readonly string[]): string => [...names].sort().join()
const namesOf = (certificate: X509Certificate): string => sorted((certificate.subjectAltName ?? '').split(', ').filter(Boolean))
const namesFor = (spec: CertificateSpec): string =>
  sorted([...(spec.dnsNames ?? []).map(name => `DNS:${name}`), ...(spec.ipAddresses ?? []).map(address => `IP Address:${address}`)])
const subjectFor = (spec: CertificateSpec): string => sorted([...(spec.organizations ?? []).map(name => `O=${name}`), `CN=${spec.commonName}`])

function leafFault(spec: CertificateSpec, signer: Issued, certificate: string | undefined, key: string | undefined, now: number): string | undefined {
  if (certificate === undefined || key === undefined) return 'is missing'
  const found = parsed(certificate)
  if (!found) return 'cannot be read'
  if (!belongs(found, key)) return 'does not belong to its key'
  const authority = new X509Certificate(signer.certificate)
  if (!found.checkIssued(authority) || !found.verify(authority.publicKey)) return 'was signed by another authority'
  if (sorted(found.subject.split('\n')) !== subjectFor(spec)) return 'is for another subject'
  if (namesOf(found) !== namesFor(spec)) return 'lists other names and addresses'
  return dateFault(found, now)
}

/** RSA, because clients outside the cluster that verify tokens by OIDC may know no other algorithm than RS256. */
async function ensureServiceAccountKey(files: Files, keyPath: string, publicPath: string): Promise<boolean> {
  const key = await files.readText(keyPath).catch(ifMissing)
  if (key !== undefined) {
    if (!(await files.exists(publicPath))) await files.write(publicPath, publicPem(key), { mode: 0o600, atomic: true })
    return false
  }
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 })
  const text = privateKey.export({ format: 'pem', type: 'pkcs8' }) as string
  await files.write(keyPath, text, { mode: 0o600, atomic: true })
  await files.write(publicPath, publicPem(text), { mode: 0o600, atomic: true })
  return true
}

const publicPem = (key: string): string => createPublicKey(key).export({ format: 'pem', type: 'spki' }) as string
