import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:http2'
import { request } from 'node:https'
import { after, before, test } from 'node:test'
import { connect as connectTls } from 'node:tls'
import { startAlone } from './api-server-alone.ts'

let server: Awaited<ReturnType<typeof startAlone>>
before(async () => { server = await startAlone() })
after(async () => server.stop())

const configMaps = '/api/v1/namespaces/default/configmaps'
const identity = () => ({ cert: server.admin.certificate, key: server.admin.key, ca: server.authority.certificate })
const options = (path: string, method = 'GET') => ({ host: '127.0.0.1', port: server.port, path, method, agent: false as const, ...identity() })

async function get(path: string, headers: Record<string, string> = {}): Promise<{ status: number; text: string }> {
  const sent = request({ ...options(path), headers })
  sent.end()
  const [response] = await once(sent, 'response') as [import('node:http').IncomingMessage]
  let text = ''
  for await (const chunk of response) text += String(chunk)
  return { status: response.statusCode!, text }
}

test('a body that does not come is not waited for beyond the time that the request has', async () => {
  const sent = request({ ...options(`${configMaps}?timeout=300ms`, 'POST'), headers: { 'content-type': 'application/json', 'content-length': '100' } })
  sent.on('error', () => {})
  sent.write('{')
  const [response] = await once(sent, 'response') as [import('node:http').IncomingMessage]
  let text = ''
  for await (const chunk of response) text += String(chunk)
  const told = JSON.parse(text) as { reason: string; message: string }
  assert.deepEqual([response.statusCode, told.reason, told.message], [504, 'Timeout', 'Timeout: request did not complete within the allotted timeout'])
  sent.destroy()
})

test('a time that is none is refused', async () => {
  assert.equal((await get(`${configMaps}?timeout=soon`)).status, 400)
  assert.equal((await get(`${configMaps}?timeout=0s`)).status, 200)
})

test('long selectors and many headers come through on HTTP/1.1 and HTTP/2', async () => {
  const selector = encodeURIComponent(`a in (${Array.from({ length: 4_000 }, (_, index) => `v${index}`).join(',')})`)
  const headers = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`x-padding-${index}`, 'y'.repeat(100)]))
  assert.equal((await get(`${configMaps}?labelSelector=${selector}`, headers)).status, 200)
  const session = connect(`https://127.0.0.1:${server.port}`, { ...identity(), maxSendHeaderBlockLength: 1 << 20 })
  const stream = session.request({ ':path': `${configMaps}?labelSelector=${selector}`, ...headers })
  const [answer] = await once(stream, 'response') as [Record<string, unknown>]
  stream.resume()
  assert.equal(answer[':status'], 200)
  session.close()
})

test('a client that breaks off in the middle of its request harms nobody', async () => {
  for (const text of ['', 'GET', `GET ${configMaps} HTTP/1.1\r\nHost: x\r\n`, `POST ${configMaps} HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{`, '\u0000\u0001\u0002', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nrubbish']) {
    const socket = connectTls({ host: '127.0.0.1', port: server.port, ...identity() })
    socket.on('error', () => {})
    await once(socket, 'secureConnect')
    socket.write(text)
    socket.destroy()
  }
  assert.equal((await get('/healthz')).text, 'ok')
})

test('a client that does not read is not waited for by the others', async () => {
  const large = 'x'.repeat(900_000)
  for (const index of [1, 2, 3]) {
    const sent = request({ ...options(configMaps, 'POST'), headers: { 'content-type': 'application/json' } })
    sent.end(JSON.stringify({ metadata: { name: `large-${index}` }, data: { large } }))
    const [response] = await once(sent, 'response') as [import('node:http').IncomingMessage]
    response.resume()
    assert.equal(response.statusCode, 201)
  }
  const slow = request(options(`${configMaps}?timeout=500ms`))
  slow.on('error', () => {})
  slow.end()
  const [stuck] = await once(slow, 'response') as [import('node:http').IncomingMessage]
  stuck.pause()
  stuck.on('error', () => {})
  assert.equal((await get('/healthz')).text, 'ok')
  slow.destroy()
})

test('watches end cleanly when the server stops', async () => {
  const own = await startAlone()
  const secrets = { cert: own.admin.certificate, key: own.admin.key, ca: own.authority.certificate }
  const sent = request({ host: '127.0.0.1', port: own.port, path: `${configMaps}?watch=1`, agent: false, ...secrets })
  sent.end()
  const [first] = await once(sent, 'response') as [import('node:http').IncomingMessage]
  const session = connect(`https://127.0.0.1:${own.port}`, secrets)
  const stream = session.request({ ':path': `${configMaps}?watch=1` })
  await once(stream, 'response')
  first.resume()
  stream.resume()
  const ends = Promise.all([once(first, 'end'), once(stream, 'end'), once(session, 'goaway')])
  const stopped = own.stop()
  await ends
  assert.equal(first.complete, true)
  await stopped
})

test('a watch behind another request on the same connection, and one of a client that knows no chunks', async () => {
  const create = async (name: string): Promise<void> => {
    const sent = request({ ...options(configMaps, 'POST'), headers: { 'content-type': 'application/json' } })
    sent.end(JSON.stringify({ metadata: { name } }))
    const [response] = await once(sent, 'response') as [import('node:http').IncomingMessage]
    response.resume()
    assert.equal(response.statusCode, 201)
  }
  const watch = (version: string): string => `GET ${configMaps}?watch=1&resourceVersion=0&fieldSelector=metadata.name%3Dlater-${version.replace('.', '')} HTTP/${version}\r\nHost: x\r\n\r\n`
  const heard = async (text: string, wanted: RegExp, then: () => Promise<void>): Promise<string> => {
    const socket = connectTls({ host: '127.0.0.1', port: server.port, ALPNProtocols: ['http/1.1'], ...identity() })
    await once(socket, 'secureConnect')
    let answer = ''
    const found = new Promise<void>(resolve => socket.on('data', (data: Buffer) => {
      answer += data.toString()
      if (wanted.test(answer)) resolve()
    }))
    socket.write(text)
    const answers = text.split('GET ').length - 1
    while (answer.split('200 OK').length - 1 < answers) await new Promise(resolve => setTimeout(resolve, 10))
    await then()
    await found
    socket.destroy()
    return answer
  }
  const piped = await heard(`GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n${watch('1.1')}`, /"later-11"[^]*\}\n\r\n$/, () => create('later-11'))
  assert.match(piped, /\r\n\r\nok[^]*transfer-encoding: chunked/i)
  assert.match(piped, /\r\n\r\n[0-9a-f]+\r\n\{"type":"ADDED"/)
  const old = await heard(watch('1.0'), /"later-10"[^]*\}\n$/, () => create('later-10'))
  assert.match(old, /\r\n\r\n\{"type":"ADDED"/)
  assert.doesNotMatch(old, /transfer-encoding/i)
})
