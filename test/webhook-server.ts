import type { AddressInfo } from 'node:net'
import { createServer } from 'node:https'
import { issueAuthority, issueCertificate } from '../src/cluster/x509.ts'

const validity = { notBefore: new Date(Date.UTC(2020, 0, 1)), notAfter: new Date(Date.UTC(2120, 0, 1)) }

/** A request that a webhook got: its path and its body. */
export interface Asked {
  readonly path: string
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: unknown
}

/** What it answers: a status and a body; nothing at all with `never`. */
export type Answer = { readonly status?: number; readonly body?: unknown; readonly text?: string; readonly headers?: Readonly<Record<string, string>> } | 'never'

/** A service over HTTPS on a free port that answers what it is told to: for webhooks and issuers. */
export async function webhookServer(answer: (asked: Asked) => Answer | Promise<Answer>) {
  const authority = await issueAuthority('webhook-ca', validity)
  const { certificate, key } = await issueCertificate({ name: 'webhook', authority: 'ca', commonName: 'webhook', usages: ['server'], ipAddresses: ['127.0.0.1'] }, authority, validity)
  const asked: Asked[] = []
  const server = createServer({ cert: certificate, key }, (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString()
      const question = { path: request.url ?? '', headers: request.headers, body: text === '' ? undefined : JSON.parse(text) as unknown }
      asked.push(question)
      void Promise.resolve(answer(question)).then(told => {
        if (told === 'never') return
        response.writeHead(told.status ?? 200, { 'content-type': 'application/json', ...told.headers })
        response.end(told.text ?? JSON.stringify(told.body ?? {}))
      })
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url, asked, authority: authority.certificate,
    /** A kubeconfig that leads to it. */
    kubeconfig: (path = '/') => JSON.stringify({
      apiVersion: 'v1', kind: 'Config', 'current-context': 'webhook', contexts: [{ name: 'webhook', context: { cluster: 'webhook', user: 'server' } }],
      clusters: [{ name: 'webhook', cluster: { server: `${url}${path}`, 'certificate-authority-data': btoa(authority.certificate) } }], users: [{ name: 'server', user: { token: 'of-the-server' } }],
    }),
    async stop() {
      server.closeAllConnections()
      await new Promise<void>(resolve => server.close(() => resolve()))
    },
  }
}
