import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { resources } from '../api/index.ts'
import type { User } from '../api/request.ts'
import { httpClient, type HttpClient } from '../host/http-client.ts'
import { systemClock } from '../machinery/clock.ts'
import { silentLog } from '../machinery/log.ts'
import { seededRandom } from '../machinery/random.ts'
import { memoryStorage } from '../storage/memory.ts'
import { createApiServer } from './api-server.ts'
import { createAuditor } from './audit/auditor.ts'
import type { AuditEvent } from './audit/event.ts'
import { logBackend } from './audit/log-backend.ts'
import { METADATA_POLICY, readAuditPolicy, type AuditPolicy } from './audit/policy.ts'
import { staticTokens } from './authn/static-token.ts'
import { isHealthPath } from './authz/health-paths.ts'
import { listen } from './network.ts'

const users = new Map<string, User>([['admin', { name: 'admin', groups: ['system:masters'] }], ['alice', { name: 'alice', groups: [] }], ['flooder', { name: 'flooder', groups: [] }]])

interface Served {
  readonly lines: string[]
  readonly events: () => AuditEvent[]
  ask(token: string | undefined, method: string, path: string, body?: unknown): Promise<{ status: number; text: string; headers: Readonly<Record<string, unknown>> }>
}

async function served(options: { policy?: AuditPolicy; seats?: number; waitMs?: number; isOpen?: (path: string) => boolean }, run: (served: Served) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'k8ts-serve-'))
  const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', keyFile, '-out', certFile, '-days', '1', '-subj', '/CN=test', '-addext', 'subjectAltName=IP:127.0.0.1'], { stdio: 'ignore' })
  const [cert, key] = [readFileSync(certFile, 'utf8'), readFileSync(keyFile, 'utf8')]
  const shared = { clock: systemClock, random: seededRandom(1), log: silentLog }
  const storage = memoryStorage(shared)
  const api = await createApiServer({ ...shared, storage, resources })
  const lines: string[] = []
  const backend = logBackend({ log: silentLog, append: async text => void lines.push(...text.trimEnd().split('\n')) })
  const fairness = { ...(options.seats !== undefined && { seats: options.seats }), ...(options.waitMs !== undefined && { waitMs: options.waitMs }) }
  const http = await listen(api, {
    tls: { cert, key }, authenticators: [staticTokens(users)], fairness, ...(options.isOpen && { isOpen: options.isOpen }), observers: [createAuditor({ ...shared, policy: options.policy ?? METADATA_POLICY, backend })],
  })
  const clients = new Map<string, HttpClient>()
  const clientOf = (token = ''): HttpClient => clients.get(token) ?? clients.set(token, httpClient({ server: `https://127.0.0.1:${http.port}`, ca: cert, ...(token && { token }) })).get(token)!
  try {
    await run({
      lines, events: () => lines.map(line => JSON.parse(line) as AuditEvent),
      async ask(token, method, path, body) {
        const answer = await clientOf(token).send({ method, path, headers: body === undefined ? {} : { 'content-type': 'application/json' }, ...(body !== undefined && { body: JSON.stringify(body) }) })
        const chunks: Uint8Array[] = []
        for await (const chunk of answer.body) chunks.push(chunk)
        return { status: answer.status, text: Buffer.concat(chunks).toString(), headers: answer.headers }
      },
    })
  } finally {
    for (const client of clients.values()) client.close()
    await http.close(0)
    await backend.close()
    await api.close()
    await storage.close()
    rmSync(folder, { recursive: true })
  }
}

const SECRET = '/api/v1/namespaces/default/secrets'
const secret = (name: string) => ({ metadata: { name }, stringData: { password: 'very-secret-value' } })

test('the audit log tells who did what, and nothing of what was said', async () => {
  await served({}, async ({ ask, events, lines }) => {
    assert.equal((await ask('admin', 'POST', SECRET, secret('s'))).status, 201)
    assert.equal((await ask('alice', 'GET', `${SECRET}/s`)).status, 403)
    assert.equal((await ask('nobody-has-this', 'GET', `${SECRET}/s`)).status, 401)
    assert.equal((await ask('admin', 'GET', '/healthz')).status, 200)
    await new Promise(resolve => setImmediate(resolve))
    const [made, refused, unknown, ...rest] = events()
    assert.equal(rest.length, 0, 'health checks are not written down')
    assert.deepEqual([made!.verb, made!.user.username, made!.responseStatus?.code, made!.stage, made!.level], ['create', 'admin', 201, 'ResponseComplete', 'Metadata'])
    assert.deepEqual(made!.objectRef, { resource: 'secrets', namespace: 'default', name: 's', apiVersion: 'v1' })
    assert.deepEqual([refused!.user.username, refused!.responseStatus?.code, refused!.annotations], ['alice', 403, { 'authorization.k8s.io/decision': 'forbid', 'authorization.k8s.io/reason': '' }])
    assert.deepEqual([unknown!.user.username, unknown!.responseStatus?.code], [undefined, 401])
    assert.ok(!lines.join('').includes('very-secret-value') && !lines.join('').includes('nobody-has-this'))
  })
})

test('a policy says how much is written down of whose requests', async () => {
  const policy = readAuditPolicy(`
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: None
  users: [alice]
- level: Metadata
  resources: [{ group: "", resources: [secrets] }]
- level: RequestResponse
  resources: [{ group: "", resources: [configmaps] }]
  verbs: [create]
  omitManagedFields: true
`)
  await served({ policy }, async ({ ask, events }) => {
    await ask('alice', 'GET', '/api/v1/namespaces/default/configmaps')
    await ask('admin', 'POST', SECRET, secret('s'))
    await ask('admin', 'POST', '/api/v1/namespaces/default/configmaps', { metadata: { name: 'c' }, data: { k: 'v' } })
    await ask('admin', 'GET', '/api/v1/namespaces/default/configmaps/c')
    await new Promise(resolve => setImmediate(resolve))
    const all = events()
    assert.deepEqual(all.map(({ level }) => level), ['Metadata', 'RequestResponse'])
    assert.equal(all[0]!.requestObject, undefined)
    assert.deepEqual(all[1]!.requestObject, { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'c' }, data: { k: 'v' } })
    const answered = all[1]!.responseObject as { kind: string; metadata: Record<string, unknown> }
    assert.equal(answered.kind, 'ConfigMap')
    assert.ok(answered.metadata['uid'] && !answered.metadata['managedFields'])
  })
  for (const [text, message] of [['kind: Policy', /apiVersion/], ['{apiVersion: audit.k8s.io/v1, kind: Policy}', /loaded illegal policy with 0 rules/], ['{apiVersion: audit.k8s.io/v1, kind: Policy, rules: [{level: All}]}', /rules\[0\].level/]] as const) {
    assert.throws(() => readAuditPolicy(text), message)
  }
})

test('an audit log that cannot keep up holds requests back and loses nothing', async () => {
  const written: string[] = []
  let open = (): void => {}
  const gate = new Promise<void>(resolve => { open = resolve })
  const backend = logBackend({ log: silentLog, capacity: 3, async append(text) {
    await gate
    written.push(...text.trimEnd().split('\n'))
  } })
  const done: number[] = []
  const write = async (index: number): Promise<void> => {
    await backend.room()
    backend.write({ auditID: String(index) } as AuditEvent)
    done.push(index)
    await Promise.resolve()
  }
  const writes: Promise<void>[] = []
  for (let index = 0; index < 10; index++) {
    writes.push(write(index))
    await Promise.resolve()
  }
  await new Promise(resolve => setImmediate(resolve))
  assert.ok(done.length < 10, 'some wait')
  open()
  await Promise.all(writes)
  await backend.close()
  assert.deepEqual(written.map(line => (JSON.parse(line) as AuditEvent).auditID).sort(), Array.from({ length: 10 }, (_, index) => String(index)).sort())

  const broken = logBackend({ log: silentLog, capacity: 1, append: () => Promise.reject(new Error('disk full')) })
  broken.write({ auditID: 'a' } as AuditEvent)
  await new Promise(resolve => setImmediate(resolve))
  await assert.rejects(async () => broken.room(), /audit log is full/)
  await assert.rejects(broken.close(), /1 audit events could not be written/)
})

test('metrics are told under upstream\'s names, to who may see them', async () => {
  await served({}, async ({ ask }) => {
    await ask('admin', 'GET', '/api/v1/namespaces/default/pods')
    await ask('admin', 'GET', '/apis/made.up/v1/namespaces/default/things')
    assert.equal((await ask('alice', 'GET', '/metrics')).status, 403)
    const { text, headers } = await ask('admin', 'GET', '/metrics')
    assert.match(String(headers['content-type']), /^text\/plain; version=0\.0\.4/)
    assert.match(text, /^apiserver_request_total\{code="200",component="apiserver",dry_run="",group="",resource="pods",scope="namespace",subresource="",verb="LIST",version="v1"\} 1$/m)
    assert.match(text, /^apiserver_request_duration_seconds_bucket\{.*resource="pods".*le="\+Inf"\} 1$/m)
    assert.match(text, /^apiserver_storage_objects\{resource="namespaces"\} 4$/m)
    assert.match(text, /^apiserver_flowcontrol_nominal_limit_seats\{priority_level="workload-low"\} \d+$/m)
    assert.ok(!text.includes('made.up'), 'what clients make up is no label')
  })
})

test('without credentials: what RBAC allows, or only what is open', async () => {
  const codes = async ({ ask }: Served): Promise<number[]> => Promise.all(['/healthz', '/livez/ping', '/version', '/api', '/api/v1/namespaces/default'].map(async path => (await ask(undefined, 'GET', path)).status))
  await served({}, async own => assert.deepEqual(await codes(own), [200, 403, 200, 403, 403]))
  await served({ isOpen: isHealthPath }, async own => assert.deepEqual(await codes(own), [200, 403, 401, 401, 401]))
})

test('a flood is answered 429 with a time to come back, and does not keep others from working', async () => {
  await served({ seats: 12 }, async ({ ask }) => {
    const flood = Array.from({ length: 900 }, () => ask('flooder', 'GET', '/version'))
    const start = systemClock.monotonic()
    for (let turn = 0; turn < 5; turn++) assert.equal((await ask('alice', 'GET', '/version')).status, 200)
    const quietMs = systemClock.monotonic() - start
    const answers = await Promise.all(flood)
    const refused = answers.filter(({ status }) => status === 429)
    for (const { headers, text } of refused) {
      assert.equal(headers['retry-after'], '1')
      assert.equal((JSON.parse(text) as { reason: string }).reason, 'TooManyRequests')
    }
    assert.ok(answers.every(({ status }) => status === 200 || status === 429))
    assert.ok(quietMs < 10_000, `five requests beside a flood took ${quietMs} ms`)
  })
})
