import type { HeaderList, Wire } from '../host/wire.ts'
import type { User } from '../api/request.ts'
import type { Awaitable } from '../machinery/awaitable.ts'
import type { KubeObject } from '../api/resource.ts'
import { StatusError, type StatusBody } from '../machinery/status.ts'
import { concat, utf8 } from './representation/bytes.ts'
import { LargeAnswers, sendPieces, WHOLE } from './send.ts'

/** The largest body that is read. */
export const BODY_LIMIT = 3 * 1024 * 1024
const WARNINGS_LIMIT = 4096
/** Shared by all requests without one: never changed. */
const NO_QUERY = new URLSearchParams()

type Headers = Readonly<Record<string, string>>

/** One request as it is looked at from outside: by metrics, by the audit log. */
export interface Observation {
  /** The caller is known, and who it wants to be taken for is not yet. Waits while there is no room to write down what it does. */
  known?(): Promise<void> | void
  /** The answer begins. */
  started?(status: number): void
  /** The answer is complete, or the client is gone. Called once. */
  done(status: number): void
}

/** One HTTP request and its answer. */
export class Exchange {
  /** As the client wrote it, without the query. */
  readonly path: string
  /** What names the request in the audit log, and to the client. */
  readonly auditId: string
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
  /** How much of the answer's body was written. */
  sentBytes = 0
  /** How long the request waited for others: for its turn, for webhooks. */
  waitedMs = 0
  /** The answer's code; 0 before there is one. */
  status = 0
  /** The bytes of both bodies, for who has to write them down; `asJson` where the answer itself is none. */
  record: { request?: Uint8Array; readonly response: Uint8Array[]; asJson?: () => readonly Uint8Array[] } | undefined
  /** Told of the object that came with the request, before anything is changed in it. */
  onDecoded: ((object: KubeObject) => void) | undefined
  /** The Status that was answered. */
  told: StatusBody | undefined
  /** Why it failed, when nobody foresaw it. */
  fault: string | undefined
  /** Which flow schema and priority level the request falls under. */
  seat: { readonly schemaUid: string; readonly levelUid: string } | undefined
  readonly large: LargeAnswers
  readonly #wire: Wire
  readonly #queryText: string
  #query: URLSearchParams | undefined
  #warnings: Set<string> | undefined
  #gone: AbortController | undefined

  /** `large`: the large answers of the server, which this one may become one of. */
  constructor(wire: Wire, auditId: string, large: LargeAnswers = new LargeAnswers()) {
    this.#wire = wire
    this.large = large
    this.auditId = auditId
    const { url } = wire
    const mark = url.indexOf('?')
    this.path = mark < 0 ? url : url.slice(0, mark)
    this.#queryText = mark < 0 ? '' : url.slice(mark + 1)
  }

  get method(): string {
    return this.#wire.method
  }

  get query(): URLSearchParams {
    return (this.#query ??= this.#queryText === '' ? NO_QUERY : parseQuery(this.#queryText))
  }

  get warnings(): Set<string> {
    return (this.#warnings ??= new Set())
  }

  /** Aborted when the client goes away. Made for those who ask: most requests are answered before anybody wants to know. */
  get signal(): AbortSignal {
    if (!this.#gone) {
      const gone = new AbortController()
      this.#wire.onGone(() => gone.abort())
      this.#gone = gone
    }
    return this.#gone.signal
  }

  get isGone(): boolean {
    return this.#wire.isGone
  }

  get request(): Wire {
    return this.#wire
  }

  header(name: string): string | undefined {
    const value = this.#wire.headers[name]
    return Array.isArray(value) ? value.join(',') : value
  }

  get headers(): Readonly<Record<string, string | string[] | undefined>> {
    return this.#wire.headers
  }

  get answered(): boolean {
    return this.#wire.headersSent
  }

  /** The whole body; a larger one than is read is refused (413). */
  async body(limit = BODY_LIMIT): Promise<Uint8Array> {
    const { body } = this.#wire
    const tooLarge = (): StatusError => {
      body.resume()
      return new StatusError('RequestEntityTooLarge', `Request entity too large: limit is ${limit}`)
    }
    if (Number(this.header('content-length') ?? 0) > limit) throw tooLarge()
    // Where no headers speak of a body there is none, and no end of it that could be waited for.
    if (body.readableEnded) return this.#read([], 0)
    const left = (): StatusError => new StatusError('BadRequest', 'the client went away before its request was complete')
    // Its last word was said before anybody listened.
    if (body.destroyed) throw left()
    const chunks: Uint8Array[] = []
    let size = 0
    return new Promise((resolve, reject) => {
      body.on('data', (chunk: Uint8Array) => {
        size += chunk.length
        if (size > limit) return void reject(tooLarge())
        chunks.push(chunk)
      })
      let isComplete = false
      body.on('end', () => {
        isComplete = true
        resolve(this.#read(chunks, size))
      })
      body.on('close', () => { if (!isComplete) reject(left()) })
    })
  }

  #read(chunks: readonly Uint8Array[], size: number): Uint8Array {
    const whole = concat(chunks, size)
    if (this.record) this.record.request = whole
    return whole
  }

  /** Begins the answer. */
  begin(status: number, headers: Headers): void {
    for (const observation of this.observations) observation.started?.(status)
    this.#wire.begin(status, this.#head(status, headers))
  }

  #head(status: number, headers: Headers): HeaderList {
    this.status = status
    const head = ['audit-id', this.auditId, 'cache-control', headers['cache-control'] ?? 'no-cache, private']
    for (const name in headers) if (name !== 'cache-control') head.push(name, headers[name]!)
    if (this.seat) head.push('x-kubernetes-pf-flowschema-uid', this.seat.schemaUid, 'x-kubernetes-pf-prioritylevel-uid', this.seat.levelUid)
    if (this.#warnings) for (const line of warningHeaders(this.#warnings)) head.push('warning', line)
    return head
  }

  /** Sends the headers before there is any body. */
  flush(): void {
    this.#wire.flush()
  }

  /** Writes a piece; resolves when its bytes are on their way, so that others may be written over them. */
  pass(piece: Uint8Array): Promise<void> {
    return new Promise(resolve => {
      const leave = this.#wire.onGone(resolve)
      this.sentBytes += piece.length
      if (!this.isGone) this.#wire.write(piece, () => { leave(); resolve() })
    })
  }

  /** Writes a piece; resolves when the client has room for the next. */
  write(piece: Uint8Array): Promise<void> | undefined {
    this.sentBytes += piece.length
    if (this.isGone || this.#wire.write(piece)) return undefined
    return new Promise(resolve => {
      const leave = this.#wire.onGone(resolve)
      this.#wire.onceRoom(() => { leave(); resolve() })
    })
  }

  end(): void {
    if (!this.isGone) this.#wire.end()
  }

  /** Cuts the connection: an answer that was begun cannot be finished as it should. */
  cut(): void {
    this.#wire.cut()
  }

  /** Sends an answer; large ones go in pieces. */
  send(status: number, contentType: string, pieces: Iterable<Uint8Array>, headers: Headers = {}): Awaitable<void> {
    if (Array.isArray(pieces) && pieces.length === 1 && (pieces[0] as Uint8Array).length <= WHOLE) return this.sendWhole(status, contentType, pieces[0] as Uint8Array, headers)
    return sendPieces(this, status, contentType, pieces, headers)
  }

  sendWhole(status: number, contentType: string, body: Uint8Array, headers: Headers = {}): void {
    this.record?.response.push(body)
    const head = this.#head(status, headers)
    head.push('content-type', contentType, 'content-length', String(body.length))
    this.sentBytes += body.length
    this.#wire.answer(status, head, this.method === 'HEAD' ? undefined : body)
  }

  sendText(status: number, text: string, headers: Headers = {}): Awaitable<void> {
    return this.send(status, 'text/plain; charset=utf-8', [utf8(text)], { 'x-content-type-options': 'nosniff', ...headers })
  }

  sendJson(status: number, value: unknown, headers: Headers = {}): Awaitable<void> {
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
