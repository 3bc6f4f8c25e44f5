import type { HttpRequest, HttpResponse } from '../host/http.ts'
import type { User } from '../api/request.ts'
import { StatusError } from '../machinery/status.ts'
import { concat, utf8 } from './representation/bytes.ts'
import { sendPieces, WHOLE } from './send.ts'

/** The largest body that is read. */
export const BODY_LIMIT = 3 * 1024 * 1024
const WARNINGS_LIMIT = 4096

/** What HTTP/1.1's and HTTP/2's answers have in common. */
interface Sink {
  readonly headersSent: boolean
  writeHead(status: number, headers: Readonly<Record<string, string | string[]>>): unknown
  flushHeaders(): void
  write(piece: Uint8Array, passed?: () => void): boolean
  end(): unknown
  destroy(): unknown
  on(event: string, listener: () => void): unknown
  once(event: string, listener: () => void): unknown
  off(event: string, listener: () => void): unknown
}

/** One request as it is looked at from outside: by metrics, by the audit log. */
export interface Observation {
  /** The caller is known, and who it wants to be taken for is not yet. Waits while there is no room to write down what it does. */
  known?(): Promise<void> | void
  /** The answer is complete, or the client is gone. Called once. */
  done(status: number): Promise<void> | void
}

/** One HTTP request and its answer. */
export class Exchange {
  readonly method: string
  /** As the client wrote it, without the query. */
  readonly path: string
  readonly query: URLSearchParams
  readonly warnings = new Set<string>()
  user: User | undefined
  /** Who asks, before anybody is impersonated. */
  requester: User | undefined
  /** The verb of constrained impersonation that allowed the user to be taken for another. */
  constraint: string | undefined
  /** Who looks at this request from outside. */
  observations: readonly Observation[] = []
  /** Whether the request is one that its user may make. */
  isAuthorized = false
  /** What the audit log tells besides: who decided and why, what admission noticed. */
  readonly annotations: Record<string, string> = {}
  /** The answer's code; 0 before there is one. */
  status = 0
  /** The bytes of both bodies, for who has to write them down. */
  record: { request?: Uint8Array; readonly response: Uint8Array[] } | undefined
  readonly #request: HttpRequest
  readonly #response: Sink
  #isGone = false
  #gone: AbortController | undefined

  constructor(request: HttpRequest, response: HttpResponse) {
    this.#request = request
    this.#response = response as unknown as Sink
    this.method = request.method ?? 'GET'
    const url = request.url ?? '/'
    const mark = url.indexOf('?')
    this.path = mark < 0 ? url : url.slice(0, mark)
    this.query = parseQuery(mark < 0 ? '' : url.slice(mark + 1))
    const leave = (): void => {
      this.#isGone = true
      this.#gone?.abort()
    }
    response.on('close', leave)
    response.on('error', leave)
    request.on('error', leave)
  }

  /** Aborted when the client goes away. Made for those who ask: most requests are answered before anybody wants to know. */
  get signal(): AbortSignal {
    if (!this.#gone) {
      this.#gone = new AbortController()
      if (this.#isGone) this.#gone.abort()
    }
    return this.#gone.signal
  }

  get isGone(): boolean {
    return this.#isGone
  }

  get request(): HttpRequest {
    return this.#request
  }

  header(name: string): string | undefined {
    const value = this.#request.headers[name]
    return Array.isArray(value) ? value.join(',') : value
  }

  get headers(): Readonly<Record<string, string | string[] | undefined>> {
    return this.#request.headers
  }

  get answered(): boolean {
    return this.#response.headersSent
  }

  /** The whole body; a larger one than is read is refused (413). */
  async body(limit = BODY_LIMIT): Promise<Uint8Array> {
    const tooLarge = (): StatusError => {
      this.#request.resume()
      return new StatusError('RequestEntityTooLarge', `Request entity too large: limit is ${limit}`)
    }
    if (Number(this.header('content-length') ?? 0) > limit) throw tooLarge()
    const chunks: Uint8Array[] = []
    let size = 0
    return new Promise((resolve, reject) => {
      const request = this.#request
      request.on('data', (chunk: Uint8Array) => {
        size += chunk.length
        if (size > limit) return void reject(tooLarge())
        chunks.push(chunk)
      })
      let isComplete = false
      request.on('end', () => {
        isComplete = true
        const whole = concat(chunks, size)
        if (this.record) this.record.request = whole
        resolve(whole)
      })
      request.on('close', () => { if (!isComplete) reject(new StatusError('BadRequest', 'the client went away before its request was complete')) })
    })
  }

  /** Begins the answer. */
  begin(status: number, headers: Readonly<Record<string, string>>): void {
    this.status = status
    const warnings = this.warnings.size > 0 ? { warning: warningHeaders(this.warnings) } : undefined
    this.#response.writeHead(status, { 'cache-control': 'no-cache, private', ...headers, ...warnings })
  }

  /** Sends the headers before there is any body. */
  flush(): void {
    this.#response.flushHeaders()
  }

  /** Writes a piece; resolves when its bytes are on their way, so that others may be written over them. */
  pass(piece: Uint8Array): Promise<void> {
    const response = this.#response
    return new Promise(resolve => {
      if (this.#isGone) return resolve()
      const done = (): void => {
        response.off('close', done)
        resolve()
      }
      response.on('close', done)
      response.write(piece, done)
    })
  }

  /** Writes a piece; resolves when the client has room for the next. */
  write(piece: Uint8Array): Promise<void> | undefined {
    const response = this.#response
    if (this.#isGone || response.write(piece)) return undefined
    return new Promise(resolve => {
      const done = (): void => {
        response.off('drain', done)
        response.off('close', done)
        resolve()
      }
      response.on('drain', done)
      response.on('close', done)
    })
  }

  end(): void {
    if (!this.#isGone) this.#response.end()
  }

  /** Cuts the connection: an answer that was begun cannot be finished as it should. */
  cut(): void {
    this.#response.destroy()
  }

  /** Sends an answer; large ones go in pieces. */
  async send(status: number, contentType: string, pieces: Iterable<Uint8Array>, headers: Readonly<Record<string, string>> = {}): Promise<void> {
    if (Array.isArray(pieces) && pieces.length === 1 && (pieces[0] as Uint8Array).length <= WHOLE) return this.sendWhole(status, contentType, pieces[0] as Uint8Array, headers)
    await sendPieces(this, status, contentType, pieces, headers)
  }

  sendWhole(status: number, contentType: string, body: Uint8Array, headers: Readonly<Record<string, string>> = {}): void {
    this.record?.response.push(body)
    this.begin(status, { 'content-type': contentType, ...headers, 'content-length': String(body.length) })
    if (this.method !== 'HEAD') void this.write(body)
    this.end()
  }

  sendText(status: number, text: string, headers: Readonly<Record<string, string>> = {}): Promise<void> {
    return this.send(status, 'text/plain; charset=utf-8', [utf8(text)], { 'x-content-type-options': 'nosniff', ...headers })
  }

  sendJson(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Promise<void> {
    return this.send(status, 'application/json', [utf8(JSON.stringify(value))], headers)
  }
}

/** A query as Go reads it: pairs that are badly escaped are dropped. */
function parseQuery(text: string): URLSearchParams {
  if (text === '') return new URLSearchParams()
  const pairs = text.split('&').filter(pair => pair !== '' && !/%(?![0-9a-fA-F]{2})|;/.test(pair))
  return new URLSearchParams(pairs.join('&'))
}

/** RFC 7234's warnings, as many as fit. */
function warningHeaders(warnings: ReadonlySet<string>): string[] {
  const lines: string[] = []
  let length = 0
  for (const warning of warnings) {
    const line = `299 - "${warning.replace(/[\u0000-\u001f\u007f]/g, ' ').replace(/[\\"]/g, '\\$&')}"`
    length += line.length
    if (length > WARNINGS_LIMIT) break
    lines.push(Buffer.from(line).toString('latin1'))
  }
  return lines
}
