import { callHttp, upgradeHttp, type HttpRequest, type ServeOptions } from '../host/http.ts'
import { splice } from '../host/sockets.ts'
import { errorMessage } from '../machinery/log.ts'
import { badRequest, StatusError } from '../machinery/status.ts'
import type { Target } from './connect.ts'
import type { Exchange } from './exchange.ts'

/** A connection that its handler owns. */
export type RawConnection = Parameters<NonNullable<ServeOptions['onUpgrade']>>[1]

/** Headers that are about one connection, and those that say who asks: neither is passed on. */
const NOT_PASSED = new Set(['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'host', 'authorization', 'content-length'])

const passedHeaders = (headers: HttpRequest['headers']): Record<string, string | string[]> =>
  Object.fromEntries(Object.entries(headers).filter(([name, value]) => value !== undefined && !name.startsWith(':') && !name.startsWith('impersonate-') && !NOT_PASSED.has(name))) as Record<string, string | string[]>

const unreachable = (url: string, error: unknown): StatusError =>
  new StatusError('ServiceUnavailable', `error trying to reach service: ${new URL(url).host}: ${errorMessage(error)}`)

/** Refusals are short texts; what is longer is cut. */
const REFUSAL_LIMIT = 2048

/** A refusal of the other side in this API's form, for answers that are this API's own. */
function refusalOf(code: number, text: string): StatusError {
  if (code === 400) return badRequest(text)
  if (code === 500) return new StatusError('InternalError', `Internal error occurred: ${text}`, { causes: [{ message: text } as never] })
  return new StatusError(code === 404 ? 'NotFound' : '', text, undefined, { code })
}

/** Passes a request on and its answer back, piece by piece. `asStatus`: what is refused there is refused here. */
export async function passOn(exchange: Exchange, target: Target, { asStatus = false } = {}): Promise<void> {
  const { method } = exchange
  const body = method === 'GET' || method === 'HEAD' ? undefined : await exchange.body()
  let answer
  try {
    answer = await callHttp(target.url, { method, headers: passedHeaders(exchange.request.headers), ...(body && { body }), ...(target.tls && { tls: target.tls }), signal: exchange.signal })
  } catch (error) {
    throw unreachable(target.url, error)
  }
  if (asStatus && (answer.status < 200 || answer.status > 206)) throw refusalOf(answer.status, (await answer.text(REFUSAL_LIMIT).catch(errorMessage)).trimEnd())
  const headers = Object.fromEntries(Object.entries(answer.headers).filter(([name, value]) => value !== undefined && !['connection', 'transfer-encoding', 'keep-alive'].includes(name)).map(([name, value]) => [name, String(value)]))
  exchange.begin(answer.status, { 'content-type': 'text/plain', ...headers })
  exchange.flush()
  try {
    for await (const chunk of answer.body as AsyncIterable<Uint8Array>) {
      if (exchange.isGone) break
      await exchange.write(chunk)
    }
    exchange.end()
  } catch {
    // The other side broke off in the middle: so does the answer.
    exchange.cut()
  } finally {
    answer.discard()
  }
}

/** Joins an upgraded connection (exec, attach, port-forward) to the one that the target gives; the bytes are theirs. */
export async function joinUpgrade(request: HttpRequest, socket: RawConnection, head: Uint8Array, target: Target): Promise<void> {
  const headers = { ...passedHeaders(request.headers), connection: 'Upgrade', upgrade: String(request.headers.upgrade ?? '') }
  let answer
  try {
    answer = await upgradeHttp(target.url, { method: request.method ?? 'GET', headers, ...(target.tls && { tls: target.tls }) })
  } catch (error) {
    throw unreachable(target.url, error)
  }
  if (!answer.socket) return refuse(socket, answer.status, answer.body ?? '', String(answer.headers['content-type'] ?? 'text/plain'))
  const lines = Object.entries(answer.headers).flatMap(([name, value]) => (Array.isArray(value) ? value : [value]).map(each => `${name}: ${each}`))
  socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('\r\n')}\r\n\r\n`)
  if (answer.head.length > 0) socket.write(answer.head)
  if (head.length > 0) answer.socket.write(head)
  await splice(socket, answer.socket)
}

/** An ordinary answer on a connection that was to be upgraded. */
export function refuse(socket: RawConnection, status: number, body: string, contentType: string): void {
  socket.end(`HTTP/1.1 ${status} ${status}\r\ncontent-type: ${contentType}\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`)
}
