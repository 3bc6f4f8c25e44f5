import { gzipped } from '../host/gzip.ts'
import { nextTurn } from '../machinery/clock.ts'
import { packed } from './representation/bytes.ts'

/** Answers up to this size go in one piece. */
export const WHOLE = 64 * 1024
/** The pieces of an answer that is the only large one: less work a byte, and what comes in between waits for half a millisecond. */
const ALONE = 256 * 1024
/** The pieces of answers that share the server: with twice the size a GET beside ten lists takes 25 ms in place of 4. */
const AMONG_OTHERS = 64 * 1024

/** The large answers of a server that are under way. */
export class LargeAnswers {
  #underWay = 0

  get pieceSize(): number {
    return this.#underWay > 1 ? AMONG_OTHERS : ALONE
  }

  async during(send: () => Promise<void>): Promise<void> {
    this.#underWay++
    try {
      await send()
    } finally {
      this.#underWay--
    }
  }
}

type Headers = Readonly<Record<string, string>>

/** What sending needs of an exchange. */
export interface Sending {
  readonly isGone: boolean
  readonly large: LargeAnswers
  /** The bytes of the answer, for who has to write them down. */
  readonly record: { readonly response: Uint8Array[] } | undefined
  header(name: string): string | undefined
  begin(status: number, headers: Headers): void
  /** Resolves when the bytes are on their way, so that others may be written over them. */
  pass(piece: Uint8Array): Promise<void>
  end(): void
  /** Sends an answer that is in one piece. */
  sendWhole(status: number, contentType: string, body: Uint8Array, headers: Headers): void
}

/**
 * Sends an answer of many pieces: small ones as a whole, large ones each time the client has room, so that small requests get their turn in between. Two pieces
 * wait for the client at most: one is filled while the other is on its way, and new buffers would make the garbage collector run.
 */
export async function sendPieces(exchange: Sending, status: number, contentType: string, pieces: Iterable<Uint8Array>, headers: Headers): Promise<void> {
  let size = WHOLE
  const parts = packed(pieces, () => size)
  const first = parts.next()
  const second = parts.next()
  if (second.done) return exchange.sendWhole(status, contentType, first.value ?? new Uint8Array(), headers)
  const compressed = status === 200 && /\bgzip\b(?!;\s*q=0(\.0*)?\b)/.test(exchange.header('accept-encoding') ?? '')
  exchange.begin(status, { 'content-type': contentType, ...headers, ...(compressed && { 'content-encoding': 'gzip', vary: 'Accept-Encoding' }) })
  const all = recorded([[first.value as Uint8Array, second.value], parts], exchange.record?.response)
  await exchange.large.during(async () => {
    const resize = (): void => { size = exchange.large.pieceSize }
    if (await sendParts(exchange, compressed ? gzipped(all) : all, resize)) exchange.end()
  })
}

/** Whether the client stayed until the end. */
async function sendParts(exchange: Sending, parts: Iterable<Uint8Array> | AsyncIterable<Uint8Array>, resize: () => void): Promise<boolean> {
  let before: Promise<void> | undefined
  for await (const part of parts) {
    if (exchange.isGone) return false
    const passed = exchange.pass(part)
    await before
    before = passed
    // Sockets that take everything at once would otherwise keep the thread until the last byte.
    await nextTurn()
    resize()
  }
  await before
  return !exchange.isGone
}

function* recorded(lists: Iterable<Iterable<Uint8Array>>, record: Uint8Array[] | undefined): Generator<Uint8Array> {
  for (const parts of lists) {
    for (const part of parts) {
      record?.push(new Uint8Array(part))
      yield part
    }
  }
}
