import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { connect, constants, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2'
import { Agent, request } from 'node:https'
import { after, before, test } from 'node:test'
import { connect as connectTls } from 'node:tls'
import { StatusError } from '../src/machinery/status.ts'
import { memoryStorage } from '../src/storage/memory.ts'
import type { Storage } from '../src/storage/storage.ts'
import { startAlone } from './api-server-alone.ts'

type Alone = Awaited<ReturnType<typeof startAlone>>
let server: Alone
before(async () => { server = await startAlone() })
after(async () => server.stop())

const configMaps = '/api/v1/namespaces/default/configmaps'
const identity = (own = server) => ({ cert: own.admin.certificate, key: own.admin.key, ca: own.authority.certificate })

async function ask(own: Alone, method: string, path: string, { body, agent }: { body?: unknown; agent?: Agent } = {}) {
  const headers = body === undefined ? {} : { 'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json' }
  const sent = request({ host: '127.0.0.1', port: own.port, path, method, agent: agent ?? false, headers, ...identity(own) })
  sent.end(body === undefined ? undefined : JSON.stringify(body))
  const [response] = await once(sent, 'response') as [IncomingMessage]
  let text = ''
  for await (const chunk of response) text += String(chunk)
  return { status: response.statusCode!, text, headers: response.headers }
}
const configMap = (name: string, value = '') => ({ metadata: { name }, data: { value } })

const metric = async (own: Alone, name: string): Promise<number> =>
  (await ask(own, 'GET', '/metrics')).text.split('\n').filter(line => line.startsWith(name)).reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)

/** Waits for what a counter of the server's should come to. */
async function until(wanted: (value: number) => boolean, value: () => Promise<number>): Promise<void> {
  for (let round = 0; round < 100; round++) {
    if (wanted(await value())) return
    await new Promise(resolve => setTimeout(resolve, 50))
  }
  assert.fail('it did not come to that')
}

const http2 = (own = server): ClientHttp2Session => connect(`https://127.0.0.1:${own.port}`, identity(own))

async function opened(session: ClientHttp2Session, path: string): Promise<ClientHttp2Stream> {
  const stream = session.request({ ':path': path })
  await once(stream, 'response')
  return stream
}

test('a watcher that does not read is cut off, and the others hear everything', async () => {
  await ask(server, 'POST', configMaps, { body: configMap('told') })
  const watched = `${configMaps}?watch=1&resourceVersion=0&fieldSelector=metadata.name%3Dtold`
  const [slow, session] = [connectTls({ host: '127.0.0.1', port: server.port, ALPNProtocols: ['http/1.1'], ...identity() }), http2()]
  await once(slow, 'secureConnect')
  slow.on('error', () => {})
  slow.write(`GET ${watched} HTTP/1.1\r\nHost: x\r\n\r\n`)
  await once(slow, 'data')
  slow.pause()
  const [stuck, reading] = [await opened(session, watched), await opened(session, watched)]
  stuck.on('error', () => {})
  stuck.pause()
  let heard = 0
  reading.on('data', (chunk: Buffer) => { heard += chunk.toString().split('}\n').length - 1 })
  const watches = () => metric(server, 'apiserver_longrunning_requests')
  await until(count => count === 3, watches)
  const agent = new Agent({ keepAlive: true, ...identity() })
  // The first ones fill what the kernel and the connection hold, the rest the queue of events.
  for (let round = 0; round < 30; round++) await ask(server, 'PATCH', `${configMaps}/told`, { body: { data: { value: String(round).padEnd(900_000, 'x') } }, agent })
  for (let round = 0; round < 1_100; round++) await ask(server, 'PATCH', `${configMaps}/told`, { body: { data: { value: String(round) } }, agent })
  await until(count => count === 1, watches)
  await until(count => count === 1, async () => Number(heard === 1 + 30 + 1_100))
  agent.destroy()
  for (const each of [slow, session]) each.destroy()
  await until(count => count === 0, watches)
})

test('streams that are opened and reset at once harm nobody', async () => {
  const session = http2()
  session.on('error', () => {})
  for (let round = 0; round < 3_000 && !session.destroyed && !session.closed; round++) {
    const stream = session.request({ ':path': `${configMaps}?limit=1` })
    stream.on('error', () => {})
    stream.close(constants.NGHTTP2_CANCEL)
    if (round % 100 === 0) await new Promise(resolve => setImmediate(resolve))
  }
  assert.equal((await ask(server, 'GET', '/readyz')).status, 200)
  session.destroy()
  await until(count => count <= 1, () => metric(server, 'apiserver_current_inflight_requests'))
})

test('a flood of connections and of streams is answered to the last', async () => {
  const agents = Array.from({ length: 200 }, () => new Agent({ keepAlive: true, maxSockets: 1 }))
  const session = http2()
  const over2 = Array.from({ length: 800 }, async () => {
    const stream = session.request({ ':path': `${configMaps}/none` })
    const [headers] = await once(stream, 'response') as [Record<string, unknown>]
    stream.resume()
    return headers[':status'] as number
  })
  const over1 = agents.flatMap(agent => Array.from({ length: 3 }, async () => (await ask(server, 'GET', `${configMaps}/none`, { agent })).status))
  const answers = await Promise.all([...over1, ...over2])
  assert.deepEqual([...new Set(answers)], [404])
  for (const agent of agents) agent.destroy()
  session.close()
})

test('what the storage cannot do is a clean failure, and a server that is not ready until it can again', async () => {
  let isBroken = false
  const own = await startAlone(parts => breakable(memoryStorage(parts), () => isBroken))
  assert.equal((await ask(own, 'POST', configMaps, { body: configMap('a') })).status, 201)
  isBroken = true
  for (const [method, path, body] of [['GET', `${configMaps}/a`], ['GET', configMaps], ['POST', configMaps, configMap('b')], ['PATCH', `${configMaps}/a`, { data: {} }], ['DELETE', `${configMaps}/a`]] as const) {
    const { status, text } = await ask(own, method, path, { body })
    assert.equal(status, 503, `${method} ${path}`)
    assert.equal((JSON.parse(text) as { kind: string }).kind, 'Status')
  }
  for (const path of ['/readyz', '/livez']) assert.equal((await ask(own, 'GET', path)).status, 500, path)
  isBroken = false
  for (const path of ['/readyz', '/livez', `${configMaps}/a`]) assert.equal((await ask(own, 'GET', path)).status, 200, path)
  assert.equal((await ask(own, 'GET', `${configMaps}/b`)).status, 404, 'nothing was written while it said that it could not')
  await own.stop()
})

/** A storage whose commits and questions about the truth fail when they are told to. */
function breakable(storage: Storage, isBroken: () => boolean): Storage {
  const guard = <T>(work: () => T): T => {
    if (isBroken()) throw new StatusError('ServiceUnavailable', 'the disk is gone')
    return work()
  }
  return new Proxy(storage, {
    get(target, name) {
      if (name === 'commit') return async (transaction: Parameters<Storage['commit']>[0]) => guard(() => target.commit(transaction))
      if (name === 'currentRevision') return () => guard(() => target.currentRevision())
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(target) : value
    },
  })
}

test('a server that goes says so first, serves on for a while, and lets its clients finish', async () => {
  const own = await startAlone(memoryStorage, { shutdownDelayMs: 600 })
  const session = http2(own)
  const watch = await opened(session, `${configMaps}?watch=1`)
  watch.resume()
  const goaway = once(session, 'goaway')
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  assert.equal((await ask(own, 'GET', '/readyz', { agent })).status, 200)
  // A request whose body comes late is under way when the listening ends.
  const late = request({ host: '127.0.0.1', port: own.port, path: configMaps, method: 'POST', agent: false, headers: { 'content-type': 'application/json' }, ...identity(own) })
  late.write('{"metadata":')
  const stopped = own.stop()
  const notReady = await ask(own, 'GET', '/readyz?verbose', { agent })
  assert.equal(notReady.status, 500)
  assert.match(notReady.text, /\[-\]shutdown failed/)
  assert.equal((await ask(own, 'GET', '/livez', { agent })).status, 200)
  const served = await ask(own, 'POST', configMaps, { body: configMap('meanwhile'), agent })
  assert.deepEqual([served.status, served.headers.connection], [201, 'keep-alive'])
  await Promise.all([once(watch, 'end'), goaway])
  late.end('{"name":"late"}}')
  const [answer] = await once(late, 'response') as [IncomingMessage]
  assert.deepEqual([answer.statusCode, answer.headers.connection], [201, 'close'])
  answer.resume()
  agent.destroy()
  await stopped
})
