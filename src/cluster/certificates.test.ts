import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { realFiles } from '../host/files.ts'
import { systemClock, type Clock } from '../machinery/clock.ts'
import { certificateSpecs } from './certificate-specs.ts'
import { ensureCertificates, type Pki } from './certificates.ts'
import { readOptions, type ClusterOptions } from './options.ts'

const DAY_MS = 24 * 3600_000
const options = readOptions({ nodeName: 'alpha', nodeIp: '192.0.2.7' })

const after = (days: number): Clock => ({ ...systemClock, now: () => systemClock.now() + days * DAY_MS })

interface Bench {
  directory: string
  ensure(clock?: Clock, for_?: ClusterOptions): Promise<Pki>
}

function bench(context: TestContext): Bench {
  const directory = mkdtempSync(join(tmpdir(), 'k8ts-pki-'))
  context.after(() => rmSync(directory, { recursive: true, force: true }))
  return {
    directory,
    ensure: (clock = systemClock, for_ = options) => ensureCertificates({ files: realFiles, clock, directory, specs: certificateSpecs(for_, ['198.51.100.4']) }),
  }
}

const openssl = (...args: readonly string[]): string => execFileSync('openssl', args, { encoding: 'utf8', stdio: 'pipe' })
const names = (pki: Pki): string[] => pki.issued.map(({ name }) => name)

test('openssl accepts every certificate for its purpose', async context => {
  const { directory, ensure } = bench(context)
  await ensure()
  for (const spec of certificateSpecs(options, [])) {
    const purpose = spec.usages.includes('server') ? 'sslserver' : 'sslclient'
    const path = join(directory, `${spec.name}.crt`)
    assert.match(openssl('verify', '-x509_strict', '-purpose', purpose, '-CAfile', join(directory, `${spec.authority}.crt`), path), /: OK/)
    const text = openssl('x509', '-noout', '-text', '-nameopt', 'RFC2253', '-in', path)
    assert.match(text, /Signature Algorithm: ecdsa-with-SHA256/)
    assert.match(text, /CA:FALSE/)
    assert.match(text, new RegExp(`CN=${spec.commonName}`))
    for (const organization of spec.organizations ?? []) assert.match(text, new RegExp(`O=${organization}`))
  }
})

test("the API server's certificate has the names that clients use", async context => {
  const { directory, ensure } = bench(context)
  await ensure()
  const path = join(directory, 'apiserver.crt')
  const verify = (...check: readonly string[]): string => openssl('verify', '-CAfile', join(directory, 'ca.crt'), ...check, path)
  for (const name of ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'kubernetes.default.svc.cluster.local', 'localhost', 'alpha']) {
    assert.match(verify('-verify_hostname', name), /: OK/)
  }
  for (const address of ['10.43.0.1', '127.0.0.1', '192.0.2.7', '198.51.100.4']) assert.match(verify('-verify_ip', address), /: OK/)
  assert.throws(() => verify('-verify_hostname', 'example.com'))
})

test('the keys are nobody else\'s to read', async context => {
  const { directory, ensure } = bench(context)
  await ensure()
  assert.equal(statSync(directory).mode & 0o777, 0o700)
  for (const file of ['ca.key', 'ca.crt', 'apiserver.key', 'sa.key', 'sa.pub']) assert.equal(statSync(join(directory, file)).mode & 0o777, 0o600, file)
})

test('a second run makes nothing', async context => {
  const { ensure } = bench(context)
  assert.ok(names(await ensure()).length > 10)
  assert.deepEqual((await ensure()).issued, [])
})

test('a certificate is renewed in the last third of its life, the authority is not', async context => {
  const { ensure } = bench(context)
  await ensure()
  assert.deepEqual((await ensure(after(240))).issued, [])
  const renewed = await ensure(after(250))
  assert.ok(renewed.issued.every(({ reason }) => reason === 'nears its end'))
  assert.deepEqual(names(renewed), certificateSpecs(options, []).map(({ name }) => name))
})

test('a renewed authority keeps its key: certificates it signed before stay valid', async context => {
  const { directory, ensure } = bench(context)
  await ensure()
  const before = { authority: readFileSync(join(directory, 'ca.crt'), 'utf8'), admin: readFileSync(join(directory, 'admin.crt'), 'utf8') }
  const late = await ensure(after(3000))
  assert.ok(names(late).includes('ca'))
  const authority = new X509Certificate(readFileSync(join(directory, 'ca.crt')))
  assert.notEqual(authority.toString(), before.authority)
  assert.ok(new X509Certificate(before.admin).verify(authority.publicKey))
})

test('no certificate outlives its authority', async context => {
  const { directory, ensure } = bench(context)
  await ensure()
  await ensure(after(2400))
  const [leaf, authority] = ['admin', 'ca'].map(name => new X509Certificate(readFileSync(join(directory, `${name}.crt`))))
  assert.ok(leaf!.validToDate <= authority!.validToDate)
})

test('another node name or address makes new certificates for what names it', async context => {
  const { ensure } = bench(context)
  await ensure()
  assert.deepEqual(names(await ensure(systemClock, { ...options, nodeIp: '192.0.2.8' })), ['apiserver', 'kubelet'])
  const renamed = await ensure(systemClock, { ...options, nodeName: 'beta', nodeIp: '192.0.2.8' })
  assert.deepEqual(names(renamed), ['apiserver', 'kubelet', 'kubelet-client'])
})

const damage: [string, (directory: string) => void, string[], RegExp][] = [
  ['a certificate is gone', directory => rmSync(join(directory, 'proxy.crt')), ['proxy'], /is missing/],
  ['a key is gone', directory => rmSync(join(directory, 'proxy.key')), ['proxy'], /is missing/],
  ['a certificate is cut off', directory => writeFileSync(join(directory, 'proxy.crt'), '-----BEGIN CERT'), ['proxy'], /cannot be read/],
  ['a key belongs to another', directory => writeFileSync(join(directory, 'proxy.key'), readFileSync(join(directory, 'admin.key'))), ['proxy'], /does not belong/],
  ['a key is no key', directory => writeFileSync(join(directory, 'dns.key'), 'x'), ['dns'], /does not belong/],
  ['the signing key is gone', directory => rmSync(join(directory, 'sa.key')), ['sa'], /is missing/],
]
for (const [what, harm, wanted, reason] of damage) {
  test(`${what}: that one is made again`, async context => {
    const { directory, ensure } = bench(context)
    await ensure()
    harm(directory)
    const { issued } = await ensure()
    assert.deepEqual(issued.map(({ name }) => name), wanted)
    assert.match(issued[0]!.reason, reason)
  })
}

test('a certificate of another authority is replaced', async context => {
  const [one, other] = [bench(context), bench(context)]
  await Promise.all([one.ensure(), other.ensure()])
  for (const file of ['scheduler.crt', 'scheduler.key']) writeFileSync(join(one.directory, file), readFileSync(join(other.directory, file)))
  assert.deepEqual(names(await one.ensure()), ['scheduler'])
})

test("without the authority's key nothing can be signed, and it says so", async context => {
  const { directory, ensure } = bench(context)
  await ensure()
  rmSync(join(directory, 'ca.key'))
  assert.deepEqual((await ensure()).issued, [])
  await assert.rejects(ensure(after(300)), /ca\.key is not there to sign a new one/)
})

test('a lost public key is made from the private one', async context => {
  const { directory, ensure } = bench(context)
  await ensure()
  const before = readFileSync(join(directory, 'sa.pub'), 'utf8')
  rmSync(join(directory, 'sa.pub'))
  assert.deepEqual((await ensure()).issued, [])
  assert.equal(readFileSync(join(directory, 'sa.pub'), 'utf8'), before)
})
