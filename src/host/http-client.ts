import type { Agent, IncomingMessage, RequestOptions } from 'node:http'
import { connect as connectSession, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2'
import { Agent as SecureAgent, request as requestSecure } from 'node:https'
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls'
import { systemClock } from '../machinery/clock.ts'

// An import of node:http reads all it exports, fetch's WebSocket among them, which loads an HTTP client of 50 ms that nobody uses here.
const { Agent: PlainAgent, request: requestPlain } = process.getBuiltinModule('node:http')

export interface HttpClientOptions {
  /** `https://10.0.0.1:6443`, without a path. */
  server: string
  /** The authority that the server's certificate must come from; the system's when absent. */
  ca?: string
  /** The client's certificate and key, PEM. */
  cert?: string
  key?: string
  /** Sent as `Authorization: Bearer`; a function is asked before each request, for tokens that change. */
  token?: string | (() => string | undefined)
  username?: string
  password?: string
  /** The server's certificate is not checked. */
  insecure?: boolean
  tlsServerName?: string
}

export interface HttpClientRequest {
  method: string
  /** Path and query. */
  path: string
  headers: Readonly<Record<string, string>>
  body?: string | Uint8Array
  signal?: AbortSignal
}

export interface HttpClientAnswer {
  status: number
  headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** Must be read to its end or left early. */
  body: AsyncIterable<Uint8Array>
}

/** A client of one server that keeps its connections: HTTP/2 where the server speaks it, HTTP/1.1 with keep-alive otherwise. */
export interface HttpClient {
  send(request: HttpClientRequest): Promise<HttpClientAnswer>
  close(): void
}

type Send = (request: HttpClientRequest) => Promise<HttpClientAnswer>

const CONNECT_TIMEOUT_MS = 10_000
/** A session that says nothing for this long is asked whether it is still there, and dropped when it does not answer. */
const PING_MS = 30_000
const PING_TIMEOUT_MS = 15_000

/** Makes a client; it connects with the first request and again after a connection was lost. */
export function httpClient(options: HttpClientOptions): HttpClient {
  const url = new URL(options.server)
  const sessions = new Set<ClientHttp2Session>()
  const agent = url.protocol === 'https:'
    ? new SecureAgent({ keepAlive: true, ...tlsOptions(options, url) }) : new PlainAgent({ keepAlive: true })
  let opening: Promise<ClientHttp2Session | undefined> | undefined
  let closed = false

  const session = (): Promise<ClientHttp2Session | undefined> => {
    opening ??= openSession(options, url).then(opened => {
      if (!opened) return undefined
      const forget = (): void => {
        sessions.delete(opened)
        opening = undefined
      }
      sessions.add(opened)
      for (const event of ['close', 'goaway', 'error'] as const) opened.once(event, forget)
      if (closed) opened.destroy()
      return opened
    }).catch(error => {
      opening = undefined
      throw error
    })
    return opening
  }
  const send: Send = async request => {
    const whole = { ...request, headers: { ...authorization(options), ...request.headers } }
    if (url.protocol === 'http:') return sendPlain(options, url, agent, whole)
    const open = await session()
    if (!open) return sendPlain(options, url, agent, whole)
    return sendStream(open, url, whole)
  }
  return {
    send,
    close() {
      closed = true
      for (const each of sessions) each.destroy()
      agent.destroy()
    },
  }
}

function authorization({ token, username, password }: HttpClientOptions): Record<string, string> {
  const bearer = typeof token === 'function' ? token() : token
  if (bearer) return { authorization: `Bearer ${bearer}` }
  return username ? { authorization: `Basic ${Buffer.from(`${username}:${password ?? ''}`).toString('base64')}` } : {}
}

const tlsOptions = ({ ca, cert, key, insecure, tlsServerName }: HttpClientOptions, url: URL): ConnectionOptions => ({
  host: hostOf(url), port: Number(url.port || 443), ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }), ...(insecure && { rejectUnauthorized: false }),
  ...(tlsServerName ? { servername: tlsServerName } : !/^[\d.]+$|:/.test(hostOf(url)) ? { servername: hostOf(url) } : {}),
})

const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '')

/** Connects, and makes a session if the server chooses HTTP/2. */
async function openSession(options: HttpClientOptions, url: URL): Promise<ClientHttp2Session | undefined> {
  const socket = await new Promise<TLSSocket>((resolve, reject) => {
    const connecting = connectTls({ ...tlsOptions(options, url), ALPNProtocols: ['h2', 'http/1.1'] })
    const timer = systemClock.after(CONNECT_TIMEOUT_MS, () => connecting.destroy(new Error(`no connection to ${url.host} within ${CONNECT_TIMEOUT_MS} ms`)), { background: true })
    const fail = (error: Error): void => {
      timer.cancel()
      reject(error)
    }
    connecting.once('error', fail)
    connecting.once('secureConnect', () => {
      timer.cancel()
      connecting.off('error', fail)
      resolve(connecting)
    })
  })
  if (socket.alpnProtocol !== 'h2') {
    socket.destroy()
    return undefined
  }
  socket.setNoDelay(true)
  const session = connectSession(url.origin, { createConnection: () => socket, maxSessionMemory: 1000, settings: { initialWindowSize: 1 << 20, enablePush: false } })
  session.on('error', () => session.destroy())
  keepAlive(session)
  // The process may end while a session is open; requests under way keep it alive.
  session.unref()
  return session
}

function keepAlive(session: ClientHttp2Session): void {
  const ask = (): void => {
    if (session.destroyed) return
    const timer = systemClock.after(PING_TIMEOUT_MS, () => session.destroy(), { background: true })
    const sent = session.ping(() => {
      timer.cancel()
      systemClock.after(PING_MS, ask, { background: true })
    })
    if (!sent) timer.cancel()
  }
  systemClock.after(PING_MS, ask, { background: true })
}

function sendStream(session: ClientHttp2Session, url: URL, request: HttpClientRequest): Promise<HttpClientAnswer> {
  return new Promise((resolve, reject) => {
    if (request.signal?.aborted) return reject(request.signal.reason)
    const hasBody = request.body !== undefined
    session.ref()
    const stream = session.request({ ...request.headers, ':method': request.method, ':path': request.path, ':authority': url.host }, { endStream: !hasBody })
    const abort = (): void => void stream.destroy()
    request.signal?.addEventListener('abort', abort, { once: true })
    stream.once('close', () => {
      request.signal?.removeEventListener('abort', abort)
      reject(request.signal?.aborted ? request.signal.reason : new Error('the connection was closed before an answer came'))
    })
    stream.once('error', reject)
    stream.once('response', ({ ':status': status = 0, ...headers }) => {
      // Errors after the headers reach the reader of the body.
      resolve({ status: Number(status), headers: headers as HttpClientAnswer['headers'], body: chunks(stream) })
    })
    if (hasBody) stream.end(request.body)
  })
}

async function* chunks(body: ClientHttp2Stream | IncomingMessage): AsyncIterable<Uint8Array> {
  try {
    for await (const chunk of body as AsyncIterable<Uint8Array>) yield chunk
  } finally {
    body.destroy()
  }
}

function sendPlain(options: HttpClientOptions, url: URL, agent: Agent | SecureAgent, request: HttpClientRequest): Promise<HttpClientAnswer> {
  const secure = url.protocol === 'https:'
  const call: RequestOptions = {
    method: request.method, path: request.path, agent, host: hostOf(url), port: url.port || (secure ? 443 : 80),
    headers: { ...request.headers, host: url.host, ...(request.body !== undefined && { 'content-length': Buffer.byteLength(request.body) }) },
    ...(request.signal && { signal: request.signal }),
  }
  return new Promise((resolve, reject) => {
    const outgoing = secure ? requestSecure({ ...call, ...tlsOptions(options, url) }) : requestPlain(call)
    outgoing.on('error', reject)
    outgoing.once('response', answer => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: chunks(answer) }))
    outgoing.end(request.body)
  })
}
