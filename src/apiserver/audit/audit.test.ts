import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { realFiles } from '../../host/files.ts'
import type { Log } from '../../machinery/log.ts'
import { silentLog } from '../../machinery/log.ts'
import { createMetrics } from '../../machinery/metrics.ts'
import { seededRandom } from '../../machinery/random.ts'
import { fakeClock } from '../../testing/fake-clock.ts'
import type { RequestInfo } from '../request-info.ts'
import { batching } from './batching.ts'
import { blocking } from './blocking.ts'
import type { AuditEvent } from './event.ts'
import { legacyLine } from './lines.ts'
import { logBackend } from './log-backend.ts'
import { createAuditMetrics } from './metrics.ts'
import { createAuditDecisions, readAuditPolicy } from './policy.ts'
import { rotatingFile } from './rotating-file.ts'
import { truncating } from './truncate.ts'
import { auditWebhook } from './webhook.ts'

const event = (id: string, more: Partial<AuditEvent> = {}): AuditEvent => ({
  kind: 'Event', apiVersion: 'audit.k8s.io/v1', level: 'Request', auditID: id, stage: 'ResponseComplete', requestURI: '/x', verb: 'get', user: { username: 'u' }, sourceIPs: ['1.2.3.4'],
  requestReceivedTimestamp: '2026-01-01T00:00:00.000000Z', stageTimestamp: '2026-01-01T00:00:00.000000Z', ...more,
})
const turns = async (): Promise<void> => { for (let turn = 0; turn < 5; turn += 1) await new Promise(resolve => setImmediate(resolve)) }

const head = 'apiVersion: audit.k8s.io/v1\nkind: Policy\n'
const resource = (verb: string, what: string, namespace?: string, name?: string): RequestInfo => {
  const [qualified = '', subresource] = what.split('/')
  const [plural = '', ...group] = qualified.split('.')
  return { type: 'resource', verb, group: group.join('.'), version: 'v1', resource: plural, namespace, name, subresource, rest: [], legacyWatch: false }
}

test('the first rule that fits says how much is written down', () => {
  const decide = createAuditDecisions(readAuditPolicy(`${head}omitStages: [RequestReceived]
rules:
- { level: None, users: [quiet], verbs: [get] }
- { level: Metadata, userGroups: [staff], namespaces: [""] }
- { level: Request, resources: [{ group: "", resources: [pods/log, "services/*", "*/scale"] }] }
- { level: RequestResponse, resources: [{ group: "*", resources: [secrets], resourceNames: [one] }], omitManagedFields: true }
- { level: Metadata, resources: [{ group: apps }], omitStages: [ResponseStarted] }
- { level: Request, nonResourceURLs: [/healthz*, /version] }
`))
  const [user, staff] = [{ name: 'u', groups: [] }, { name: 's', groups: ['staff'] }]
  const cases: readonly [Parameters<typeof decide>[0], RequestInfo, string][] = [
    [{ name: 'quiet', groups: [] }, resource('get', 'nodes'), 'None'], [staff, resource('get', 'nodes'), 'Metadata'], [staff, resource('get', 'pods', 'a'), 'None'], [staff, { type: 'path', verb: 'get', path: '/version' }, 'Request'],
    [user, resource('get', 'pods/log', 'a', 'p'), 'Request'], [user, resource('get', 'pods', 'a', 'p'), 'None'], [user, resource('get', 'services', 'a', 's'), 'Request'], [user, resource('get', 'services/proxy', 'a', 's'), 'Request'],
    [user, resource('get', 'replicationcontrollers/scale', 'a', 's'), 'Request'], [user, resource('get', 'deployments.apps/scale', 'a', 's'), 'Metadata'],
    [user, resource('get', 'secrets', 'a', 'one'), 'RequestResponse'], [user, resource('get', 'secrets', 'a', 'two'), 'None'], [user, resource('list', 'secrets', 'a'), 'None'],
    [user, { type: 'path', verb: 'get', path: '/healthz/etcd' }, 'Request'], [user, { type: 'path', verb: 'get', path: '/metrics' }, 'None'],
  ]
  for (const [who, what, level] of cases) assert.equal(decide(who, what).level, level, JSON.stringify(what))
  assert.deepEqual([...decide(user, resource('get', 'deployments.apps', 'a', 'd')).omitStages], ['RequestReceived', 'ResponseStarted'])
  assert.equal(decide(user, resource('get', 'secrets', 'a', 'one')).omitManagedFields, true)
})

/** In upstream's words (pkg/apis/audit/validation). */
const wrong: readonly [rules: string, message: string][] = [
  ['[{ level: All }]', 'rules[0].level: Unsupported value: "All": supported values: "None", "Metadata", "Request", "RequestResponse"'], ['[{ users: [a] }]', 'rules[0].level: Required value'],
  ['[{ level: None, nonResourceURLs: [version] }]', `rules[0].nonResourceURLs[0]: Invalid value: "version": non-resource URL rules must begin with a '/' character`],
  ['[{ level: None, nonResourceURLs: ["/a*b"] }]', `rules[0].nonResourceURLs[0]: Invalid value: "/a*b": non-resource URL wildcards '*' must be the final character of the rule`],
  ['[{ level: None, nonResourceURLs: [/a], namespaces: [b] }]', 'rules[0].nonResourceURLs: Invalid value: ["/a"]: rules cannot apply to both regular resources and non-resource URLs'],
  ['[{ level: None, resources: [{ resourceNames: [a] }] }]', 'rules[0].resources.resourceNames: Invalid value: ["a"]: using resourceNames requires at least one resource'],
  ['[{ level: None, omitStages: [Later] }]', 'rules[0].omitStages[0]: Invalid value: "Later": allowed stages are RequestReceived,ResponseStarted,ResponseComplete,Panic'],
  ['[{ level: None, user: [a] }]', 'failed decoding: strict decoding error: unknown field "rules[0].user"'],
]
for (const [rules, message] of wrong) test(`refused: ${message}`, () => assert.throws(() => readAuditPolicy(`${head}rules: ${rules}`), { message: `loading audit policy file: ${message}` }))

test('batches go out when they are full or have waited; what does not fit is lost, counted and told', async () => {
  const clock = fakeClock()
  const metrics = createMetrics()
  const told: string[] = []
  const log: Log = { ...silentLog, error: message => void told.push(message) }
  const sent: string[][] = []
  let open = (): void => {}
  const backend = batching({
    plugin: 'webhook', clock, log, metrics: createAuditMetrics(metrics), bufferSize: 3, maxBatchSize: 2, maxBatchWaitMs: 1000, throttle: { qps: 1, burst: 1 },
    send: events => { sent.push(events.map(({ auditID }) => auditID)); return new Promise(resolve => { open = resolve }) },
  })
  backend.write(event('1'))
  assert.equal(sent.length, 0)
  backend.write(event('2'))
  assert.deepEqual(sent, [['1', '2']])
  for (const id of ['3', '4', '5', '6']) backend.write(event(id))
  assert.deepEqual(sent, [['1', '2']], 'the next batch waits for its turn')
  assert.deepEqual(told, ['Audit events were lost'])
  assert.match(metrics.text(), /apiserver_audit_error_total\{plugin="buffered"\} 1/)
  clock.advance(1000)
  assert.deepEqual(sent, [['1', '2'], ['3', '4']])
  clock.advance(2000)
  assert.deepEqual(sent[2], ['5'])
  backend.write(event('7'))
  const closing = backend.close()
  await turns()
  assert.deepEqual(sent[3], ['7'], 'what waits goes out before the end')
  open()
  void closing
})

test('a webhook is tried again; events that never arrive are counted and told', async () => {
  const clock = fakeClock()
  const metrics = createMetrics()
  let tries = 0
  const body: unknown[] = []
  const send = auditWebhook({ clock, random: seededRandom(1), initialBackoffMs: 100, post: async sent => { body.push(sent); tries += 1; return { status: tries < 3 ? 503 : 200, body: '' } } })
  const done = send([event('1'), event('2')])
  for (let turn = 0; turn < 5; turn += 1) {
    await turns()
    clock.advance(1000)
  }
  await done
  assert.equal(tries, 3)
  assert.deepEqual((body[0] as { kind: string; items: unknown[] }).kind, 'EventList')
  const failing = blocking({ plugin: 'webhook', strict: true, log: silentLog, metrics: createAuditMetrics(metrics), send: () => Promise.reject(new Error('gone')) })
  await failing.write(event('3'))
  await assert.rejects(async () => failing.write(event('4', { stage: 'RequestReceived' })), /gone/)
  assert.match(metrics.text(), /apiserver_audit_error_total\{plugin="webhook"\} 2/)
  assert.match(metrics.text(), /apiserver_audit_requests_rejected_total 1/)
})

test('a strict log carries nothing out that is not written down', async () => {
  let arrive = (): void => {}
  let isBroken = false
  const backend = logBackend({ log: silentLog, strict: true, append: () => (isBroken ? Promise.reject(new Error('disk full')) : new Promise(resolve => { arrive = resolve })) })
  let done = false
  const waits = Promise.resolve(backend.write(event('1', { stage: 'RequestReceived' }))).then(() => { done = true })
  await turns()
  assert.equal(done, false)
  arrive()
  await waits
  isBroken = true
  await assert.rejects(async () => backend.write(event('2', { stage: 'RequestReceived' })), /cannot be written/)
})

test('large events go without their bodies', () => {
  const written: AuditEvent[] = []
  const metrics = createMetrics()
  const backend = truncating({ room() {}, write: each => void written.push(each), async close() {} }, { maxEventSize: 1000, log: silentLog, metrics: createAuditMetrics(metrics) })
  backend.write(event('1', { requestObject: { a: 'x'.repeat(2000) } }))
  backend.write(event('2', { requestObject: { a: 'x' } }))
  backend.write(event('3', { requestURI: 'x'.repeat(2000) }))
  assert.deepEqual(written.map(({ auditID, requestObject, annotations }) => [auditID, requestObject, annotations]), [['1', undefined, { 'audit.k8s.io/truncated': 'true' }], ['2', { a: 'x' }, undefined]])
  assert.match(metrics.text(), /apiserver_audit_error_total\{plugin="truncate"\} 1/)
})

test('a log that is full is put aside, and old ones go', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'k8ts-audit-'))
  try {
    const clock = fakeClock()
    const path = join(folder, 'sub', 'audit.log')
    const append = await rotatingFile({ files: realFiles, path, clock, log: silentLog, maxBytes: 10, maxBackups: 2, maxAgeDays: 0, compress: true })
    for (const text of ['12345\n', '6789\n', 'abcdef\n', 'ghijkl\n', 'mnopqr\n']) {
      clock.advance(1000)
      await append(text)
    }
    for (let tries = 0; tries < 500 && readdirSync(join(folder, 'sub')).length !== 3; tries += 1) await wait(10)
    const files = readdirSync(join(folder, 'sub')).sort()
    assert.equal(files.length, 3, files.join())
    assert.match(files[0]!, /^audit-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}\.log\.gz$/)
    assert.equal(readFileSync(path, 'utf8'), 'mnopqr\n')
    assert.equal(statSync(path).mode & 0o777, 0o600)
    assert.equal(gunzipSync(readFileSync(join(folder, 'sub', files[1]!))).toString(), 'ghijkl\n')
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('the older format is one line of text', () => {
  assert.equal(legacyLine(event('1', { user: { username: 'a', groups: ['g', 'h'] }, responseStatus: { code: 200 } })),
    '2026-01-01T00:00:00.000000Z AUDIT: id="1" stage="ResponseComplete" ip="1.2.3.4" method="get" user="a" groups="\\"g\\",\\"h\\"" as="<self>" asgroups="<lookup>" user-agent="" namespace="<none>" uri="/x" response="200"\n')
})
