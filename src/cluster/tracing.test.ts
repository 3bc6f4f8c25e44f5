import { Server, ServerCredentials, type sendUnaryData, type ServerUnaryCall } from '@grpc/grpc-js'
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test, type TestContext } from 'node:test'
import protobuf from 'protobufjs'
import { resources } from '../api/index.ts'
import { createAdmissionPlugins } from '../apiserver/admission/index.ts'
import type { AdmissionPlugin } from '../apiserver/admission/admission.ts'
import { createApiServer } from '../apiserver/api-server.ts'
import { staticTokens } from '../apiserver/authn/static-token.ts'
import { createInstruments } from '../apiserver/instruments.ts'
import { listen } from '../apiserver/network.ts'
import { readTracingConfig } from '../apiserver/tracing-config.ts'
import { remoteContext } from '../apiserver/tracing-otel.ts'
import { callHttp } from '../host/http.ts'
import { systemClock } from '../machinery/clock.ts'
import { silentLog } from '../machinery/log.ts'
import { createMetrics } from '../machinery/metrics.ts'
import { systemRandom } from '../machinery/random.ts'
import { memoryStorage } from '../storage/memory.ts'
import { startTracing } from './tracing.ts'
import { issueAuthority, issueCertificate } from './x509.ts'

/** As much of OTLP as the test looks at. */
const { root } = protobuf.parse(`syntax = "proto3"; package otlp;
  message Request { repeated ResourceSpans resource_spans = 1; } message Response {}
  message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; } message Resource { repeated KeyValue attributes = 1; }
  message ScopeSpans { repeated Span spans = 2; } message KeyValue { string key = 1; Value value = 2; } message Value { string string_value = 1; int64 int_value = 3; }
  message Link { bytes trace_id = 1; bytes span_id = 2; }
  message Span { bytes trace_id = 1; bytes span_id = 2; bytes parent_span_id = 4; string name = 5; int32 kind = 6; fixed64 start = 7; fixed64 end = 8; repeated KeyValue attributes = 9; repeated Link links = 13; }`, { keepCase: true })

interface Span {
  name: string
  trace: string
  id: string
  parent: string
  links: string[]
  service: string
  attributes: Record<string, unknown>
}

/** A collector that keeps what it is sent. */
async function collector(t: TestContext) {
  const spans: Span[] = []
  const server = new Server()
  const request = root.lookupType('otlp.Request')
  server.addService({
    Export: {
      path: '/opentelemetry.proto.collector.trace.v1.TraceService/Export', requestStream: false, responseStream: false,
      requestSerialize: (value: object) => Buffer.from(JSON.stringify(value)), responseDeserialize: (bytes: Buffer) => bytes,
      requestDeserialize: (bytes: Buffer) => request.toObject(request.decode(bytes), { longs: Number, defaults: true, arrays: true }), responseSerialize: () => Buffer.alloc(0),
    },
  } as never, {
    Export(call: ServerUnaryCall<any, object>, reply: sendUnaryData<object>) {
      for (const { resource, scope_spans } of call.request.resource_spans) {
        const service = resource.attributes.find((each: any) => each.key === 'service.name').value.string_value
        for (const each of scope_spans.flatMap((scope: any) => scope.spans)) {
          spans.push({
            name: each.name, trace: each.trace_id.toString('hex'), id: each.span_id.toString('hex'), parent: each.parent_span_id.toString('hex'), service,
            links: each.links.map((link: any) => link.trace_id.toString('hex')),
            attributes: Object.fromEntries(each.attributes.map(({ key, value }: any) => [key, value.string_value || value.int_value])),
          })
        }
      }
      reply(null, {})
    },
  } as never)
  const port = await new Promise<number>((resolve, reject) => server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => (error ? reject(error) : resolve(bound))))
  t.after(() => server.forceShutdown())
  return { spans, endpoint: `127.0.0.1:${port}` }
}

async function start(t: TestContext, endpoint: string, samplingRatePerMillion: number, more: readonly AdmissionPlugin[] = []) {
  const validity = { notBefore: new Date(Date.now() - 1000), notAfter: new Date(Date.now() + 86_400_000) }
  const authority = await issueAuthority('ca', validity)
  const own = await issueCertificate({ name: 'server', authority: 'ca', commonName: 'server', usages: ['server'], ipAddresses: ['127.0.0.1'] }, authority, validity)
  const parts = { clock: systemClock, random: systemRandom, log: silentLog }
  const tracing = await startTracing({ config: { endpoint, samplingRatePerMillion }, clock: systemClock, instance: 'a' })
  const metrics = createMetrics()
  const instruments = createInstruments({ metrics, clock: systemClock, resources, tracing })
  const api = await createApiServer({ ...parts, storage: memoryStorage(parts), resources, instruments, admission: [...createAdmissionPlugins(), ...more] })
  const http = await listen(api, {
    tls: { cert: own.certificate, key: own.key }, metrics, observers: [tracing.observer, instruments.observer],
    authenticators: [staticTokens(new Map([['admin', { name: 'admin', groups: ['system:masters'] }], ['other', { name: 'other', groups: [] }]]))],
  })
  t.after(async () => {
    await http.close(100)
    await api.close()
  })
  const call = async (method: string, path: string, { token = 'admin', body, headers = {} }: { token?: string; body?: unknown; headers?: Record<string, string> } = {}) => {
    const answer = await callHttp(`https://127.0.0.1:${http.port}${path}`, {
      method, tls: { ca: authority.certificate }, headers: { authorization: `Bearer ${token}`, ...(body !== undefined && { 'content-type': 'application/json' }), ...headers }, ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    return { status: answer.status, text: await answer.text() }
  }
  return { call, tracing, metrics }
}

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const PARENT = '00f067aa0ba902b7'
const traceparent = `00-${TRACE}-${PARENT}-01`

void test('a request that belongs to a trace is followed through authorization and admission to the store, under upstream\'s names', async t => {
  const { spans, endpoint } = await collector(t)
  const { call, tracing } = await start(t, endpoint, 0)
  assert.equal((await call('POST', '/api/v1/namespaces/default/configmaps', { body: { metadata: { name: 'a' } }, headers: { traceparent } })).status, 201)
  assert.equal((await call('GET', '/api/v1/namespaces/default/configmaps/a', { headers: { traceparent } })).status, 200)
  assert.equal((await call('GET', '/api/v1/namespaces/default/configmaps/a')).status, 200)
  await tracing.close()
  assert.ok(spans.every(({ trace, service }) => trace === TRACE && service === 'apiserver'), 'only what was asked to be traced is')
  const [create, get] = ['POST /api/v1/namespaces/{:namespace}/configmaps', 'GET /api/v1/namespaces/{:namespace}/configmaps/{:name}'].map(name => spans.find(span => span.name === name)!)
  assert.deepEqual([create!.parent, create!.attributes['http.status_code'], create!.attributes['http.target']], [PARENT, 201, '/api/v1/namespaces/default/configmaps'])
  assert.match(String(create!.attributes['audit-id']), /^[0-9a-f-]{36}$/)
  const childrenOf = (parent: Span): string[] => spans.filter(span => span.parent === parent.id).map(({ name }) => name).sort()
  assert.deepEqual(childrenOf(create!), ['Create', 'authentication', 'authorization'])
  const verb = spans.find(({ name, parent }) => name === 'Create' && parent === create!.id)!
  assert.deepEqual(childrenOf(verb), ['Create etcd3', 'mutating admission', 'validating admission'])
  assert.equal(spans.find(({ name }) => name === 'Create etcd3')!.attributes['key'], '/registry/configmaps/default/a')
  assert.deepEqual(childrenOf(get!), ['Get', 'authentication', 'authorization'])
})

void test('the rate decides over requests that belong to no trace; a stranger\'s trace is only linked to', async t => {
  const { spans, endpoint } = await collector(t)
  const { call, tracing } = await start(t, endpoint, 1_000_000)
  assert.equal((await call('GET', '/version')).status, 200)
  assert.equal((await call('GET', '/api/v1/nodes', { token: 'other', headers: { traceparent } })).status, 403)
  assert.equal((await call('GET', '/api/v1/nodes', { token: 'nobody', headers: { traceparent } })).status, 401)
  await tracing.close()
  const named = (name: string): Span[] => spans.filter(span => span.name === name)
  assert.equal(named('GET').length, 1)
  const [refused, unknown] = named('GET /api/v1/nodes')
  for (const span of [refused!, unknown!]) assert.ok(span.trace !== TRACE && span.parent === '' && span.links[0] === TRACE)
})

void test('what leaves on behalf of a request carries its trace', async t => {
  const seen: (string | undefined)[] = []
  const hook = createServer((request, response) => {
    seen.push(request.headers['traceparent'] as string | undefined)
    response.end('{}')
  })
  await new Promise<void>(resolve => hook.listen(0, '127.0.0.1', resolve))
  t.after(() => hook.close())
  const { spans, endpoint } = await collector(t)
  const calling: AdmissionPlugin = {
    name: 'Calling', handles: ({ operation, resource, namespace }) => operation === 'CREATE' && resource.plural === 'configmaps' && namespace === 'default',
    async validate() {
      await (await callHttp(`http://127.0.0.1:${(hook.address() as AddressInfo).port}/`)).text()
    },
  }
  const { call, tracing } = await start(t, endpoint, 0, [calling])
  await call('POST', '/api/v1/namespaces/default/configmaps', { body: { metadata: { name: 'a' } }, headers: { traceparent } })
  await call('POST', '/api/v1/namespaces/default/configmaps', { body: { metadata: { name: 'b' } } })
  await tracing.close()
  const step = spans.find(({ name }) => name === 'validating admission')!
  assert.equal(seen[0], `00-${TRACE}-${step.id}-01`)
  assert.match(seen[1]!, /-00$/)
})

void test('metrics of admission, storage, authentication and authorization', async t => {
  const { endpoint } = await collector(t)
  const { call, metrics } = await start(t, endpoint, 0)
  await call('POST', '/api/v1/namespaces/default/resourcequotas', { body: { metadata: { name: 'a' } } })
  await call('DELETE', '/api/v1/namespaces/default/resourcequotas/a')
  await call('GET', '/api/v1/nodes', { token: 'other' })
  await call('GET', '/api/v1/nodes', { token: 'nobody' })
  await call('POST', '/api/v1/namespaces/none/resourcequotas', { body: { metadata: { name: 'a' } } })
  const text = metrics.text()
  const has = (line: string): void => assert.ok(text.includes(line), line)
  has('etcd_requests_total{group="",operation="create",resource="resourcequotas"} 1')
  has('etcd_requests_total{group="",operation="delete",resource="resourcequotas"} 1')
  has('etcd_request_duration_seconds_count{group="",operation="create",resource="resourcequotas"} 1')
  has('etcd_requests_total{group="rbac.authorization.k8s.io",operation="create",resource="clusterroles"}')
  has('apiserver_admission_controller_admission_duration_seconds_count{name="NamespaceLifecycle",operation="CREATE",rejected="true",type="admit"} 1')
  has('apiserver_admission_step_admission_duration_seconds_count{operation="CREATE",rejected="true",type="admit"} 1')
  has('apiserver_admission_step_admission_duration_seconds_count{operation="DELETE",rejected="false",type="validate"} 1')
  has('authentication_attempts{result="success"} 4')
  has('authentication_attempts{result="failure"} 1')
  has('authenticated_user_requests{username="admin"} 3')
  has('authorization_attempts_total{result="no-opinion"} 1')
})

void test('tracing configurations are read, and refused, as upstream does', () => {
  const config = (fields: object): string => JSON.stringify({ apiVersion: 'apiserver.config.k8s.io/v1', kind: 'TracingConfiguration', ...fields })
  assert.deepEqual(readTracingConfig(config({})), { endpoint: 'localhost:4317', samplingRatePerMillion: 0 })
  assert.deepEqual(readTracingConfig(''), { endpoint: 'localhost:4317', samplingRatePerMillion: 0 })
  assert.deepEqual(readTracingConfig(config({ endpoint: 'a:1', samplingRatePerMillion: 100 })), { endpoint: 'a:1', samplingRatePerMillion: 100 })
  assert.deepEqual(readTracingConfig('apiVersion: apiserver.config.k8s.io/v1beta1\nkind: TracingConfiguration\nendpoint: unix:///run/otel.sock\n').endpoint, 'unix:///run/otel.sock')
  for (const [fields, why] of [
    [{ samplingRatePerMillion: -1 }, 'samplingRatePerMillion: Invalid value: -1: sampling rate must be positive'],
    [{ samplingRatePerMillion: 1_000_001 }, 'sampling rate per million must be less than or equal to one million'],
    [{ endpoint: 'http://a:1' }, 'unsupported scheme: http.  Options are none, dns, unix, or unix-abstract.'],
    [{ endpont: 'a:1' }, 'unknown field "endpont"'],
    [{ kind: 'Other' }, 'no kind "Other" is registered for version "apiserver.config.k8s.io/v1"'],
    [{ endpoint: 5 }, 'json: cannot unmarshal number into Go struct field TracingConfiguration.TracingConfiguration.endpoint of type string'],
    [{ samplingRatePerMillion: 'x' }, 'json: cannot unmarshal string into Go struct field TracingConfiguration.TracingConfiguration.samplingRatePerMillion of type int32'],
  ] as const) assert.throws(() => readTracingConfig(config(fields)), error => (error as Error).message.includes(why), why)
})

void test('W3C trace context, and what only looks like it', () => {
  assert.equal(remoteContext(traceparent)?.traceId, TRACE)
  assert.equal(remoteContext(`cc-${TRACE}-${PARENT}-01-what-comes-later`)?.spanId, PARENT)
  for (const wrong of [undefined, '', 'ff' + traceparent.slice(2), `00-${'0'.repeat(32)}-${PARENT}-01`, `00-${TRACE}-${'0'.repeat(16)}-01`, `${traceparent}-more`, traceparent.toUpperCase(), traceparent.slice(1)]) {
    assert.equal(remoteContext(wrong), undefined, wrong ?? 'none')
  }
})
