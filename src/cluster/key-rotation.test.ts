import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, type PeerCertificate } from 'node:tls'
import { test, type TestContext } from 'node:test'
import { createServiceAccountTokens } from '../apiserver/authn/service-account-token.ts'
import { serveHttp } from '../host/http.ts'
import { realFiles } from '../host/files.ts'
import { systemClock, type Clock } from '../machinery/clock.ts'
import { silentLog } from '../machinery/log.ts'
import { systemRandom } from '../machinery/random.ts'
import { fakeClock } from '../testing/fake-clock.ts'
import { readAccountKeys, rotateAccountKey } from './account-keys.ts'
import { CertificateRenewal } from './certificate-renewal.ts'
import { certificateSpecs } from './certificate-specs.ts'
import { ensureCertificates } from './certificates.ts'
import type { ComponentContext } from './component.ts'
import { followIdentities, readServing } from './follow-identities.ts'
import { readOptions } from './options.ts'

const DAY_MS = 24 * 3600_000
const options = readOptions({ nodeName: 'alpha', nodeIp: '192.0.2.7' })
const specs = certificateSpecs(options, [])
const issuer = 'https://kubernetes.default.svc'
const reader = { get: () => ({ metadata: { uid: 'u' } }), list: () => [], version: () => 0 } as never

async function setUp(t: TestContext) {
  const directory = await mkdtemp(join(tmpdir(), 'k8ts-keys-'))
  t.after(() => rm(directory, { recursive: true }))
  const ensure = (clock: Clock = systemClock) => ensureCertificates({ files: realFiles, clock, directory, specs })
  return { directory, ensure, pki: await ensure() }
}

const claims = { namespace: 'a', serviceaccount: { name: 'robot', uid: 'u' } }
const tokensOf = (keys: Awaited<ReturnType<typeof readAccountKeys>>) => {
  const tokens = createServiceAccountTokens({ issuer, audiences: [issuer], ...keys, reader, clock: systemClock, random: systemRandom })
  const now = Math.floor(systemClock.now() / 1000)
  return { tokens, sign: () => tokens.sign({ claims, audiences: [issuer], issuedAtSeconds: now, expiresAtSeconds: now + 3600 }) }
}
const isGood = (tokens: ReturnType<typeof tokensOf>['tokens'], token: string): Promise<boolean> => tokens.verify(token).then(found => found !== undefined, () => false)

test('a new signing key signs at once; tokens of older keys stay good, and their keys published, until they are forgotten', async t => {
  const { directory, pki } = await setUp(t)
  const read = () => readAccountKeys(realFiles, options, pki)
  const { tokens, sign } = tokensOf(await read())
  const first = await sign()
  assert.ok(await isGood(tokens, first))
  for (let round = 0; round < 2; round++) {
    await rotateAccountKey(realFiles, directory)
    tokens.useKeys(await read())
  }
  const third = await sign()
  assert.deepEqual([await isGood(tokens, first), await isGood(tokens, third)], [true, true])
  assert.equal(tokens.keys.length, 3)
  assert.equal(new Set(tokens.keys.map(({ jwk }) => jwk.kid)).size, 3)
  for (const file of ['sa.key', 'sa.pub', 'sa-older.pub']) assert.equal((await stat(join(directory, file))).mode & 0o777, 0o600)
  assert.equal(createPublicKey(await readFile(join(directory, 'sa.key'), 'utf8')).export({ format: 'pem', type: 'spki' }), await readFile(join(directory, 'sa.pub'), 'utf8'))
  // Remembered as good, and yet not any more.
  await rotateAccountKey(realFiles, directory, { forgetOlder: true })
  tokens.useKeys(await read())
  assert.deepEqual([await isGood(tokens, first), await isGood(tokens, third), await isGood(tokens, await sign())], [false, false, true])
})

test('keys that the user names: several files, in all the forms that openssl writes', async t => {
  const { directory, pki } = await setUp(t)
  const path = (name: string): string => join(directory, name)
  const old = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  await writeFile(path('old.pub'), old.publicKey.export({ format: 'pem', type: 'spki' }))
  await writeFile(path('signing.key'), execFileSync('openssl', ['genrsa', '-traditional', '2048'], { stdio: ['ignore', 'pipe', 'ignore'] }))
  const named = readOptions({ serviceAccountSigningKeyFile: path('signing.key'), serviceAccountKeyFile: `${path('old.pub')},${path('signing.key')},${path('apiserver.crt')}` })
  const { signingKey, olderKeys } = await readAccountKeys(realFiles, named, pki)
  assert.equal(signingKey.public.algorithm, 'RS256')
  assert.deepEqual(olderKeys.map(({ algorithm }) => algorithm), ['ES256', 'ES256'])
  const { tokens, sign } = tokensOf({ signingKey, olderKeys })
  assert.ok(await isGood(tokens, await sign()))
  await writeFile(path('no.key'), 'no key')
  await assert.rejects(readAccountKeys(realFiles, readOptions({ serviceAccountSigningKeyFile: path('no.key') }), pki), /does not contain a valid RSA or ECDSA private key|unsupported/)
  await assert.rejects(readAccountKeys(realFiles, readOptions({ serviceAccountKeyFile: path('old.pub') }), pki), /needs --service-account-signing-key-file/)
  assert.throws(() => readOptions({ serviceAccountSigningEndpoint: '/run/signer.sock' }), /tokens are signed by the server itself/)
})

test('certificates are renewed while the process runs, by one timer that is set to the moment when the first is due', async t => {
  const { directory, ensure } = await setUp(t)
  const clock = fakeClock(systemClock.now())
  const serial = async (name: string): Promise<string> => new X509Certificate(await readFile(join(directory, `${name}.crt`))).serialNumber
  let rounds = 0
  let fails = false
  const renewal = new CertificateRenewal({
    files: realFiles, clock, log: silentLog, paths: () => ['ca', ...specs.map(({ name }) => name)].map(name => join(directory, `${name}.crt`)),
    async renew() {
      rounds++
      if (fails) throw new Error('the disk is full')
      return (await ensure(clock)).issued
    },
  })
  const settle = async (wanted: number): Promise<void> => { for (let turn = 0; turn < 400 && (rounds < wanted || clock.pending().length === 0); turn++) await new Promise(resolve => setTimeout(resolve, 5)) }
  await renewal.start()
  t.after(() => renewal.stop())
  const [before, authority] = [await serial('apiserver'), await serial('ca')]
  assert.equal(clock.pending().length, 1)
  clock.advance(240 * DAY_MS)
  assert.equal(rounds, 0)
  fails = true
  clock.advance(5 * DAY_MS)
  await settle(1)
  assert.deepEqual([rounds, await serial('apiserver')], [1, before])
  fails = false
  clock.advance(3600_000)
  await settle(2)
  assert.equal(rounds, 2)
  assert.notEqual(await serial('apiserver'), before)
  assert.equal(await serial('ca'), authority)
  assert.equal(clock.pending().length, 1)
  clock.advance(240 * DAY_MS)
  assert.equal(rounds, 2)
})

test('a server goes over to a renewed certificate and a new token key when their files change; connections stay', async t => {
  const { directory, pki, ensure } = await setUp(t)
  const context = { host: { files: realFiles }, pki, options, log: silentLog } as unknown as ComponentContext
  const ca = await readFile(pki.certificate('ca'), 'utf8')
  const http = await serveHttp({ address: '127.0.0.1', tls: await readServing(context, 'apiserver'), handler: (_request, response) => void response.end('well') })
  const ended = new AbortController()
  t.after(async () => {
    ended.abort()
    await http.close()
  })
  const { tokens, sign } = tokensOf(await readAccountKeys(realFiles, options, pki))
  const shown: string[] = []
  followIdentities(context, { http, tokens, useKubeletClient: ({ cert }) => void shown.push(new X509Certificate(cert).serialNumber) }, ended.signal)
  const dial = () => new Promise<{ serial: string; end(): void; ended: boolean }>((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port: http.port, ca, servername: 'localhost', ALPNProtocols: ['http/1.1'] }, () => {
      resolve({ serial: (socket.getPeerCertificate() as PeerCertificate).serialNumber, end: () => socket.destroy(), get ended() { return socket.destroyed } })
    }).once('error', reject)
  })
  const first = await dial()
  await new Promise(resolve => setTimeout(resolve, 100))
  for (const name of ['apiserver', 'apiserver-kubelet-client']) await rm(join(directory, `${name}.crt`))
  await ensure()
  await rotateAccountKey(realFiles, directory)
  let now = first.serial
  for (let turn = 0; turn < 100 && (now === first.serial || shown.length === 0 || tokens.keys.length < 2); turn++) {
    await new Promise(resolve => setTimeout(resolve, 20))
    const next = await dial()
    now = next.serial
    next.end()
  }
  assert.notEqual(now, first.serial)
  assert.equal(first.ended, false)
  first.end()
  assert.equal(shown.at(-1), new X509Certificate(await readFile(pki.certificate('apiserver-kubelet-client'))).serialNumber)
  assert.equal(tokens.keys.length, 2)
  assert.ok(await isGood(tokens, await sign()))
})
