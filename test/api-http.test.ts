import assert from 'node:assert/strict'
import { connect, type ClientHttp2Session } from 'node:http2'
import { request } from 'node:https'
import { after, before, test } from 'node:test'
import { WebSocket } from 'ws'
import { startAlone } from './api-server-alone.ts'

let server: Awaited<ReturnType<typeof startAlone>>
before(async () => { server = await startAlone() })
after(async () => server.stop())

const tls = () => ({ cert: server.admin.certificate, key: server.admin.key, ca: server.authority.certificate })

interface Answer {
  status: number
  headers: Record<string, unknown>
  text: string
}

function call(method: string, path: string, body?: string, headers: Record<string, string> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port: server.port, method, path, headers: { 'content-type': 'application/json', ...headers }, agent: false, ...tls() }, response => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => { text += chunk })
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, text }))
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

const configMap = (name: string, data = {}) => JSON.stringify({ metadata: { name }, data })
const configMaps = '/api/v1/namespaces/default/configmaps'

test('HTTP/1.1 and HTTP/2 are served on one port', async () => {
  assert.equal((await call('POST', configMaps, configMap('a', { k: '1' }))).status, 201)
  const session: ClientHttp2Session = connect(`https://127.0.0.1:${server.port}`, tls())
  const stream = session.request({ ':path': `${configMaps}/a`, accept: 'application/json' })
  let text = ''
  stream.setEncoding('utf8')
  for await (const chunk of stream) text += chunk as string
  assert.equal((JSON.parse(text) as { data: { k: string } }).data.k, '1')
  session.close()
})

test('a list is the same in JSON, YAML, protobuf, as a table and gzip is not forced on anybody', async () => {
  for (const [accept, type] of [['application/json', 'application/json'], ['application/yaml', 'application/yaml'], ['application/vnd.kubernetes.protobuf', 'application/vnd.kubernetes.protobuf']]) {
    const answer = await call('GET', configMaps, undefined, { accept: accept! })
    assert.equal(answer.status, 200)
    assert.equal(answer.headers['content-type'], type)
  }
  const table = JSON.parse((await call('GET', configMaps, undefined, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' })).text) as { kind: string; rows: unknown[] }
  assert.equal(table.kind, 'Table')
  const review = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: { nonResourceAttributes: { path: '/', verb: 'get' } } }
  const asTable = await call('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', JSON.stringify(review), { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' })
  assert.equal(asTable.status, 406, 'a review has no columns')
  assert.ok(table.rows.length > 0)
})

test('malformed bodies are refused with a Status, never with a crash', async () => {
  for (const body of ['', '{', '[]', '"x"', '{"metadata":{"name":1}}', '{"metadata":"x"}', '{"__proto__":{"name":"x"}}', '\u0000']) {
    const answer = await call('POST', configMaps, body)
    assert.ok(answer.status >= 400 && answer.status < 500, `${body}: ${answer.status}`)
    assert.equal((JSON.parse(answer.text) as { kind: string }).kind, 'Status')
  }
  assert.equal((await call('POST', configMaps, 'x'.repeat(3 * 1024 * 1024 + 1))).status, 413)
  assert.equal((await call('POST', configMaps, 'x', { 'content-type': 'text/plain' })).status, 415)
})

test('a watch comes over WebSocket too', async () => {
  const socket = new WebSocket(`wss://127.0.0.1:${server.port}${configMaps}?watch=1&fieldSelector=metadata.name%3Dws`, tls())
  const first = new Promise<string>((resolve, reject) => {
    socket.once('message', data => resolve(String(data)))
    socket.once('error', reject)
  })
  await new Promise(resolve => socket.once('open', resolve))
  await call('POST', configMaps, configMap('ws'))
  const event = JSON.parse(await first) as { type: string; object: { metadata: { name: string } } }
  assert.equal(event.type, 'ADDED')
  assert.equal(event.object.metadata.name, 'ws')
  socket.close()
})

test('who may not is refused, and who is not known is anonymous', async () => {
  const answer = await call('GET', configMaps, undefined, { 'impersonate-user': 'alice' })
  assert.equal(answer.status, 403)
  const anonymous = await call('GET', '/api', undefined, { authorization: 'Bearer nonsense', 'impersonate-user': 'system:anonymous' })
  assert.ok(anonymous.status === 403 || anonymous.status === 401)
})
