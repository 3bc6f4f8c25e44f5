import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { createSecureServer, type Http2SecureServer, type ServerHttp2Stream } from 'node:http2'
import { request as requestSecure } from 'node:https'
import type { Server, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { DEFAULT_CIPHERS } from 'node:tls'
import { systemClock } from '../machinery/clock.ts'
import { Http1Wire, Http2Wire, type Wire } from './wire.ts'
import { outgoingHeaders } from './async-context.ts'

// An import of node:http reads all it exports, fetch's WebSocket among them, which loads an HTTP client of 50 ms that nobody uses here.
const { createServer: createPlainServer, request: requestPlain } = process.getBuiltinModule('node:http')

/**
 * A request as Node hands it over. From HTTP/2 it is really an `Http2ServerRequest`, which has the same members; a union of both would be of no use,
 * since overloaded methods of unions cannot be called.
 */
export type HttpRequest = IncomingMessage
export type HttpResponse = ServerResponse
export type TlsSocket = Wire['socket']
export type HttpHandler = (request: HttpRequest, response: HttpResponse) => void

export interface TlsOptions {
  cert: string | Uint8Array
  key: string | Uint8Array
  /** Authorities whose client certificates are accepted. Clients without one are let in: who they are is for the handler to find out. */
  clientCa?: string | readonly string[]
}

export interface ServeOptions {
  /** An address, or with `path` a unix socket. Port 0 takes a free one. */
  address?: string
  port?: number
  path?: string
  /** HTTP/2 and HTTP/1.1 with TLS; plain HTTP/1.1 without. */
  tls?: TlsOptions
  handler?: HttpHandler
  /** In place of the handler: takes requests of HTTP/2 as the streams that they are, without Node's imitation of HTTP/1.1's objects. */
  serve?: (wire: Wire) => void
  /** Requests with an Upgrade header (HTTP/1.1): the handler owns the socket. Without it they are ordinary requests. */
  onUpgrade?: (request: IncomingMessage, socket: Duplex, head: Uint8Array) => void
}

export interface HttpServer {
  address: string
  port: number
  /** Takes a new certificate for connections from now on. */
  renew(tls: TlsOptions): void
  /** Stops listening, tells clients so with their last answers, and after `graceMs` cuts what is still open. */
  close(graceMs?: number): Promise<void>
}

/** Runs `action` later; the returned function calls it off. */
const later = (action: () => void, afterMs: number): (() => void) => {
  const timer = systemClock.after(afterMs, action, { background: true })
  return () => timer.cancel()
}

const secureContext = ({ cert, key, clientCa }: TlsOptions) => ({
  cert: Buffer.from(cert), key: Buffer.from(key), ...(clientCa !== undefined && { ca: clientCa as string | string[] }),
})

/** Selectors make long URLs, and impersonated groups many headers: as much as Go's servers take. */
const HEADER_LIMIT = 1 << 20
const HEADER_FIELDS = 4_096
const HANDSHAKE_MS = 10_000
/** Node passes these on to the server of HTTP/1.1 on the same port; its types do not say so. */
const HTTP1_OPTIONS: object = { maxHeaderSize: HEADER_LIMIT, optimizeEmptyRequests: true }
/** A peer that vanished without a word is noticed after this, and a few probes more. */
const KEEP_ALIVE_MS = 30_000
/** How long a connection of HTTP/1.1 is kept for the next request, as upstream does: clients keep theirs for 90 seconds, and a new one costs two milliseconds. */
const IDLE_MS = 90_000
/** The first that both sides know is taken. With 128 bits large answers cost a third less than with 256, and Go's servers choose them as well. */
const CIPHERS = ['TLS_AES_128_GCM_SHA256', ...DEFAULT_CIPHERS.split(':').filter(name => name !== 'TLS_AES_128_GCM_SHA256')].join(':')

function createServer({ tls, ...options }: ServeOptions, isClosing: () => boolean): Http2SecureServer | Server {
  const server = tls ? createTlsServer(tls) : createPlainServer({ noDelay: true, maxHeaderSize: HEADER_LIMIT })
  const { handler, serve } = options
  server.on('request', serve ? (request: IncomingMessage, response: ServerResponse) => serve(new Http1Wire(request, response, isClosing)) : handler!)
  if (serve) {
    // Who asks for requests gets those of HTTP/2 as well, made from streams by a listener of Node's own.
    server.removeAllListeners('stream')
    server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, _flags: number, rawHeaders: string[]) => serve(new Http2Wire(stream, headers, rawHeaders)))
  }
  return server
}

function createTlsServer(tls: TlsOptions): Http2SecureServer {
  return createSecureServer({
    ...secureContext(tls), allowHTTP1: true, requestCert: tls.clientCa !== undefined, rejectUnauthorized: false, minVersion: 'TLSv1.2',
    ciphers: CIPHERS, honorCipherOrder: true,
    // Sessions of HTTP/2 see to this themselves; over HTTP/1.1 a second event would wait until the first was acknowledged, up to 40 ms.
    noDelay: true,
    // 10 MB, the default session memory, kills a session with 200 large answers under way.
    maxSessionMemory: 1000, settings: { maxConcurrentStreams: 1000, initialWindowSize: 1 << 20, maxHeaderListSize: HEADER_LIMIT },
    maxHeaderListPairs: HEADER_FIELDS, handshakeTimeout: HANDSHAKE_MS, ...HTTP1_OPTIONS,
  })
}

/** Serves HTTP until closed. Rejects when the address cannot be had (`EADDRINUSE`). */
export function serveHttp(options: ServeOptions): Promise<HttpServer> {
  let isClosing = false
  const server = createServer(options, () => isClosing)
  ;(server as { keepAliveTimeout?: number }).keepAliveTimeout = IDLE_MS
  const connections = new Set<Duplex>()
  const sessions = new Set<{ close(): void; destroy(): void }>()
  server.on(options.tls ? 'secureConnection' : 'connection', (socket: Duplex) => {
    connections.add(socket)
    socket.once('close', () => connections.delete(socket))
    socket.on('error', () => socket.destroy())
  })
  server.on('connection', (socket: Socket) => { if (!options.path) socket.setKeepAlive(true, KEEP_ALIVE_MS) })
  server.on('session', session => {
    sessions.add(session)
    session.once('close', () => sessions.delete(session))
    session.on('error', () => session.destroy())
  })
  server.on('tlsClientError', () => undefined)
  server.on('clientError', (_error: Error, socket: Duplex) => socket.destroy())
  if (options.onUpgrade) server.on('upgrade', options.onUpgrade)
  const close = (graceMs = 0): Promise<void> => new Promise(resolve => {
    isClosing = true
    const cut = later(() => { for (const each of [...sessions, ...connections]) each.destroy() }, graceMs)
    server.close(() => { cut(); resolve() })
    for (const session of sessions) session.close()
    ;(server as { closeIdleConnections?: () => void }).closeIdleConnections?.()
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.path !== undefined ? { path: options.path } : { host: options.address ?? '127.0.0.1', port: options.port ?? 0 }, () => {
      server.off('error', reject)
      const bound = server.address()
      const where = typeof bound === 'object' && bound ? { address: bound.address, port: bound.port } : { address: String(options.path), port: 0 }
      resolve({ ...where, close, renew: tls => (server as Http2SecureServer).setSecureContext(secureContext(tls)) })
    })
  })
}

export interface ClientCertificate {
  readonly commonName: string
  readonly organizations: readonly string[]
  /** SHA-256 of the whole, in small hexadecimal digits. */
  readonly fingerprint: string
}

/** The client certificate of a TLS connection that one of the `clientCa` signed; `undefined` without one. */
export function clientCertificate(socket: Wire['socket']): ClientCertificate | undefined {
  // The session of HTTP/2 hides some methods of its socket behind a proxy, but not these.
  if (!socket.encrypted || !socket.authorized) return undefined
  const { subject, fingerprint256 } = socket.getPeerCertificate()
  if (!fingerprint256) return undefined
  const organizations: unknown = subject.O
  return {
    commonName: String(subject.CN ?? ''), organizations: organizations === undefined ? [] : [organizations].flat().map(String),
    fingerprint: fingerprint256.replaceAll(':', '').toLowerCase(),
  }
}

export interface HttpCall {
  method?: string
  headers?: Readonly<Record<string, string | readonly string[]>>
  body?: string | Uint8Array | AsyncIterable<Uint8Array>
  /** Until the answer's headers are there. */
  timeoutMs?: number
  signal?: AbortSignal
  /** Talk over this unix socket. */
  socketPath?: string
  /** Put up with answers that are not quite HTTP (lines that end without a carriage return), as most clients do. */
  lenient?: boolean
  tls?: { ca?: string; cert?: string; key?: string; serverName?: string; insecure?: boolean }
}

export interface HttpAnswer {
  status: number
  headers: IncomingMessage['headers']
  /** The body as it comes. Read it to its end or call `text`, `bytes` or `discard`, or the connection leaks. */
  body: IncomingMessage
  text(limit?: number): Promise<string>
  bytes(limit?: number): Promise<Uint8Array>
  discard(): void
}

async function collect(body: IncomingMessage, limit: number): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > limit) {
      body.destroy()
      throw new Error(`the answer is longer than ${limit} bytes`)
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

const nodeOptions = (call: HttpCall) => ({
  method: call.method ?? 'GET', headers: { ...call.headers, ...outgoingHeaders.get()?.() } as Record<string, string | string[]>, agent: false as const,
  ...(call.socketPath && { socketPath: call.socketPath }), ...(call.lenient && { insecureHTTPParser: true }), ...(call.signal && { signal: call.signal }),
  ...(call.tls?.ca && { ca: call.tls.ca }), ...(call.tls?.cert && { cert: call.tls.cert, key: call.tls.key }),
  ...(call.tls?.serverName && { servername: call.tls.serverName }), ...(call.tls?.insecure && { rejectUnauthorized: false }),
})

/** One HTTP/1.1 request on a connection of its own; redirects are not followed. */
export async function callHttp(url: string, call: HttpCall = {}): Promise<HttpAnswer> {
  const request = (url.startsWith('https:') ? requestSecure : requestPlain)(url, nodeOptions(call))
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', resolve)
    request.on('error', reject)
  })
  const timer = call.timeoutMs === undefined ? () => {} : later(
    () => request.destroy(Object.assign(new Error(`no answer within ${call.timeoutMs} ms`), { code: 'ETIMEDOUT' })), call.timeoutMs)
  try {
    if (call.body === undefined || typeof call.body === 'string' || call.body instanceof Uint8Array) request.end(call.body)
    else {
      for await (const chunk of call.body) request.write(chunk)
      request.end()
    }
    const body = await answered
    return {
      status: body.statusCode ?? 0, headers: body.headers, body,
      bytes: (limit = Infinity) => collect(body, limit),
      text: async (limit = Infinity) => Buffer.from(await collect(body, limit)).toString(),
      discard: () => void body.destroy(),
    }
  } finally {
    timer()
  }
}

export interface UpgradedConnection {
  status: number
  headers: IncomingMessage['headers']
  /** The raw connection when the status is 101. */
  socket?: Duplex
  head: Uint8Array
  /** What was said instead of 101. */
  body?: string
}

/** Asks for another protocol (SPDY/3.1, WebSocket) and hands over the connection, or the refusal. */
export function upgradeHttp(url: string, call: HttpCall = {}): Promise<UpgradedConnection> {
  const request = (url.startsWith('https:') ? requestSecure : requestPlain)(url, nodeOptions(call))
  return new Promise((resolve, reject) => {
    request.once('error', reject)
    request.once('upgrade', (answer, socket, head) => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, socket, head }))
    request.once('response', answer => {
      collect(answer, 1 << 20).then(
        bytes => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, head: new Uint8Array(), body: Buffer.from(bytes).toString() }), reject)
    })
    request.end()
  })
}
