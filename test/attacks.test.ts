import assert from 'node:assert/strict'
import { createHmac, generateKeyPairSync } from 'node:crypto'
import { after, before, test } from 'node:test'
import { SignJWT } from 'jose'
import { resources } from '../src/api/index.ts'
import { createApiServer, type ApiServer } from '../src/apiserver/api-server.ts'
import { createAuthenticators } from '../src/apiserver/authn/chain.ts'
import { readSigningKey } from '../src/apiserver/authn/service-account-key.ts'
import { createServiceAccountTokens } from '../src/apiserver/authn/service-account-token.ts'
import { listen } from '../src/apiserver/network.ts'
import { legacyTokenSigner } from '../src/cluster/legacy-tokens.ts'
import { issueAuthority, issueCertificate, type Issued } from '../src/cluster/x509.ts'
import { httpClient, type HttpClient } from '../src/host/http-client.ts'
import type { HttpServer } from '../src/host/http.ts'
import { toBase64 } from '../src/machinery/base64.ts'
import { systemClock } from '../src/machinery/clock.ts'
import type { Log } from '../src/machinery/log.ts'
import { systemRandom } from '../src/machinery/random.ts'
import { memoryStorage } from '../src/storage/memory.ts'
import type { Storage } from '../src/storage/storage.ts'

const validity = { notBefore: new Date(Date.UTC(2020, 0, 1)), notAfter: new Date(Date.UTC(2120, 0, 1)) }
const past = { notBefore: new Date(Date.UTC(2020, 0, 1)), notAfter: new Date(Date.UTC(2020, 0, 2)) }
const ISSUER = 'https://kubernetes.default.svc.cluster.local'
const keys = generateKeyPairSync('rsa', { modulusLength: 2048, privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } })

interface Answer {
  readonly status: number
  readonly body: Record<string, any>
  readonly headers: Readonly<Record<string, unknown>>
}
interface Call {
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  readonly type?: string
}

let authority: Issued
let api: ApiServer
let http: HttpServer
let storage: Storage
let signingKey: Awaited<ReturnType<typeof readSigningKey>>
const clients = new Map<string, HttpClient>()
/** Everything that the server's log said. */
const told: string[] = []
const log: Log = { debug() {}, info: say, warn: say, error: say, with: () => log }
function say(message: string, fields?: object): void {
  told.push(`${message} ${JSON.stringify(fields ?? {})}`)
}

const certificate = (commonName: string, organizations: readonly string[] = [], from: Issued = authority, when = validity) =>
  issueCertificate({ name: commonName, authority: 'ca', commonName, organizations: [...organizations], usages: ['client'] }, from, when)

/** A client with a certificate, or with none. */
function clientWith(name: string, issued?: Issued): void {
  clients.set(name, httpClient({ server: `https://127.0.0.1:${http.port}`, ca: authority.certificate, ...(issued && { cert: issued.certificate, key: issued.key }) }))
}

async function as(who: string, method: string, path: string, { headers = {}, body, type = 'application/json' }: Call = {}): Promise<Answer> {
  const answer = await clients.get(who)!.send({ method, path, headers: { ...headers, ...(body !== undefined && { 'content-type': type }) }, ...(body !== undefined && { body: JSON.stringify(body) }) })
  const chunks: Uint8Array[] = []
  for await (const chunk of answer.body) chunks.push(chunk)
  const text = Buffer.concat(chunks).toString()
  return { status: answer.status, body: text.startsWith('{') ? JSON.parse(text) as Record<string, any> : { text }, headers: answer.headers }
}
const bearer = (token: string): Call => ({ headers: { authorization: `Bearer ${token}` } })
const make = async (path: string, body: unknown): Promise<Record<string, any>> => {
  const answer = await as('admin', 'POST', path, { body })
  assert.ok(answer.status < 300, JSON.stringify(answer.body))
  return answer.body
}
const rbac = '/apis/rbac.authorization.k8s.io/v1'
const ref = (name: string, kind = 'ClusterRole') => ({ apiGroup: 'rbac.authorization.k8s.io', kind, name })
const user = (name: string) => ({ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name })

before(async () => {
  authority = await issueAuthority('ca', validity)
  const server = await issueCertificate({ name: 'server', authority: 'ca', commonName: 'server', usages: ['server'], ipAddresses: ['127.0.0.1'] }, authority, validity)
  signingKey = await readSigningKey(keys.privateKey, keys.publicKey)
  const shared = { clock: systemClock, random: systemRandom, log }
  storage = memoryStorage(shared)
  api = await createApiServer({ ...shared, storage, resources, tokens: reader => createServiceAccountTokens({ issuer: ISSUER, audiences: [ISSUER], signingKey, reader, clock: systemClock, random: systemRandom }) })
  http = await listen(api, {
    tls: { cert: server.certificate, key: server.key, clientCa: authority.certificate },
    authenticators: createAuthenticators({ reader: api.stores, clock: systemClock, serviceAccounts: api.server.tokens, frontProxy: { allowedNames: ['front-proxy-client'] } }),
  })
  const identities: readonly [string, Issued | undefined][] = [
    ['admin', await certificate('admin', ['system:masters'])], ['alice', await certificate('alice')], ['owner', await certificate('owner')], ['guest', undefined], ['front', await certificate('front-proxy-client')],
    ['node1', await certificate('system:node:n1', ['system:nodes'])], ['node2', await certificate('system:node:n2', ['system:nodes'])], ['nameless', await certificate('system:node:', ['system:nodes'])], ['pretender', await certificate('system:node:n1')],
    ['stranger', await certificate('admin', ['system:masters'], await issueAuthority('ca', validity))], ['late', await certificate('admin', ['system:masters'], authority, past)],
  ]
  for (const [name, issued] of identities) clientWith(name, issued)
  for (const name of ['a', 'b']) {
    await make('/api/v1/namespaces', { metadata: { name } })
    await make(`/api/v1/namespaces/${name}/serviceaccounts`, { metadata: { name: 'default' } })
  }
  for (const name of ['n1', 'n2']) await make('/api/v1/nodes', { metadata: { name } })
  for (const name of ['mine', 'others']) await make('/api/v1/namespaces/a/secrets', { metadata: { name }, stringData: { key: 'very-secret' } })
  await make('/api/v1/namespaces/a/pods', { metadata: { name: 'p' }, spec: { nodeName: 'n1', containers: [{ name: 'c', image: 'i' }], volumes: [{ name: 's', secret: { secretName: 'mine' } }] } })
  await make(`${rbac}/namespaces/a/roles`, { metadata: { name: 'owner' }, rules: [{ apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles', 'rolebindings'], verbs: ['get', 'list', 'create', 'update', 'patch'] }, { apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'] }] })
  await make(`${rbac}/namespaces/a/rolebindings`, { metadata: { name: 'owner' }, subjects: [user('owner')], roleRef: ref('owner', 'Role') })
})

after(async () => {
  for (const client of clients.values()) client.close()
  await http?.close(0)
  await api?.close()
  await storage?.close()
})

/** A refusal is the API's Status, says what upstream says, and nothing of what it protects. */
function assertRefused({ status, body }: Answer, code: number, message: RegExp | string, name = ''): void {
  assert.equal(status, code, `${name}: ${JSON.stringify(body)}`)
  assert.equal(body['kind'], 'Status', name)
  assert.equal(body['status'], 'Failure', name)
  assert.equal(body['code'], code, name)
  if (typeof message === 'string') assert.equal(body['message'], message, name)
  else assert.match(body['message'] as string, message, name)
  assert.ok(!JSON.stringify(body).includes('very-secret') && !/\n\s+at |\/src\/|node:internal/.test(JSON.stringify(body)), name)
}

test('certificates: of another authority with the same name, expired, of nobody', async () => {
  for (const who of ['stranger', 'late']) {
    const answer = await as(who, 'GET', '/api/v1/secrets').catch(() => undefined)
    // The connection is refused, or the certificate counts for nothing.
    if (answer) assert.ok(answer.status === 401 || answer.status === 403, `${who}: ${answer.status}`)
  }
  assertRefused(await as('guest', 'GET', '/api/v1/secrets'), 403, 'secrets is forbidden: User "system:anonymous" cannot list resource "secrets" in API group "" at the cluster scope')
  assertRefused(await as('nameless', 'GET', '/api/v1/namespaces/a/secrets/mine'), 403, /unknown node for user "system:node:"/)
  assertRefused(await as('pretender', 'GET', '/api/v1/namespaces/a/secrets/mine'), 403, 'secrets "mine" is forbidden: User "system:node:n1" cannot get resource "secrets" in API group "" in the namespace "a"')
})

test('a front proxy speaks for others with its certificate, and nobody without it', async () => {
  const headers = { 'x-remote-user': 'admin', 'x-remote-group': 'system:masters' }
  assert.equal((await as('front', 'GET', '/api/v1/namespaces/a/secrets', { headers })).status, 200)
  assertRefused(await as('guest', 'GET', '/api/v1/namespaces/a/secrets', { headers }), 403, /User "system:anonymous" cannot list/)
  assertRefused(await as('alice', 'GET', '/api/v1/namespaces/a/secrets', { headers }), 403, /User "alice" cannot list/)
})

const claims = (more: object = {}) => ({ iss: ISSUER, sub: 'system:serviceaccount:a:default', aud: [ISSUER], exp: Math.floor(Date.now() / 1000) + 600, ...more })

test('tokens that are forged in every way are refused with the same word', async () => {
  const pod = (await as('admin', 'GET', '/api/v1/namespaces/a/pods/p')).body
  const spec = { boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'p', uid: pod['metadata'].uid } }
  const good = (await make('/api/v1/namespaces/a/serviceaccounts/default/token', { spec }))['status'].token as string
  assert.equal((await as('guest', 'POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', { ...bearer(good), body: {} })).body['status'].userInfo.username, 'system:serviceaccount:a:default')
  const [header, payload, signature] = good.split('.') as [string, string, string]
  const account = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>
  const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const kid = signingKey.public.id
  const stranger = await readSigningKey(...Object.values(generateKeyPairSync('rsa', { modulusLength: 2048, privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } })).reverse() as [string, string])
  const sign = (body: object, over: object = {}, key = signingKey.key) => new SignJWT(body as never).setProtectedHeader({ alg: 'RS256', kid, ...over }).sign(key)
  const hs = `${encoded({ alg: 'HS256', kid })}.${payload}`
  const attacks: Record<string, string> = {
    'alg none': `${encoded({ alg: 'none', kid })}.${payload}.`, 'alg None with the signature': `${encoded({ alg: 'None', kid })}.${payload}.${signature}`,
    'the public key as a secret': `${hs}.${createHmac('sha256', keys.publicKey).update(hs).digest('base64url')}`, 'the key id as a secret': `${hs}.${createHmac('sha256', kid).update(hs).digest('base64url')}`,
    'no signature': `${header}.${payload}.`, 'half a signature': `${header}.${payload}.${signature.slice(0, 100)}`, 'the signature twice': `${header}.${payload}.${signature}${signature}`,
    'another subject': `${header}.${encoded({ ...account, sub: 'system:serviceaccount:kube-system:admin' })}.${signature}`, 'a later end': `${header}.${encoded({ ...account, exp: 4e9 })}.${signature}`,
    'by a stranger under our key id': await sign(account, {}, stranger.key), 'by a stranger with a key in the token': await sign(account, { jwk: stranger.public.jwk }, stranger.key), 'with a path for a key id': await sign(account, { kid: '../../../dev/null' }, stranger.key),
    'with no key id, by a stranger': await sign(account, { kid: undefined }, stranger.key), 'expired': await sign({ ...account, exp: 1 }), 'not yet': await sign({ ...account, nbf: 4e9 }), 'for another audience': await sign({ ...account, aud: ['vault'] }), 'for none': await sign({ ...account, aud: [] }),
    'without an end': await sign({ ...account, exp: undefined }), 'with an end that is text': await sign({ ...account, exp: '4e9' }), 'without an account': await sign({ ...claims() }),
    'of an account that was made anew': await sign({ ...account, 'kubernetes.io': { ...account['kubernetes.io'] as object, serviceaccount: { name: 'default', uid: 'old' } } }),
    'of a pod that is not there': await sign({ ...account, 'kubernetes.io': { ...account['kubernetes.io'] as object, pod: { name: 'q', uid: 'x' } } }),
    'with extensions that must be understood': `${encoded({ alg: 'RS256', kid, crit: ['b64'], b64: false })}.${payload}.${signature}`,
    'a legacy token signed by us without a secret': await new SignJWT({ 'kubernetes.io/serviceaccount/namespace': 'a', 'kubernetes.io/serviceaccount/service-account.name': 'default' }).setProtectedHeader({ alg: 'RS256', kid }).setIssuer('kubernetes/serviceaccount').setSubject('system:serviceaccount:a:default').sign(signingKey.key),
    nonsense: 'a.b.c', empty: '..', words: 'Bearer Bearer', long: 'x'.repeat(7000),
  }
  for (const [name, token] of Object.entries(attacks)) assertRefused(await as('guest', 'GET', '/api/v1/namespaces/a/pods', bearer(token)), 401, 'Unauthorized', name)
  // Not in the address either: it would stand in logs.
  assertRefused(await as('guest', 'GET', `/api/v1/namespaces/a/pods?access_token=${good}`), 403, /system:anonymous/)
  assert.ok(!told.some(line => line.includes(signature)), 'no token in the log')
})

test('tokens die with what they are bound to, also those that were seen before', async () => {
  const review = async (token: string) => (await as('admin', 'POST', '/apis/authentication.k8s.io/v1/tokenreviews', { body: { spec: { token } } })).body['status'] as { authenticated?: boolean; error?: string; user: { username?: string } }
  const bound: readonly [kind: string, path: string, object: object][] = [
    ['Pod', '/api/v1/namespaces/b/pods', { spec: { containers: [{ name: 'c', image: 'i' }] } }], ['Secret', '/api/v1/namespaces/b/secrets', {}], ['Node', '/api/v1/nodes', {}], ['', '/api/v1/namespaces/b/serviceaccounts', {}],
  ]
  for (const [kind, path, object] of bound) {
    const name = `bound-${kind.toLowerCase() || 'account'}`
    const { metadata } = await make(path, { metadata: { name }, ...object })
    const spec = kind ? { boundObjectRef: { apiVersion: 'v1', kind, name, uid: metadata.uid } } : {}
    const { status: { token } } = await make(`/api/v1/namespaces/b/serviceaccounts/${kind ? 'default' : name}/token`, { spec }) as { status: { token: string } }
    assert.equal((await review(token)).authenticated, true, kind)
    const allowed = (): Promise<Answer> => as('guest', 'POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', { ...bearer(token), body: { spec: { nonResourceAttributes: { path: '/x', verb: 'get' } } } })
    assert.equal((await allowed()).status, 201, kind)
    assert.ok((await as('admin', 'DELETE', `${path}/${name}?gracePeriodSeconds=0`)).status < 300)
    assertRefused(await allowed(), 401, 'Unauthorized', kind)
    const after = await review(token)
    assert.equal(after.authenticated, undefined)
    assert.match(after.error ?? '', /^\[invalid bearer token, .+\]$/)
    // The same name anew is somebody else.
    await make(path, { metadata: { name }, ...object })
    assertRefused(await allowed(), 401, 'Unauthorized', `${kind} made anew`)
  }
})

test('tokens that are kept in secrets: reviewed, marked as used, told to their users, gone with their secret', async () => {
  const { metadata: account } = (await as('admin', 'GET', '/api/v1/namespaces/a/serviceaccounts/default')).body
  const token = await legacyTokenSigner(signingKey)({ namespace: 'a', name: 'default', uid: account.uid }, 'kept')
  await make('/api/v1/namespaces/a/secrets', { metadata: { name: 'kept', annotations: { 'kubernetes.io/service-account.name': 'default' } }, type: 'kubernetes.io/service-account-token', data: { token: toBase64(token) } })
  const { status } = (await as('admin', 'POST', '/apis/authentication.k8s.io/v1/tokenreviews', { body: { spec: { token } } })).body
  assert.equal(status.user.username, 'system:serviceaccount:a:default')
  assert.equal((await as('admin', 'POST', '/apis/authentication.k8s.io/v1/tokenreviews', { body: { spec: { token, audiences: ['vault'] } } })).body['status'].authenticated, undefined)
  await as('admin', 'PATCH', '/api/v1/namespaces/a/secrets/kept', { type: 'application/merge-patch+json', body: { metadata: { labels: { 'kubernetes.io/legacy-token-invalid-since': '2026-01-01' } } } })
  assertRefused(await as('guest', 'GET', '/api/v1/namespaces/a/pods', bearer(token)), 401, 'Unauthorized')
  assert.match((await as('admin', 'POST', '/apis/authentication.k8s.io/v1/tokenreviews', { body: { spec: { token } } })).body['status'].error, /has been marked invalid\. Use tokens from the TokenRequest API/)
})

test('bootstrap tokens join nodes and do nothing else, and end when they say', async () => {
  const secret = (id: string, more: object = {}) => make('/api/v1/namespaces/kube-system/secrets', { metadata: { name: `bootstrap-token-${id}` }, type: 'bootstrap.kubernetes.io/token', stringData: { 'token-id': id, 'token-secret': '0123456789abcdef', 'usage-bootstrap-authentication': 'true', ...more } })
  await secret('aaaaaa', { 'auth-extra-groups': 'system:bootstrappers:kubeadm:default-node-token' })
  await secret('bbbbbb', { expiration: '2020-01-01T00:00:00Z' })
  await secret('cccccc', { 'usage-bootstrap-authentication': 'false' })
  const ask = (token: string) => as('guest', 'GET', '/api/v1/namespaces/kube-system/secrets', bearer(token))
  assertRefused(await ask('aaaaaa.0123456789abcdef'), 403, /^secrets is forbidden: User "system:bootstrap:aaaaaa" cannot list resource "secrets"/)
  for (const token of ['aaaaaa.0123456789abcdee', 'bbbbbb.0123456789abcdef', 'cccccc.0123456789abcdef', 'dddddd.0123456789abcdef', 'AAAAAA.0123456789abcdef', 'aaaaaa.0123456789abcdef0']) assertRefused(await ask(token), 401, 'Unauthorized', token)
  assert.ok((await as('admin', 'DELETE', '/api/v1/namespaces/kube-system/secrets/bootstrap-token-aaaaaa')).status < 300)
  assertRefused(await ask('aaaaaa.0123456789abcdef'), 401, 'Unauthorized', 'replayed after it was deleted')
})

test('nobody grants what they do not have', async () => {
  const roles = `${rbac}/namespaces/a/roles`
  const bindings = `${rbac}/namespaces/a/rolebindings`
  const role = (name: string, rules: unknown[]) => ({ metadata: { name }, rules })
  const grant = /^(roles|rolebindings)\.rbac\.authorization\.k8s\.io "x" is forbidden: user "owner" \(groups=\["system:authenticated"\]\) is attempting to grant RBAC permissions not currently held:\n/
  const attempts: Record<string, () => Promise<Answer>> = {
    'secrets': () => as('owner', 'POST', roles, { body: role('x', [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }]) }),
    'everything': () => as('owner', 'POST', roles, { body: role('x', [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }]) }),
    'a verb more': () => as('owner', 'POST', roles, { body: role('x', [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'delete'] }]) }),
    'a subresource': () => as('owner', 'POST', roles, { body: role('x', [{ apiGroups: [''], resources: ['configmaps/scale'], verbs: ['get'] }]) }),
    'by applying': () => as('owner', 'PATCH', `${roles}/x?fieldManager=m`, { type: 'application/apply-patch+yaml', body: { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', ...role('x', [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }]) } }),
    'a binding to the scheduler': () => as('owner', 'POST', bindings, { body: { metadata: { name: 'x' }, subjects: [user('owner')], roleRef: ref('system:kube-scheduler') } }),
    'a binding to cluster-admin': () => as('owner', 'POST', bindings, { body: { metadata: { name: 'x' }, subjects: [user('owner')], roleRef: ref('cluster-admin') } }),
  }
  for (const [name, attempt] of Object.entries(attempts)) assertRefused(await attempt(), 403, grant, name)
  assertRefused(await as('owner', 'POST', bindings, { body: { metadata: { name: 'x' }, subjects: [user('owner')], roleRef: ref('none') } }), 404, /not found/)
  assertRefused(await as('owner', 'POST', `${rbac}/clusterrolebindings`, { body: { metadata: { name: 'x' }, subjects: [user('owner')], roleRef: ref('cluster-admin') } }), 403, /cannot create resource "clusterrolebindings"/)
  assert.equal((await as('owner', 'POST', roles, { body: role('fair', [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get'] }]) })).status, 201)
  // Changed later, by those who may only change.
  assertRefused(await as('owner', 'PATCH', `${roles}/fair`, { type: 'application/json-patch+json', body: [{ op: 'add', path: '/rules/0/verbs/-', value: 'delete' }] }), 403, /attempting to grant RBAC permissions not currently held/)
})

test('whoever wants to be taken for another must be allowed to, for each part of it', async () => {
  const me = '/apis/authentication.k8s.io/v1/selfsubjectreviews'
  await make(`${rbac}/clusterroles`, { metadata: { name: 'imp' }, rules: [{ apiGroups: [''], resources: ['users'], resourceNames: ['bob'], verbs: ['impersonate'] }] })
  await make(`${rbac}/clusterrolebindings`, { metadata: { name: 'imp' }, subjects: [user('alice')], roleRef: ref('imp') })
  const be = (headers: Record<string, string>) => as('alice', 'POST', me, { headers, body: {} })
  assert.equal((await be({ 'impersonate-user': 'bob' })).body['status'].userInfo.username, 'bob')
  const cannot = (what: string, resource: string, group = '', where = 'at the cluster scope') => new RegExp(`^${what.replaceAll('.', '\\.')} is forbidden: User "alice" cannot impersonate resource "${resource}" in API group "${group}" ${where}`)
  assertRefused(await be({ 'impersonate-user': 'carol' }), 403, cannot('users "carol"', 'users'))
  assertRefused(await be({ 'impersonate-user': 'bob', 'impersonate-group': 'system:masters' }), 403, cannot('groups "system:masters"', 'groups'))
  assertRefused(await be({ 'impersonate-user': 'bob', 'impersonate-uid': '1' }), 403, cannot('uids.authentication.k8s.io "1"', 'uids', 'authentication.k8s.io'))
  assertRefused(await be({ 'impersonate-user': 'bob', 'impersonate-extra-scopes': 'all' }), 403, cannot('userextras.authentication.k8s.io "all"', 'userextras/scopes', 'authentication.k8s.io'))
  assertRefused(await be({ 'impersonate-user': 'system:serviceaccount:kube-system:x' }), 403, cannot('serviceaccounts "x"', 'serviceaccounts', '', 'in the namespace "kube-system"'))
  assertRefused(await be({ 'impersonate-group': 'system:masters' }), 400, /without impersonating a user name/)
})

test('constrained impersonation is for one kind of request, and never for the way back in', async () => {
  const rules = [
    { apiGroups: ['authentication.k8s.io'], resources: ['users'], resourceNames: ['dora'], verbs: ['impersonate:user-info'] }, { apiGroups: ['authentication.k8s.io'], resources: ['groups'], verbs: ['impersonate:user-info'] },
    { apiGroups: [''], resources: ['configmaps'], verbs: ['impersonate-on:user-info:list'] }, { apiGroups: ['authentication.k8s.io'], resources: ['nodes'], resourceNames: ['n1'], verbs: ['impersonate:arbitrary-node'] }, { apiGroups: [''], resources: ['nodes'], verbs: ['impersonate-on:arbitrary-node:get'] },
  ]
  await make(`${rbac}/clusterroles`, { metadata: { name: 'narrow' }, rules })
  await make(`${rbac}/clusterrolebindings`, { metadata: { name: 'narrow' }, subjects: [user('narrow')], roleRef: ref('narrow') })
  await make(`${rbac}/clusterrolebindings`, { metadata: { name: 'dora' }, subjects: [user('dora')], roleRef: ref('view') })
  await make(`${rbac}/clusterroles`, { metadata: { name: 'sees' }, rules: [{ apiGroups: [''], resources: ['configmaps', 'secrets'], verbs: ['get', 'list'] }] })
  await make(`${rbac}/clusterrolebindings`, { metadata: { name: 'sees' }, subjects: [user('dora')], roleRef: ref('sees') })
  clientWith('narrow', await certificate('narrow'))
  const dora = { 'impersonate-user': 'dora' }
  assert.equal((await as('narrow', 'GET', '/api/v1/namespaces/a/configmaps', { headers: dora })).status, 200)
  assertRefused(await as('narrow', 'GET', '/api/v1/namespaces/a/secrets', { headers: dora }), 403, 'secrets is forbidden: User "narrow" cannot impersonate-on:user-info:list resource "secrets" in API group "" in the namespace "a"')
  assertRefused(await as('narrow', 'GET', '/api/v1/namespaces/a/configmaps', { headers: { ...dora, 'impersonate-group': 'system:masters' } }), 403, /impersonating the system:masters group is not allowed$/)
  assertRefused(await as('narrow', 'GET', '/api/v1/namespaces/a/configmaps', { headers: { 'impersonate-user': 'eve' } }), 403, /^users\.authentication\.k8s\.io "eve" is forbidden: User "narrow" cannot impersonate:user-info resource "users"/)
  const node = { 'impersonate-user': 'system:node:n1' }
  assert.equal((await as('narrow', 'GET', '/api/v1/nodes/n1', { headers: node })).status, 200)
  assertRefused(await as('narrow', 'GET', '/api/v1/nodes/n2', { headers: { 'impersonate-user': 'system:node:n2' } }), 403, /^nodes\.authentication\.k8s\.io "n2" is forbidden: User "narrow" cannot impersonate:arbitrary-node resource "nodes"/)
  assertRefused(await as('narrow', 'GET', '/api/v1/namespaces/a/secrets/mine', { headers: node }), 403, /cannot impersonate-on:arbitrary-node:get resource "secrets"/)
})

test('a node sees what its own pods need', async () => {
  const secret = '/api/v1/namespaces/a/secrets'
  assert.equal((await as('node1', 'GET', `${secret}/mine`)).status, 200)
  const no = (node: string) => new RegExp(`no relationship found between node '${node}' and this object$`)
  const refusals: readonly [who: string, method: string, path: string, message: RegExp, Call?][] = [
    ['node1', 'GET', `${secret}/others`, no('n1')], ['node2', 'GET', `${secret}/mine`, no('n2')], ['node1', 'GET', secret, /No Object name found$/], ['node1', 'GET', '/api/v1/secrets', /can only read namespaced object of this type$/],
    ['node1', 'DELETE', `${secret}/mine`, /can only read resources of this type$/], ['node2', 'GET', '/api/v1/namespaces/a/pods/p', no('n2')], ['node1', 'GET', '/api/v1/namespaces/a/pods', /can only list\/watch pods with spec\.nodeName field selector$/],
    ['node1', 'GET', '/api/v1/namespaces/a/pods?fieldSelector=spec.nodeName%21%3Dn2', /can only list\/watch pods with spec\.nodeName field selector$/], ['node1', 'GET', '/api/v1/namespaces/a/pods?fieldSelector=spec.nodeName%3Dn2', /can only list\/watch pods with spec\.nodeName field selector$/],
    ['node1', 'GET', '/api/v1/nodes/n2', /node 'n1' cannot read 'n2', only its own Node object$/], ['node1', 'GET', '/api/v1/nodes', /node 'n1' cannot read all nodes, only its own Node object$/],
    ['node2', 'DELETE', '/api/v1/namespaces/a/pods/p', /node "n2" can only delete pods with spec\.nodeName set to itself$/],
    ['node2', 'POST', '/api/v1/namespaces/a/serviceaccounts/default/token', no('n2'), { body: { spec: {} } }], ['node1', 'POST', '/api/v1/namespaces/a/serviceaccounts/default/token', /node requested token not bound to a pod$/, { body: { spec: {} } }],
    ['node1', 'PATCH', '/api/v1/nodes/n1', /is not allowed to modify labels: node-restriction\.kubernetes\.io\/x$/, { type: 'application/merge-patch+json', body: { metadata: { labels: { 'node-restriction.kubernetes.io/x': 'y' } } } }],
    ['node1', 'PATCH', '/api/v1/nodes/n1', /is not allowed to modify taints$/, { type: 'application/merge-patch+json', body: { spec: { taints: [] , unschedulable: false } } }],
  ]
  await as('admin', 'PATCH', '/api/v1/nodes/n1', { type: 'application/merge-patch+json', body: { spec: { taints: [{ key: 'k', effect: 'NoExecute' }] } } })
  for (const [who, method, path, message, call] of refusals) assertRefused(await as(who, method, path, call), 403, message, `${who} ${method} ${path}`)
})

test('what the log says of all this has no secrets in it', () => {
  assert.ok(!told.some(line => /very-secret|0123456789abcdef|PRIVATE KEY|eyJ[A-Za-z0-9]/.test(line)), told.join('\n'))
})
