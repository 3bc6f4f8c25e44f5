import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type { ServerHttp2Stream } from 'node:http2'
import type { Readable, Writable } from 'node:stream'
import type { TLSSocket } from 'node:tls'

/** Names and values of headers in turns; names are in lower case. */
export type HeaderList = string[]

/** Pieces with their length before them, as HTTP/1.1 sends bodies whose length nobody knows, or as they are. */
export type Framing = 'chunked' | 'plain'

const LINE_END = Buffer.from('\r\n')

/** A piece as it goes over connections of this framing. */
export const framed = (piece: Uint8Array, framing: Framing): Uint8Array =>
  (framing === 'plain' ? piece : Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`, 'latin1'), piece, LINE_END]))

/** One request over HTTP, whichever version, and the way to answer it. */
export interface Wire {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  /** Names and values in turns, as the client wrote them: repeated ones are still told apart. */
  readonly rawHeaders: readonly string[]
  /** What all requests of one connection have in common. */
  readonly connection: object
  readonly socket: TLSSocket
  /** The body, as it comes. */
  readonly body: Readable
  readonly headersSent: boolean
  /** Whether nobody listens any more: the answer is complete, or the client went away. */
  readonly isGone: boolean
  /** Tells once that nobody listens any more; the returned function calls that off. */
  onGone(listener: () => void): () => void
  /** Answers with a body in one piece, or with none. */
  answer(status: number, headers: HeaderList, body: Uint8Array | undefined): void
  /** Begins an answer whose pieces follow. */
  begin(status: number, headers: HeaderList): void
  /** Sends the headers before there is any piece. */
  flush(): void
  /** Sends a piece. False: the client does not read as fast as it should. `passed` is called when the bytes are on their way. */
  write(piece: Uint8Array, passed?: () => void): boolean
  /** How pieces look on this connection: those who send the same piece to many frame it once for each framing. */
  readonly framing: Framing
  /** Sends a framed piece. False: the client does not read as fast as it should. */
  writeFramed(piece: Uint8Array): boolean
  onceRoom(listener: () => void): void
  end(): void
  /** Breaks off. */
  cut(): void
}

/** A stream's failure is noticed as its end: nobody else needs to hear of it. */
const ignore = (): void => undefined

function onClose(stream: Writable, isGone: boolean, listener: () => void): () => void {
  if (isGone) listener()
  else stream.once('close', listener)
  return () => void stream.off('close', listener)
}

const unframed = (piece: Uint8Array): Uint8Array => piece.subarray(piece.indexOf(10) + 1, -LINE_END.length)

/** A request over HTTP/1.1. A connection that is asked to upgrade has a socket in place of the answer. */
export class Http1Wire implements Wire {
  readonly body: IncomingMessage
  readonly #response: ServerResponse
  readonly #isLast: () => boolean

  /** `isLast` tells, when the answer begins, whether its connection takes no more requests. */
  constructor(request: IncomingMessage, response: ServerResponse, isLast = (): boolean => false) {
    this.body = request
    this.#response = response
    this.#isLast = isLast
    response.on('error', ignore)
  }

  get method(): string {
    return this.body.method!
  }

  get url(): string {
    return this.body.url!
  }

  get headers(): IncomingHttpHeaders {
    return this.body.headers
  }

  get rawHeaders(): readonly string[] {
    return this.body.rawHeaders
  }

  get connection(): object {
    return this.body.socket
  }

  get socket(): TLSSocket {
    return this.body.socket as TLSSocket
  }

  get headersSent(): boolean {
    return this.#response.headersSent
  }

  get isGone(): boolean {
    return this.#response.destroyed
  }

  onGone(listener: () => void): () => void {
    return onClose(this.#response, this.isGone, listener)
  }

  answer(status: number, headers: HeaderList, body: Uint8Array | undefined): void {
    this.begin(status, headers)
    this.#response.end(body)
  }

  begin(status: number, headers: HeaderList): void {
    if (this.#isLast()) headers.push('connection', 'close')
    this.#response.writeHead(status, headers)
  }

  flush(): void {
    this.#response.flushHeaders()
  }

  write(piece: Uint8Array, passed?: () => void): boolean {
    return this.#response.write(piece, passed)
  }

  /** Clients of HTTP/1.0 know no chunks. */
  get framing(): Framing {
    return this.#response.chunkedEncoding ? 'chunked' : 'plain'
  }

  writeFramed(piece: Uint8Array): boolean {
    const { socket } = this.#response
    // An answer whose turn on its connection has not come waits in the response, which cannot take what is framed already.
    return socket && this.framing === 'chunked' ? socket.write(piece) : this.#response.write(this.framing === 'chunked' ? unframed(piece) : piece)
  }

  onceRoom(listener: () => void): void {
    // Pieces that were framed here go past the response, which then knows nothing of their having left.
    const stream = this.#response.writableNeedDrain || !this.#response.socket ? this.#response : this.#response.socket
    stream.once('drain', listener)
  }

  end(): void {
    this.#response.end()
  }

  cut(): void {
    this.#response.destroy()
  }
}

/** A request over HTTP/2: a stream of its session. */
export class Http2Wire implements Wire {
  readonly body: ServerHttp2Stream
  readonly headers: IncomingHttpHeaders
  readonly rawHeaders: readonly string[]

  constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, rawHeaders: readonly string[]) {
    this.body = stream
    this.headers = headers
    this.rawHeaders = rawHeaders
    stream.on('error', ignore)
    if (headers.expect === '100-continue') stream.additionalHeaders({ ':status': 100 })
  }

  get method(): string {
    return this.headers[':method'] as string
  }

  /** CONNECT has no path. */
  get url(): string {
    return (this.headers[':path'] as string | undefined) ?? '/'
  }

  get connection(): object {
    return this.body.session ?? this.body
  }

  get socket(): TLSSocket {
    return this.body.session!.socket as TLSSocket
  }

  get headersSent(): boolean {
    return this.body.headersSent
  }

  get isGone(): boolean {
    return this.body.closed || this.body.destroyed
  }

  onGone(listener: () => void): () => void {
    return onClose(this.body, this.isGone, listener)
  }

  answer(status: number, headers: HeaderList, body: Uint8Array | undefined): void {
    if (this.isGone) return
    headers.push(':status', String(status))
    this.body.respond(headers, body === undefined ? { endStream: true } : undefined)
    if (body !== undefined && !this.body.writableEnded) this.body.end(body)
  }

  begin(status: number, headers: HeaderList): void {
    if (this.isGone) return
    headers.push(':status', String(status))
    this.body.respond(headers)
  }

  /** They are on their way already. */
  flush(): void {}

  write(piece: Uint8Array, passed?: () => void): boolean {
    return this.body.write(piece, passed)
  }

  readonly framing = 'plain'

  writeFramed(piece: Uint8Array): boolean {
    return this.body.write(piece)
  }

  onceRoom(listener: () => void): void {
    this.body.once('drain', listener)
  }

  end(): void {
    this.body.end()
  }

  cut(): void {
    this.body.close(CANCEL)
  }
}

/** HTTP/2's code for what somebody broke off. */
const CANCEL = 8
