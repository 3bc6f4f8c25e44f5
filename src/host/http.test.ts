import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect as connectHttp2 } from 'node:http2'
import { after, before, describe, test } from 'node:test'
import { callHttp, clientCertificate, serveHttp, upgradeHttp, type HttpHandler, type TlsOptions, type TlsSocket } from './http.ts'

/** Certificates made by openssl: an authority, its server and client, and a client of another authority. */
function certificates(): { directory: string; file(name: string): string } {
  const directory = mkdtempSync('/tmp/k8ts-tls-')
  const openssl = (...args: string[]): void => void execFileSync('openssl', args, { cwd: directory, stdio: 'pipe' })
  const authority = (name: string): void =>
    openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.crt`)
  const issue = (name: string, subject: string, by: string): void => {
    openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', subject, '-keyout', `${name}.key`, '-out', `${name}.csr`)
    writeFileSync(`${directory}/ext`, 'subjectAltName=DNS:localhost,IP:127.0.0.1\n')
    openssl('x509', '-req', '-in', `${name}.csr`, '-CA', `${by}.crt`, '-CAkey', `${by}.key`, '-CAcreateserial', '-days', '2', '-extfile', 'ext', '-out', `${name}.crt`)
  }
  authority('ca')
  authority('other')
  issue('server', '/CN=server', 'ca')
  issue('renewed', '/CN=renewed', 'ca')
  issue('client', '/O=system:masters/O=dev/CN=admin', 'ca')
  issue('stranger', '/CN=stranger', 'other')
  return { directory, file: name => readFileSync(`${directory}/${name}`, 'utf8') }
}

/** Says who asks, and by which protocol. */
const whoAreYou: HttpHandler = (request, response) => {
  const subject = clientCertificate(request.socket as TlsSocket)
  response.end(`${request.httpVersion} ${subject ? `${subject.commonName} ${subject.organizations.join('+')}` : 'anonymous'}`)
}

describe('HTTPS', () => {
  let pki: ReturnType<typeof certificates>
  let tls: TlsOptions
  before(() => {
    pki = certificates()
    tls = { cert: pki.file('server.crt'), key: pki.file('server.key'), clientCa: [pki.file('ca.crt')] }
  })
  after(() => rmSync(pki.directory, { recursive: true }))
  const as = (name?: string) => ({ ca: pki.file('ca.crt'), ...(name && { cert: pki.file(`${name}.crt`), key: pki.file(`${name}.key`) }) })

  test('one port speaks HTTP/1.1 and HTTP/2 and knows clients by certificate', async () => {
    const server = await serveHttp({ tls, handler: whoAreYou })
    const url = `https://127.0.0.1:${server.port}/`
    const ask = async (name?: string) => (await callHttp(url, { tls: as(name) })).text()
    assert.deepEqual([await ask('client'), await ask(), await ask('stranger')], ['1.1 admin system:masters+dev', '1.1 anonymous', '1.1 anonymous'])
    const session = connectHttp2(url, as('client'))
    const stream = session.request({ ':path': '/' })
    let text = ''
    for await (const chunk of stream) text += String(chunk)
    assert.equal(text, '2.0 admin system:masters+dev')
    session.close()
    await server.close()
  })

  test('a renewed certificate holds for new connections', async () => {
    const server = await serveHttp({ tls, handler: whoAreYou })
    server.renew({ ...tls, cert: pki.file('renewed.crt'), key: pki.file('renewed.key') })
    const session = connectHttp2(`https://127.0.0.1:${server.port}/`, as())
    await new Promise(resolve => session.once('connect', resolve))
    assert.equal((session.socket as unknown as { getPeerCertificate(): { subject: { CN: string } } }).getPeerCertificate().subject.CN, 'renewed')
    session.destroy()
    await server.close()
  })

  test('upgrades work over TLS, from which HTTP/2 is kept away by asking for HTTP/1.1', async () => {
    const server = await serveHttp({
      tls, handler: whoAreYou,
      onUpgrade: (request, socket) => void socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Who: ${clientCertificate(request.socket as TlsSocket)?.commonName}\r\n\r\n`),
    })
    const upgraded = await upgradeHttp(`https://127.0.0.1:${server.port}/`, { method: 'POST', headers: { Connection: 'Upgrade', Upgrade: 'SPDY/3.1' }, tls: as('client') })
    assert.deepEqual([upgraded.status, upgraded.headers['x-who']], [101, 'admin'])
    await server.close()
    assert.ok(upgraded.socket)
    upgraded.socket.on('error', () => {})
    upgraded.socket.destroy()
  })

  test('closing lets answers under way end within the grace, and cuts the rest', async () => {
    const server = await serveHttp({
      tls,
      handler: (request, response) => {
        response.write('begun')
        if (request.url === '/ends') setTimeout(() => response.end(' ended'), 100)
      },
    })
    const session = connectHttp2(`https://127.0.0.1:${server.port}/`, as())
    session.on('error', () => {})
    const read = async (path: string): Promise<string> => {
      let text = ''
      try {
        for await (const chunk of session.request({ ':path': path })) text += String(chunk)
      } catch {
        text += ' cut'
      }
      return text
    }
    const [ends, never] = [read('/ends'), read('/never')]
    await new Promise(resolve => setTimeout(resolve, 50))
    const startMs = performance.now()
    await server.close(400)
    assert.ok(performance.now() - startMs < 2000)
    assert.equal(await ends, 'begun ended')
    assert.match(await never, /^begun/)
  })

  test('what is not HTTP, and what is not TLS, harms nobody', async () => {
    const server = await serveHttp({ tls, handler: whoAreYou })
    await assert.rejects(callHttp(`http://127.0.0.1:${server.port}/`, { timeoutMs: 1000 }))
    await assert.rejects(callHttp(`https://127.0.0.1:${server.port}/`, {}), /self-signed certificate|unable to (verify|get)/)
    assert.equal(await (await callHttp(`https://127.0.0.1:${server.port}/`, { tls: as() })).text(), '1.1 anonymous')
    await server.close()
  })
})
