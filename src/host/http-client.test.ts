import assert from 'node:assert/strict'
import { test } from 'node:test'
import { httpClient } from './http-client.ts'
import { serveHttp } from './http.ts'

const textOf = async (body: AsyncIterable<Uint8Array>): Promise<string> => {
  let text = ''
  for await (const chunk of body) text += Buffer.from(chunk).toString()
  return text
}

test('speaks HTTP/1.1 to a plain server, streams bodies, ends when aborted', async () => {
  const server = await serveHttp({
    handler: (request, response) => {
      if (request.url === '/slow') {
        response.writeHead(200)
        ;(response as { write(text: string): void }).write('first')
        return
      }
      let body = ''
      request.on('data', chunk => (body += chunk))
      request.on('end', () => { response.writeHead(201, { 'x-auth': request.headers.authorization ?? '' }); response.end(`${request.method} ${request.url} ${body}`) })
    },
  })
  const client = httpClient({ server: `http://127.0.0.1:${server.port}`, token: () => 'secret' })
  try {
    const answer = await client.send({ method: 'POST', path: '/a?b=c', headers: {}, body: 'ü' })
    assert.equal(answer.status, 201)
    assert.equal(answer.headers['x-auth'], 'Bearer secret')
    assert.equal(await textOf(answer.body), 'POST /a?b=c ü')
    const stop = new AbortController()
    const slow = await client.send({ method: 'GET', path: '/slow', headers: {}, signal: stop.signal })
    await assert.rejects(async () => {
      for await (const chunk of slow.body) { assert.equal(Buffer.from(chunk).toString(), 'first'); stop.abort() }
    })
  } finally {
    client.close()
    await server.close()
  }
})

test('a server that is not there is an error, and the next request tries again', async () => {
  const server = await serveHttp({ handler: (_request, response) => response.end('ok') })
  await server.close()
  const client = httpClient({ server: `https://127.0.0.1:${server.port}`, insecure: true })
  await assert.rejects(client.send({ method: 'GET', path: '/', headers: {} }), /ECONNREFUSED/)
  await assert.rejects(client.send({ method: 'GET', path: '/', headers: {} }), /ECONNREFUSED/)
  client.close()
})
