import assert from 'node:assert/strict'
import { createHmac, generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { SignJWT, importPKCS8 } from 'jose'
import type { KubeObject, AnyResource } from '../../api/resource.ts'
import { silentLog } from '../../machinery/log.ts'
import { seededRandom } from '../../machinery/random.ts'
import { StatusError } from '../../machinery/status.ts'
import { fakeClock } from '../../testing/fake-clock.ts'
import type { ObjectReader } from '../object-reader.ts'
import { bootstrapTokens } from './bootstrap-token.ts'
import { sameSecret } from './constant-time.ts'
import { frontProxy } from './front-proxy.ts'
import { authenticate } from './index.ts'
import { oidc } from './oidc.ts'
import { readSigningKey } from './service-account-key.ts'
import { createServiceAccountTokens } from './service-account-token.ts'
import { readTokenFile, staticTokens } from './static-token.ts'

const ISSUER = 'https://kubernetes.default.svc.cluster.local'
const keyPair = () => generateKeyPairSync('rsa', { modulusLength: 2048, privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } })

/** A cache that holds these objects, by plural, namespace and name. */
function readerOf(objects: Map<string, unknown>): ObjectReader {
  const key = (resource: AnyResource, namespace: string | undefined, name: string): string => `${resource.plural}/${namespace ?? ''}/${name}`
  return { get: <T extends KubeObject>(resource: AnyResource, namespace: string | undefined, name: string) => objects.get(key(resource, namespace, name)) as T | undefined, list: () => [], version: () => 0 }
}

async function start() {
  const clock = fakeClock()
  const keys = keyPair()
  const signingKey = await readSigningKey(keys.privateKey, keys.publicKey)
  const objects = new Map<string, unknown>([
    ['serviceaccounts/a/robot', { metadata: { name: 'robot', namespace: 'a', uid: 'u1' } }], ['pods/a/web', { metadata: { name: 'web', namespace: 'a', uid: 'p1' } }],
  ])
  const tokens = createServiceAccountTokens({ issuer: ISSUER, audiences: [ISSUER], signingKey, reader: readerOf(objects), clock, random: seededRandom(1) })
  const nowSeconds = Math.floor(clock.now() / 1000)
  const claims = { namespace: 'a', serviceaccount: { name: 'robot', uid: 'u1' }, pod: { name: 'web', uid: 'p1' } }
  const good = (over = {}) => tokens.sign({ claims, audiences: [ISSUER], issuedAtSeconds: nowSeconds, expiresAtSeconds: nowSeconds + 600, ...over })
  return { clock, keys, signingKey, objects, tokens, good, claims, nowSeconds }
}

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const refused = (error: unknown): boolean => error instanceof StatusError && error.code === 401 && error.message === 'Unauthorized'

test('a bound token stands for its account, and says what it is bound to', async () => {
  const { tokens, good } = await start()
  const user = await authenticate([tokens], { headers: {}, bearerToken: await good() })
  assert.equal(user.name, 'system:serviceaccount:a:robot')
  assert.deepEqual(user.groups, ['system:serviceaccounts', 'system:serviceaccounts:a', 'system:authenticated'])
  assert.deepEqual(user.extra?.['authentication.kubernetes.io/pod-name'], ['web'])
})

test('forged, foreign, expired and orphaned tokens are refused, all with the same words', async context => {
  const { clock, keys, signingKey, objects, tokens, good, claims, nowSeconds } = await start()
  const token = await good()
  const [header, payload, signature] = token.split('.') as [string, string, string]
  const kid = signingKey.public.id
  const body = { iss: ISSUER, aud: [ISSUER], exp: nowSeconds + 600, 'kubernetes.io': claims }
  const stranger = await importPKCS8(keyPair().privateKey, 'RS256')
  const hmac = (input: string): string => createHmac('sha256', keys.publicKey).update(input).digest('base64url')
  const confused = `${base64url({ alg: 'HS256', kid })}.${payload}`
  const attacks: Record<string, string | Promise<string>> = {
    'alg none': `${base64url({ alg: 'none', kid })}.${payload}.`,
    'alg none with the old signature': `${base64url({ alg: 'none', kid })}.${payload}.${signature}`,
    'public key taken for a shared secret': `${confused}.${hmac(confused)}`,
    'signed by a stranger under our key id': new SignJWT(body).setProtectedHeader({ alg: 'RS256', kid }).sign(stranger),
    'signed by a key that nobody knows': new SignJWT(body).setProtectedHeader({ alg: 'RS256', kid: 'x' }).sign(stranger),
    'claims changed': `${header}.${base64url({ ...body, sub: 'system:serviceaccount:kube-system:admin' })}.${signature}`,
    'of another issuer': new SignJWT({ ...body, iss: 'https://elsewhere' }).setProtectedHeader({ alg: 'RS256', kid }).sign(signingKey.key),
    'for another audience': good({ audiences: ['vault'] }),
    'expired': good({ expiresAtSeconds: nowSeconds - 1 }),
    'without expiry': new SignJWT({ iss: ISSUER, aud: [ISSUER], 'kubernetes.io': claims }).setProtectedHeader({ alg: 'RS256', kid }).sign(signingKey.key),
    'of an account made anew': good({ claims: { ...claims, serviceaccount: { name: 'robot', uid: 'old' } } }),
    'of a pod made anew': good({ claims: { ...claims, pod: { name: 'web', uid: 'old' } } }),
    'no token at all': 'abc', 'empty parts': '..', 'not JSON': 'a.b.c',
  }
  for (const [name, attack] of Object.entries(attacks)) {
    await context.test(name, async () => assert.rejects(async () => authenticate([tokens], { headers: {}, bearerToken: await attack }), refused))
  }
  await context.test('a good token of a pod that was deleted, although it was seen before', async () => {
    await authenticate([tokens], { headers: {}, bearerToken: token })
    objects.delete('pods/a/web')
    await assert.rejects(async () => authenticate([tokens], { headers: {}, bearerToken: token }), refused)
  })
  await context.test('a good token after its time, although it was seen before', async () => {
    objects.set('pods/a/web', { metadata: { name: 'web', namespace: 'a', uid: 'p1' } })
    await authenticate([tokens], { headers: {}, bearerToken: token })
    clock.advance(601_000)
    await assert.rejects(async () => authenticate([tokens], { headers: {}, bearerToken: token }), refused)
  })
})

test('bootstrap tokens are good while their secret says so', async () => {
  const clock = fakeClock()
  const secret = (data: Record<string, string>, type = 'bootstrap.kubernetes.io/token') => ({
    metadata: { name: 'bootstrap-token-abcdef', namespace: 'kube-system' }, type, data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, btoa(value)])),
  })
  const fields = { 'token-id': 'abcdef', 'token-secret': '0123456789abcdef', 'usage-bootstrap-authentication': 'true' }
  const ask = (stored: unknown, bearerToken = 'abcdef.0123456789abcdef') =>
    bootstrapTokens(readerOf(new Map([['secrets/kube-system/bootstrap-token-abcdef', stored]])), clock).authenticate({ headers: {}, bearerToken })
  assert.deepEqual(await ask(secret({ ...fields, 'auth-extra-groups': 'system:bootstrappers:kubeadm:default-node-token' })),
    { name: 'system:bootstrap:abcdef', groups: ['system:bootstrappers', 'system:bootstrappers:kubeadm:default-node-token'] })
  const none: [string, unknown, string?][] = [
    ['wrong secret', secret(fields), 'abcdef.0123456789abcdee'], ['wrong id', secret(fields), 'abcdeg.0123456789abcdef'], ['no secret', undefined],
    ['other type', secret(fields, 'Opaque')], ['not for authentication', secret({ ...fields, 'usage-bootstrap-authentication': 'false' })],
    ['expired', secret({ ...fields, expiration: '2025-01-01T00:00:00Z' })], ['unreadable expiry', secret({ ...fields, expiration: 'soon' })],
    ['a group that is not for bootstrapping', secret({ ...fields, 'auth-extra-groups': 'system:masters' })],
    ['being deleted', { ...secret(fields), metadata: { name: 'x', deletionTimestamp: '2026-01-01T00:00:00Z' } }],
  ]
  for (const [name, stored, token] of none) assert.equal(await ask(stored, token), undefined, name)
})

test('a token file names users, and a broken line is told', async () => {
  const users = readTokenFile('# comment\nabc,alice,1,"dev,ops"\ndef,bob,2\n')
  assert.deepEqual(await staticTokens(users).authenticate({ headers: {}, bearerToken: 'abc' }), { name: 'alice', uid: '1', groups: ['dev', 'ops'] })
  assert.deepEqual(users.get('def'), { name: 'bob', uid: '2', groups: [] })
  assert.throws(() => readTokenFile('abc,alice'), /line 1/)
})

test('only the proxy that is named may speak for others', async () => {
  const headers = { 'x-remote-user': 'alice', 'x-remote-group': ['dev', 'ops'], 'x-remote-extra-scopes': 'view' }
  const certificate = (commonName: string) => ({ commonName, organizations: [], fingerprint: '' })
  const proxy = frontProxy({ allowedNames: ['front-proxy-client'] })
  assert.deepEqual(await proxy.authenticate({ headers, certificate: certificate('front-proxy-client') }), { name: 'alice', groups: ['dev', 'ops'], extra: { scopes: ['view'] } })
  assert.equal(await proxy.authenticate({ headers, certificate: certificate('alice') }), undefined)
  assert.equal(await proxy.authenticate({ headers }), undefined)
  assert.equal(await frontProxy({ allowedNames: [] }).authenticate({ headers, certificate: certificate('') }), undefined)
})

test('secrets are compared in full', () => {
  for (const [a, b, same] of [['', '', true], ['a', 'a', true], ['a', 'b', false], ['a', 'aa', false], ['', 'a', false], ['aa', 'a', false]] as const) assert.equal(sameSecret(a, b), same)
})

test('OIDC: names carry the issuer, groups their prefix, and nobody outside becomes a system group', async () => {
  const clock = fakeClock()
  const keys = keyPair()
  const { public: { jwk } } = await readSigningKey(keys.privateKey, keys.publicKey)
  const key = await importPKCS8(keys.privateKey, 'RS256')
  const issuer = 'https://idp.example.com'
  const fetched: string[] = []
  const provider = oidc({
    issuer, audiences: ['k8ts'], groupsClaim: 'groups', clock, log: silentLog,
    async fetchJson(url) {
      fetched.push(url)
      return url.endsWith('/openid-configuration') ? { issuer, jwks_uri: `${issuer}/keys` } : { keys: [jwk] }
    },
  })
  const seconds = Math.floor(clock.now() / 1000)
  const token = (claims = {}, kid: string = jwk.kid!) =>
    new SignJWT({ iss: issuer, aud: 'k8ts', sub: 'alice', exp: seconds + 600, groups: ['dev', 'system:masters'], ...claims }).setProtectedHeader({ alg: 'RS256', kid }).sign(key)
  const ask = async (text: string | Promise<string>) => provider.authenticate({ headers: {}, bearerToken: await text })
  assert.deepEqual(await ask(token()), { name: `${issuer}#alice`, groups: ['dev'] })
  await ask(token())
  assert.equal(fetched.length, 2, 'the keys are fetched once')
  assert.equal(await ask(token({ iss: 'https://other.example.com' })), undefined)
  for (const bad of [{ aud: 'other' }, { exp: seconds - 1 }, { sub: '' }]) await assert.rejects(ask(token(bad)), refused)
  await assert.rejects(ask(token({}, 'unknown')), refused)
  const confused = `${base64url({ alg: 'HS256', kid: jwk.kid })}.${base64url({ iss: issuer, aud: 'k8ts', sub: 'root', exp: seconds + 600 })}`
  await assert.rejects(ask(`${confused}.${createHmac('sha256', keys.publicKey).update(confused).digest('base64url')}`), refused)
})
