import { gzipped } from '../host/gzip.ts'
import { nextTurn } from '../machinery/clock.ts'
import { chunked, concat } from './representation/bytes.ts'

/** Answers up to this size go in one piece. */
export const WHOLE = 256 * 1024
/** The pieces of larger ones, and how much of them may wait for the client to read: enough that encrypting, sending and reading go on side by side. */
const CHUNK = 64 * 1024
const AHEAD = 512 * 1024

type Headers = Readonly<Record<string, string>>

/** What sending needs of an exchange. */
export interface Sending {
  readonly isGone: boolean
  /** The bytes of the answer, for who has to write them down. */
  readonly record: { readonly response: Uint8Array[] } | undefined
  header(name: string): string | undefined
  begin(status: number, headers: Headers): void
  /** Resolves when the client has room for the next piece, or no more than `ahead` bytes wait for it. */
  write(piece: Uint8Array, ahead?: number): Promise<void> | undefined
  end(): void
  /** Sends an answer that is in one piece. */
  sendWhole(status: number, contentType: string, body: Uint8Array, headers: Headers): void
}

/** Sends an answer of many pieces: small ones as a whole, large ones each time the client has room, so that small requests get their turn in between. */
export async function sendPieces(exchange: Sending, status: number, contentType: string, pieces: Iterable<Uint8Array>, headers: Headers): Promise<void> {
  const parts = chunked(pieces, CHUNK)
  const whole: Uint8Array[] = []
  for (let length = 0; length <= WHOLE;) {
    const next = parts.next()
    if (next.done) return exchange.sendWhole(status, contentType, concat(whole, length), headers)
    whole.push(next.value)
    length += next.value.length
  }
  const { record } = exchange
  const rest = { *[Symbol.iterator]() { for (const list of [whole, parts]) for (const part of list) { record?.response.push(part); yield part } } }
  const compressed = status === 200 && /\bgzip\b(?!;\s*q=0(\.0*)?\b)/.test(exchange.header('accept-encoding') ?? '')
  exchange.begin(status, { 'content-type': contentType, ...headers, ...(compressed && { 'content-encoding': 'gzip', vary: 'Accept-Encoding' }) })
  for await (const part of compressed ? gzipped(rest) : rest) {
    if (exchange.isGone) return
    await exchange.write(part, AHEAD)
    // Sockets that take everything at once would otherwise keep the thread until the last byte.
    await nextTurn()
  }
  exchange.end()
}
