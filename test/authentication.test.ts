import assert from 'node:assert/strict'
import { createHmac, generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { exportJWK, importPKCS8, importSPKI, SignJWT, type JWK } from 'jose'
import { resources } from '../src/api/index.ts'
import type { User } from '../src/api/request.ts'
import { createApiServer } from '../src/apiserver/api-server.ts'
import { ANONYMOUS, authenticate } from '../src/apiserver/authn/index.ts'
import { createAuthentication, type Authentication } from '../src/cluster/authentication.ts'
import type { ComponentContext } from '../src/cluster/component.ts'
import { readOptions } from '../src/cluster/options.ts'
import { realHost } from '../src/host/host.ts'
import { systemClock } from '../src/machinery/clock.ts'
import { silentLog } from '../src/machinery/log.ts'
import { createMetrics } from '../src/machinery/metrics.ts'
import { seededRandom } from '../src/machinery/random.ts'
import { memoryStorage } from '../src/storage/memory.ts'
import { webhookServer, type Asked, type Answer } from './webhook-server.ts'

/** A key of an issuer. */
async function keyOf(kid: string, alg = 'RS256') {
  const pem = alg === 'ES256'
    ? generateKeyPairSync('ec', { namedCurve: 'P-256', privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } })
    : generateKeyPairSync('rsa', { modulusLength: 2048, privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } })
  const jwk: JWK = { ...await exportJWK(await importSPKI(pem.publicKey, alg, { extractable: true })), kid, alg, use: 'sig' }
  const key = await importPKCS8(pem.privateKey, alg)
  return { jwk, publicKey: pem.publicKey, sign: (claims: Record<string, unknown>, header = {}) => new SignJWT(claims).setProtectedHeader({ alg, kid, ...header }).sign(key) }
}
type Key = Awaited<ReturnType<typeof keyOf>>

interface Running {
  readonly url: string
  readonly asked: readonly Asked[]
  readonly authentication: Authentication
  readonly metrics: () => string
  /** Claims that are good for ten minutes. */
  claims(more?: Record<string, unknown>): Record<string, unknown>
  write(text: string): void
  who(token: string | Promise<string>): Promise<User>
}

/** A server's authentication over a real issuer, which has these keys. `$URL` and `$CA` stand in files for where it is. */
async function running(file: string, keys: readonly Key[], run: (running: Running) => Promise<void>, flags: Record<string, string> = { authenticationConfig: '$DIR/authn.yaml' }, review?: (asked: Asked) => Answer): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'k8ts-authn-'))
  const published = [...keys]
  const service = await webhookServer(asked => {
    if (asked.path.includes('openid-configuration')) return { body: { issuer: service.url, jwks_uri: `${service.url}/keys` } }
    if (asked.path === '/keys') return { body: { keys: published.map(({ jwk }) => jwk) } }
    return review?.(asked) ?? { status: 404 }
  })
  const write = (text: string): void => writeFileSync(join(folder, 'authn.yaml'), text.replaceAll('$URL', service.url).replaceAll('$CA', JSON.stringify(service.authority)))
  write(file)
  writeFileSync(join(folder, 'ca.crt'), service.authority)
  writeFileSync(join(folder, 'kubeconfig'), service.kubeconfig('/review'))
  const shared = { clock: systemClock, random: seededRandom(1), log: silentLog }
  const metrics = createMetrics()
  const options = readOptions(Object.fromEntries(Object.entries(flags).map(([name, value]) => [name, value.replaceAll('$DIR', folder).replaceAll('$URL', service.url)])))
  const storage = memoryStorage(shared)
  const api = await createApiServer({ ...shared, storage, resources })
  try {
    const authentication = await createAuthentication({ ...shared, options, host: realHost() } as unknown as ComponentContext, api, metrics)
    authentication.follow(api.server.stopping)
    await run({
      url: service.url, asked: service.asked, authentication, metrics: () => metrics.text(), write,
      claims: more => ({ iss: service.url, aud: 'k8ts', sub: 'alice', exp: Math.floor(Date.now() / 1000) + 600, ...more }),
      who: async token => authenticate(authentication.authenticators, { headers: {}, bearerToken: await token }),
    })
  } finally {
    await api.close()
    await storage.close()
    await service.stop()
    rmSync(folder, { recursive: true })
  }
}

const configuration = (jwt: string, more = '') => `apiVersion: apiserver.config.k8s.io/v1\nkind: AuthenticationConfiguration\njwt:\n${jwt}\n${more}`
const issuer = (mappings: string, more = '', audiences = 'audiences: [k8ts]') => `- issuer: { url: "$URL", certificateAuthority: $CA, ${audiences} }\n  claimMappings: ${mappings}\n${more}`
const unauthorized = { name: 'StatusError', message: 'Unauthorized', code: 401 }

test('claims become users as the configuration says', async () => {
  const key = await keyOf('k1')
  const text = configuration(issuer('{ username: { claim: sub, prefix: "oidc:" }, groups: { claim: roles, prefix: "g:" }, uid: { claim: oid } }', '  claimValidationRules: [{ claim: hd, requiredValue: example.com }]', 'audiences: [k8ts, other], audienceMatchPolicy: MatchAny'))
  await running(text, [key], async ({ who, claims, asked }) => {
    const good = (more = {}) => key.sign(claims({ roles: ['dev', 'ops'], oid: 'u-1', hd: 'example.com', jti: 'j1', ...more }))
    const user = { name: 'oidc:alice', uid: 'u-1', groups: ['g:dev', 'g:ops', 'system:authenticated'], extra: { 'authentication.kubernetes.io/credential-id': ['JTI=j1'] } }
    assert.deepEqual(await who(good()), user)
    assert.deepEqual((await who(good({ aud: ['x', 'other'], roles: 'dev' }))).groups, ['g:dev', 'system:authenticated'])
    assert.equal(asked.length, 2, 'the keys are fetched once')
    for (const bad of [{ hd: 'evil.com' }, { hd: undefined }, { aud: 'x' }, { oid: 7 }, { roles: [7] }, { sub: undefined }, { sub: '' }, { exp: 1 }, { exp: undefined }, { nbf: Math.floor(Date.now() / 1000) + 600 }]) {
      await assert.rejects(who(good(bad)), unauthorized, JSON.stringify(bad))
    }
  })
})

test('an address that is not verified is nobody\'s', async () => {
  const key = await keyOf('k1')
  await running(configuration(issuer('{ username: { claim: email, prefix: "" } }')), [key], async ({ who, claims }) => {
    assert.equal((await who(key.sign(claims({ email: 'a@b', email_verified: true })))).name, 'a@b')
    assert.equal((await who(key.sign(claims({ email: 'a@b' })))).name, 'a@b')
    for (const email_verified of [false, 'true', null]) await assert.rejects(who(key.sign(claims({ email: 'a@b', email_verified }))), unauthorized)
  })
})

test('forged tokens of an issuer outside are refused', async () => {
  const [key, stranger, curve] = await Promise.all([keyOf('k1'), keyOf('k1'), keyOf('k2', 'ES256')])
  await running(configuration(issuer('{ username: { claim: sub, prefix: "" } }')), [key, curve], async ({ who, claims, asked }) => {
    assert.equal((await who(curve.sign(claims()))).name, 'alice')
    const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
    const confused = `${encoded({ alg: 'HS256', kid: 'k1' })}.${encoded(claims())}`
    const [header, payload, signature] = (await key.sign(claims())).split('.') as [string, string, string]
    const attacks = {
      none: `${encoded({ alg: 'none' })}.${encoded(claims())}.`, 'none, signed': `${encoded({ alg: 'none', kid: 'k1' })}.${payload}.${signature}`,
      'the public key as a secret': `${confused}.${createHmac('sha256', key.publicKey).update(confused).digest('base64url')}`,
      'by a stranger': await stranger.sign(claims()), 'another key id': await key.sign(claims(), { kid: 'k2' }), 'a key id that is a path': await key.sign(claims(), { kid: '../../k1' }),
      'no such key': await key.sign(claims(), { kid: 'k9' }), 'claims changed': `${header}.${encoded({ ...claims(), sub: 'root' })}.${signature}`,
      'a key of its own': await stranger.sign(claims(), { kid: 'k1', jwk: stranger.jwk }), 'critical': await key.sign(claims(), { crit: ['x'], x: 1 }).catch(() => 'a.b.c'), 'the issuer with a slash': await key.sign({ ...claims(), iss: `${claims()['iss'] as string}/` }),
    }
    for (const [name, token] of Object.entries(attacks)) await assert.rejects(who(token), unauthorized, name)
    assert.ok(asked.length <= 4, `keys that nobody knows are not asked for again and again (${asked.length} requests)`)
  })
})

test('a configuration is followed; who may come without credentials stays as it was', async () => {
  const key = await keyOf('k1')
  const anonymous = 'anonymous: { enabled: true, conditions: [{ path: /healthz }] }'
  await running(configuration('', anonymous), [key], async ({ who, claims, write, metrics, authentication }) => {
    assert.deepEqual(['/healthz', '/healthz/x', '/api'].map(path => authentication.isOpen?.(path)), [true, false, false])
    await assert.rejects(who(key.sign(claims())), unauthorized)
    await wait(50)
    write(configuration(issuer('{ username: { claim: sub, prefix: "" } }'), anonymous))
    for (let tries = 0; ; tries += 1) {
      const user = await who(key.sign(claims({ try: tries }))).catch(() => undefined)
      if (user) break
      assert.ok(tries < 200)
      await wait(20)
    }
    write(configuration(issuer('{ username: { claim: sub, prefix: "" } }'), 'anonymous: { enabled: true }'))
    await wait(150)
    assert.match(metrics(), /apiserver_authentication_config_controller_automatic_reloads_total\{apiserver_id_hash="[^"]+",status="failure"\} 1/)
    assert.equal((await who(key.sign(claims()))).name, 'alice')
    write(configuration('', anonymous))
    for (let tries = 0; await who(key.sign(claims({ again: tries }))).catch(() => undefined); tries += 1) {
      assert.ok(tries < 200)
      await wait(20)
    }
  })
})

test('a provider that flags name', async () => {
  const key = await keyOf('k1')
  const flags = { oidcIssuerUrl: '$URL', oidcClientId: 'k8ts', oidcGroupsClaim: 'groups', oidcRequiredClaim: 'hd=example.com', oidcCaFile: '$DIR/ca.crt' }
  await running('', [key], async ({ url, who, claims }) => {
    const user = await who(key.sign(claims({ hd: 'example.com', groups: ['dev', 'system:masters'] })))
    assert.deepEqual([user.name, user.groups], [`${url}#alice`, ['dev', 'system:authenticated']])
    await assert.rejects(who(key.sign(claims())), unauthorized)
  }, flags)
  await assert.rejects(running(configuration(''), [], async () => {}, { ...flags, authenticationConfig: '$DIR/authn.yaml' }), /mutually exclusive/)
})

test('a webhook says whose a token is', async () => {
  const flags = { authenticationTokenWebhookConfigFile: '$DIR/kubeconfig', authenticationTokenWebhookVersion: 'v1' }
  const review = ({ body }: Asked): Answer => {
    const { spec: { token } } = body as { spec: { token: string } }
    return token === 'good' ? { body: { status: { authenticated: true, user: { username: 'bob', groups: ['dev'], extra: { a: ['b'] } } } } } : { body: { status: { authenticated: false } } }
  }
  await running('', [], async ({ who, asked }) => {
    assert.deepEqual(await who('good'), { name: 'bob', groups: ['dev', 'system:authenticated'], extra: { a: ['b'] } })
    await who('good')
    await assert.rejects(who('bad'), unauthorized)
    await assert.rejects(who('bad'), unauthorized)
    assert.equal(asked.length, 2)
    assert.equal(ANONYMOUS.name, 'system:anonymous')
  }, flags, review)
})

test('expressions map claims, and rules look at claims and at the user that came of them', async () => {
  const key = await keyOf('k1')
  const text = configuration(issuer(
    `{ username: { expression: "'x:' + claims.email" }, groups: { expression: "claims.roles.split(',')" }, uid: { expression: "string(int(claims.oid))" }, extra: [{ key: example.org/team, valueExpression: "claims.?team.orValue('none')" }, { key: example.org/tags, valueExpression: "claims.tags" }] }`,
    `  claimValidationRules: [{ expression: "claims.email_verified == true", message: "not verified" }, { expression: "claims.exp - claims.iat <= 3600.0" }]\n  userValidationRules: [{ expression: "!user.username.startsWith('x:system:')" }, { expression: "user.groups.all(g, !g.startsWith('system:')) && user.extra['example.org/team'] == ['none']" }]`))
  await running(text, [key], async ({ who, claims }) => {
    const now = Math.floor(Date.now() / 1000)
    const good = (more = {}) => key.sign(claims({ email: 'a@b', email_verified: true, roles: 'dev,ops', oid: 7, iat: now, tags: ['t', '', 'u'], ...more }))
    assert.deepEqual(await who(good()), { name: 'x:a@b', uid: '7', groups: ['dev', 'ops', 'system:authenticated'], extra: { 'example.org/team': ['none'], 'example.org/tags': ['t', 'u'] } })
    for (const bad of [{ email_verified: false }, { email_verified: undefined }, { iat: now - 7200 }, { email: 'system:x' }, { roles: 'system:masters' }, { team: 'red' }, { email: 7 }, { roles: undefined }, { oid: 'x' }]) {
      await assert.rejects(who(good(bad)), unauthorized, JSON.stringify(bad))
    }
  })
})

test('where everybody may do everything, nobody comes without a name', async () => {
  await running('', [], async ({ authentication }) => assert.equal(authentication.isOpen?.('/healthz'), false), { authorizationMode: 'AlwaysAllow' })
  await running('', [], async ({ authentication }) => assert.equal(authentication.isOpen, undefined), { authorizationMode: 'RBAC' })
})
