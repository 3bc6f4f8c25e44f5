import 'reflect-metadata'
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { test } from 'node:test'
import { readCertificateRequest, requestSigner } from './certificate-signing.ts'
import { issueAuthority } from './x509.ts'

test('requests of openssl are read, and signed with usages, names and the authority', async () => {
  const directory = mkdtempSync('/tmp/k8ts-csr-')
  try {
    execFileSync('openssl', ['req', '-new', '-newkey', 'rsa:2048', '-nodes', '-keyout', `${directory}/key`, '-out', `${directory}/csr`, '-subj', '/O=system:nodes/CN=system:node:n1', '-addext', 'subjectAltName=DNS:n1,IP:10.0.0.1'], { stdio: 'pipe' })
    const text = readFileSync(`${directory}/csr`, 'utf8')
    assert.deepEqual(await readCertificateRequest(text), { commonName: 'system:node:n1', organizations: ['system:nodes'], dnsNames: ['n1'], ipAddresses: ['10.0.0.1'], emailAddresses: [], uris: [] })
    const now = Date.parse('2026-01-01T00:00:00Z')
    const authority = await issueAuthority('kubernetes', { notBefore: new Date(now - 1000), notAfter: new Date(now + 86_400_000) })
    const certificate = new X509Certificate(await requestSigner(authority)(text, { usages: ['digital signature', 'server auth'], notBefore: now, notAfter: now + 3600_000 }))
    assert.ok(certificate.verify(new X509Certificate(authority.certificate).publicKey))
    assert.deepEqual([certificate.subject, certificate.subjectAltName, certificate.keyUsage, certificate.ca], ['O=system:nodes\nCN=system:node:n1', 'DNS:n1, IP Address:10.0.0.1', ['1.3.6.1.5.5.7.3.1'], false])
    const broken = text.replace(/\n([A-Za-z0-9+/]{20})/, (_, start: string) => `\n${[...start].reverse().join('')}`)
    await assert.rejects(async () => requestSigner(authority)(broken, { usages: [], notBefore: now, notAfter: now }))
  } finally {
    rmSync(directory, { recursive: true })
  }
})
