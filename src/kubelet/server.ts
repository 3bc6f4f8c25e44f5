import { serveHttp, type HttpRequest, type HttpResponse, type HttpServer } from '../host/http.ts'
import { errorMessage } from '../machinery/log.ts'
import { StatusError } from '../machinery/status.ts'
import { authorize } from './server/authorize.ts'
import { serveLogs } from './server/container-logs.ts'
import type { ServerDeps } from './server/deps.ts'
import { resourceMetrics, statsSummary } from './server/stats.ts'
import { serveAttach, serveExec, servePortForward, type UpgradeRequest } from './server/streams.ts'

type Route = (deps: ServerDeps, parts: readonly string[], query: URLSearchParams, response: HttpResponse) => Promise<void>

const reply = (response: HttpResponse, type: string, body: string): void => {
  response.writeHead(200, { 'Content-Type': type })
  response.end(body)
}

/** What is answered, by the first part of the path. One new page = one line here. */
const routes: Readonly<Record<string, Route>> = {
  healthz: async (_deps, _parts, _query, response) => reply(response, 'text/plain', 'ok'),
  pods: async ({ workers }, _parts, _query, response) =>
    reply(response, 'application/json', JSON.stringify({ kind: 'PodList', apiVersion: 'v1', metadata: {}, items: [...workers.values()].map(({ pod }) => pod) })),
  containerLogs: serveLogs,
  stats: async (deps, _parts, _query, response) => reply(response, 'application/json', JSON.stringify(await statsSummary(deps))),
  metrics: async (deps, parts, _query, response) => {
    if (parts[0] !== 'resource') throw new StatusError('NotFound', 'not found')
    reply(response, 'text/plain; version=0.0.4', await resourceMetrics(deps))
  },
}

/** What a connection may be turned into. */
const upgrades: Readonly<Record<string, (deps: ServerDeps, upgrade: UpgradeRequest) => Promise<void>>> = {
  exec: serveExec, attach: serveAttach, portForward: servePortForward,
}

const parse = (request: HttpRequest): { path: string; page: string; parts: string[]; query: URLSearchParams } => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'https://kubelet')
  const [page = '', ...parts] = pathname.split('/').filter(Boolean).map(decodeURIComponent)
  return { path: pathname, page, parts, query: searchParams }
}

const statusOf = (error: unknown): { code: number; message: string } =>
  error instanceof StatusError ? { code: error.code, message: error.message } : { code: 500, message: errorMessage(error) }

/** Starts the kubelet's HTTPS server: logs, exec, attach, port-forward and what is measured. */
export function kubeletServer(deps: ServerDeps): Promise<HttpServer> {
  const { options: { client, nodeName, log }, server } = deps
  const handle = async (request: HttpRequest, response: HttpResponse): Promise<void> => {
    const { path, page, parts, query } = parse(request)
    await authorize(client, nodeName, request, path)
    const route = routes[page]
    if (route) return route(deps, parts, query, response)
    throw upgrades[page] ? new StatusError('BadRequest', 'Upgrade request required') : new StatusError('NotFound', `404 page not found: ${path}`)
  }
  const upgrade = async (request: HttpRequest, socket: UpgradeRequest['socket'], head: Uint8Array): Promise<void> => {
    const { path, page, parts, query } = parse(request)
    await authorize(client, nodeName, request, path)
    const serve = upgrades[page]
    if (!serve) throw new StatusError('NotFound', `404 page not found: ${path}`)
    await serve(deps, { request, socket, head, parts, query })
  }
  return serveHttp({
    address: server.address ?? '0.0.0.0', port: server.port, tls: server.tls,
    handler: (request, response) => void handle(request, response).catch(error => {
      const { code, message } = statusOf(error)
      if (code >= 500) log.warn('a request to the kubelet failed', { path: request.url, error: message })
      if (response.headersSent) return void response.destroy()
      response.writeHead(code, { 'Content-Type': 'text/plain; charset=utf-8' })
      response.end(`${message}\n`)
    }),
    onUpgrade: (request, socket, head) => void upgrade(request, socket, head).catch(error => {
      const { code, message } = statusOf(error)
      log.debug('a session was refused', { path: request.url, error: message })
      const body = `${message}\n`
      if (socket.writable) socket.end(`HTTP/1.1 ${code} Refused\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`)
    }),
  })
}
