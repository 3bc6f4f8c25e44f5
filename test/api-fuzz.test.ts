import assert from 'node:assert/strict'
import { Agent, request } from 'node:https'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { ConfigMaps } from '../src/api/core/config-map.ts'
import { Services } from '../src/api/core/service.ts'
import { encodeEnvelope, encodeProtobuf } from '../src/machinery/schema/protobuf.ts'
import { startAlone } from './api-server-alone.ts'

/** Nothing that comes in through the front door may crash the server, make it hang, or surprise it (500 "see the log"). */
const SEED = 20_260_701
const ANSWER_WITHIN_MS = 15_000
const NAMESPACE = '/api/v1/namespaces/default'

let server: Awaited<ReturnType<typeof startAlone>>
let agent: Agent
before(async () => {
  server = await startAlone()
  agent = new Agent({ keepAlive: true, cert: server.admin.certificate, key: server.admin.key, ca: server.authority.certificate })
  await send('POST', `${NAMESPACE}/serviceaccounts`, JSON.stringify({ metadata: { name: 'default' }, automountServiceAccountToken: false }), { 'content-type': 'application/json' })
})
after(async () => {
  agent.destroy()
  await server.stop()
})

interface Answer {
  status: number
  text: string
}

function send(method: string, path: string, body?: string | Uint8Array, headers: Record<string, string> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port: server.port, method, path: path.replaceAll(' ', '%20'), headers: { ...headers, ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }) }, agent, timeout: ANSWER_WITHIN_MS }, response => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => { text += chunk })
      response.on('end', () => resolve({ status: response.statusCode!, text }))
    })
    sent.on('timeout', () => sent.destroy(new Error(`no answer to ${method} ${path}`)))
    sent.on('error', reject)
    sent.end(body)
  })
}

function assertForeseen({ status, text }: Answer, what: string): void {
  assert.ok(status >= 200 && status < 600, what)
  assert.ok(!text.includes('see the log of the API server'), `${what}: ${text}`)
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined, what)
  assert.deepEqual(Object.keys(Object.prototype), [], what)
}

const kinds: readonly { path: string; object: object }[] = [
  { path: `${NAMESPACE}/configmaps`, object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'fuzz', labels: { a: 'b' } }, data: { k: 'v' }, binaryData: { b: 'AA==' } } },
  { path: `${NAMESPACE}/pods`, object: { metadata: { name: 'fuzz' }, spec: { containers: [{ name: 'c', image: 'i', resources: { limits: { cpu: '1' } }, ports: [{ containerPort: 80 }] }], volumes: [{ name: 'v', emptyDir: {} }] } } },
  { path: '/apis/apps/v1/namespaces/default/deployments', object: { metadata: { name: 'fuzz' }, spec: { replicas: 1, selector: { matchLabels: { a: 'b' } }, template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } } } } },
  { path: `${NAMESPACE}/services`, object: { metadata: { name: 'fuzz' }, spec: { selector: { a: 'b' }, ports: [{ port: 80, targetPort: 'http' }], type: 'NodePort' } } },
  { path: '/apis/events.k8s.io/v1/namespaces/default/events', object: { metadata: { name: 'fuzz' }, eventTime: '2024-01-01T00:00:00.000000Z', action: 'a', reason: 'r', type: 'Normal', reportingController: 'c', reportingInstance: 'i', regarding: { namespace: 'default' } } },
  { path: '/apis/networking.k8s.io/v1/namespaces/default/ingresses', object: { metadata: { name: 'fuzz' }, spec: { rules: [{ host: 'a.b', http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 's', port: { number: 80 } } } }] } }] } } },
]

const odd = fc.oneof(
  fc.constantFrom<unknown>(null, '', 0, -1, 1e400, 1.5, 2 ** 53, true, [], {}, [null], [[]], 'x'.repeat(300), '\u0000', '\ud800', '__proto__', '9223372036854775808', '1Ki', '-', '../..', { constructor: { prototype: { polluted: 1 } } }),
  fc.jsonValue({ maxDepth: 3 }),
)
const protoText = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'

/** Every place in a value, as paths. */
function placesIn(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [path]
  const keys = Array.isArray(value) ? value.map((_, index) => index) : Object.keys(value)
  return [path, ...keys.flatMap(key => placesIn((value as Record<string | number, unknown>)[key], [...path, key]))]
}

function replaced(value: unknown, [key, ...rest]: readonly (string | number)[], by: unknown): unknown {
  if (key === undefined) return by
  if (Array.isArray(value)) return value.map((item, index) => (index === key ? replaced(item, rest, by) : item))
  return { ...(value as object), [key]: replaced((value as Record<string, unknown>)[key], rest, by) }
}

const broken = fc.constantFrom(...kinds).chain(({ path, object }) =>
  fc.array(fc.tuple(fc.constantFrom(...placesIn(object)), odd), { minLength: 1, maxLength: 3 }).map(changes => {
    const value = changes.reduce<unknown>((whole, [place, by]) => {
      try {
        return replaced(whole, place, by)
      } catch {
        return whole
      }
    }, object)
    return { path, text: JSON.stringify(value) ?? 'null' }
  }))

const runs = (numRuns: number) => ({ seed: SEED, numRuns })

test('objects that are broken in one place or three', async () => {
  await fc.assert(fc.asyncProperty(broken, fc.constantFrom('', '?fieldValidation=Strict', '?dryRun=All'), async ({ path, text }, query) => {
    assertForeseen(await send('POST', path + query, text, { 'content-type': 'application/json' }), `POST ${path} ${text}`)
    assertForeseen(await send('PUT', `${path}/fuzz${query}`, text, { 'content-type': 'application/json' }), `PUT ${path} ${text}`)
    await send('DELETE', `${path}/fuzz?gracePeriodSeconds=0`)
  }), runs(400))
})

test('patches of every type, fitting and not', async () => {
  const types = ['application/json-patch+json', 'application/merge-patch+json', 'application/strategic-merge-patch+json', 'application/apply-patch+yaml']
  const directives = fc.constantFrom<unknown>(
    { $patch: 'delete' }, { $patch: 'replace' }, { $patch: 'nope' }, { $retainKeys: ['x'] }, { spec: { $setElementOrder: 1 } }, { 'metadata': { '$deleteFromPrimitiveList/finalizers': ['x'] } },
    { metadata: { managedFields: [{}] } }, { metadata: null }, { spec: { '$setElementOrder/ports': [{ port: 1 }], ports: [{ $patch: 'delete', port: 80 }] } },
  )
  const operation = fc.record({
    op: fc.constantFrom<unknown>('add', 'remove', 'replace', 'move', 'copy', 'test', 'nope', 1, null),
    path: fc.constantFrom<unknown>('', '/', '/metadata', '/metadata/labels/__proto__', '/__proto__/polluted', '/constructor/prototype/polluted', '/spec/ports/-', '/spec/ports/01', '/spec/ports/-1', '/spec/ports/99999999999', '/a~2b', 1, null),
    from: fc.constantFrom<unknown>('/spec', '', '/metadata/name', '/nope', 1), value: odd,
  }, { requiredKeys: ['op'] })
  for (const { path, object } of kinds) await send('POST', path, JSON.stringify(object), { 'content-type': 'application/json' })
  await fc.assert(fc.asyncProperty(fc.constantFrom(...kinds), fc.constantFrom(...types), fc.oneof(directives, odd, fc.array(operation, { maxLength: 4 }), broken.map(({ text }) => JSON.parse(text) as unknown)), async ({ path }, type, patch) => {
    const text = JSON.stringify(patch) ?? 'null'
    assertForeseen(await send('PATCH', `${path}/fuzz?fieldManager=f&dryRun=All`, text, { 'content-type': type }), `PATCH ${type} ${path} ${text}`)
  }), runs(800))
  for (const type of types) for (const { path } of kinds) assertForeseen(await send('PATCH', `${path}/fuzz?fieldManager=f`, protoText, { 'content-type': type }), `${type} ${protoText}`)
})

test('texts that are no JSON, YAML or protobuf', async () => {
  const types = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf', 'application/json-patch+json', 'application/apply-patch+yaml', 'nope/nope', '']
  const piece = fc.constantFrom('{', '}', '[', ']', ':', ',', '"', '\\u', '&a', '*a', '- ', '? ', '!!binary ', '|\n', '>-\n', '\t', '\n', '---\n', '%YAML 9\n', '<<: ', 'metadata', 'a', '1e9', '0x', '\u0000', 'k8s\u0000', '\uFEFF')
  const text = fc.oneof(fc.array(piece, { maxLength: 30 }).map(pieces => pieces.join('')), fc.string())
  await fc.assert(fc.asyncProperty(text, fc.constantFrom(...types), fc.constantFrom('POST', 'PUT', 'PATCH', 'DELETE'), async (body, type, method) => {
    const path = `${NAMESPACE}/configmaps${method === 'POST' ? '' : '/none'}`
    assertForeseen(await send(method, path, body, type ? { 'content-type': type } : {}), `${method} ${type} ${JSON.stringify(body)}`)
  }), runs(300))
})

test('protobuf with bytes changed, left out and put in', async () => {
  const bodies = [[kinds[0]!, ConfigMaps.schema], [kinds[3]!, Services.schema]] as const
  const samples = bodies.map(([{ path, object }, schema]) => ({ path, bytes: encodeEnvelope({ apiVersion: 'v1', kind: path.endsWith('configmaps') ? 'ConfigMap' : 'Service', raw: encodeProtobuf(schema as never, object as never) }) }))
  await fc.assert(fc.asyncProperty(fc.constantFrom(...samples), fc.array(fc.tuple(fc.nat(1000), fc.nat(255), fc.nat(2)), { minLength: 1, maxLength: 6 }), async ({ path, bytes }, changes) => {
    const changed = [...bytes]
    for (const [at, byte, how] of changes) changed.splice(at % changed.length, how === 0 ? 0 : 1, ...(how === 2 ? [] : [byte]))
    assertForeseen(await send('POST', `${path}?dryRun=All`, Uint8Array.from(changed), { 'content-type': 'application/vnd.kubernetes.protobuf' }), `protobuf ${changed.join()}`)
  }), runs(250))
})

test('paths and queries that try tricks', async () => {
  const segment = fc.constantFrom('api', 'apis', 'v1', 'apps', 'namespaces', 'default', 'pods', 'configmaps', 'a', '..', '.', '', '%2e%2e', '%2f', '%00', '%', '%zz', '%E0%A4', '__proto__', 'constructor', 'watch', 'proxy', 'status', 'scale', 'log', 'openapi', 'v3', 'healthz', '*')
  const parameter = fc.tuple(
    fc.constantFrom('limit', 'continue', 'watch', 'resourceVersion', 'resourceVersionMatch', 'labelSelector', 'fieldSelector', 'timeoutSeconds', 'timeout', 'pretty', 'dryRun', 'sendInitialEvents', '__proto__'),
    fc.constantFrom('', '0', '-1', '1', 'true', 'x', '99999999999999999999', 'a=b', 'a in (', '!', 'metadata.name=', '%', ';', 'eyJ2IjoibWV0YSJ9', 'All', '1ms'),
  ).map(pair => pair.join('='))
  await fc.assert(fc.asyncProperty(fc.array(segment, { maxLength: 8 }), fc.array(parameter, { maxLength: 3 }), fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'), async (segments, parameters, method) => {
    const watches = parameters.some(each => /^watch=(?!0|$|-)/.test(each)) || segments.includes('watch')
    const path = `/${segments.join('/')}?${[...parameters, ...(watches ? ['timeoutSeconds=1'] : [])].join('&')}`
    // A watch lasts as long as it says: its first answer is enough.
    if (watches) return
    assertForeseen(await send(method, path), `${method} ${path}`)
  }), runs(400))
})
