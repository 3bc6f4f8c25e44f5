/** Frames of SPDY/3.1, as far as streams of bytes need them. `H` is what stands for headers: the headers, or the compressed block they came in. */
type Frame<H> =
  | { type: 'SYN_STREAM' | 'SYN_REPLY' | 'HEADERS'; streamId: number; fin: boolean; headers: H }
  | { type: 'RST_STREAM'; streamId: number; status: number }
  | { type: 'PING'; id: number }
  | { type: 'GOAWAY'; lastStreamId: number; status: number }
  | { type: 'DATA'; streamId: number; fin: boolean; data: Uint8Array }

/** A frame to send. */
export type SpdyFrame = Frame<SpdyHeaders>
/** A frame as it arrived; `OTHER` is one that nobody here needs. Blocks must be inflated in the order in which they came, or not at all. */
export type ReceivedFrame = Frame<Uint8Array> | { type: 'OTHER'; control: number }

export type SpdyHeaders = ReadonlyMap<string, string>

const CONTROL = { SYN_STREAM: 1, SYN_REPLY: 2, RST_STREAM: 3, PING: 6, GOAWAY: 7, HEADERS: 8 } as const
const FLAG_FIN = 1
const HEADER_BYTES = 8
/** zlib's header for a stream with a dictionary, and the dictionary's checksum. */
const ZLIB_START = Uint8Array.of(0x78, 0xbb, 0xe3, 0xc6, 0xa7, 0xc2)
const LARGEST_BLOCK = 0xffff

const blockOf = (bytes: Uint8Array): Uint8Array => {
  const size = bytes.length
  return Uint8Array.of(0, size & 255, size >> 8, ~size & 255, (~size >> 8) & 255, ...bytes)
}

/**
 * Makes the header blocks of one connection. They are "compressed" by storing: it needs no history and no library, and headers are short.
 * Each ends with an empty block, without which Go's reader holds back the end.
 */
export function headerWriter(): (headers: SpdyHeaders) => Uint8Array {
  let started = false
  return headers => {
    const parts: Uint8Array[] = [uint32(headers.size)]
    for (const [name, value] of headers) for (const text of [name.toLowerCase(), value]) parts.push(uint32(Buffer.byteLength(text)), Buffer.from(text))
    const plain = Buffer.concat(parts)
    const blocks: Uint8Array[] = started ? [] : [ZLIB_START]
    started = true
    for (let at = 0; at < plain.length; at += LARGEST_BLOCK) blocks.push(blockOf(plain.subarray(at, at + LARGEST_BLOCK)))
    return Buffer.concat([...blocks, blockOf(new Uint8Array())])
  }
}

const uint32 = (value: number): Uint8Array => Uint8Array.of((value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255)

/** Reads a header block that has been inflated (with the dictionary, and the history of the connection's earlier blocks). */
export function parseHeaders(plain: Uint8Array): SpdyHeaders {
  const bytes = Buffer.from(plain.buffer, plain.byteOffset, plain.byteLength)
  let at = 0
  const number = (): number => bytes.readUInt32BE((at += 4) - 4)
  const text = (): string => {
    const size = number()
    if (at + size > bytes.length) throw new Error('SPDY: a header runs over its block')
    return bytes.toString('utf8', at, (at += size))
  }
  const headers = new Map<string, string>()
  for (let left = number(); left > 0; left--) {
    const name = text()
    headers.set(name, text())
  }
  return headers
}

const control = (type: number, flags: number, body: Uint8Array): Uint8Array =>
  Buffer.concat([Uint8Array.of(0x80, 3, 0, type, flags, (body.length >>> 16) & 255, (body.length >>> 8) & 255, body.length & 255), body])

/** A frame's bytes; `headers` makes the connection's header blocks. */
export function encodeFrame(frame: SpdyFrame, headers: (headers: SpdyHeaders) => Uint8Array): Uint8Array {
  switch (frame.type) {
    case 'DATA': {
      const size = frame.data.length
      const head = [...uint32(frame.streamId), frame.fin ? FLAG_FIN : 0, (size >>> 16) & 255, (size >>> 8) & 255, size & 255]
      return Buffer.concat([Uint8Array.from(head), frame.data])
    }
    case 'SYN_STREAM':
      return control(CONTROL.SYN_STREAM, frame.fin ? FLAG_FIN : 0, Buffer.concat([uint32(frame.streamId), uint32(0), Uint8Array.of(0, 0), headers(frame.headers)]))
    case 'SYN_REPLY': case 'HEADERS':
      return control(CONTROL[frame.type], frame.fin ? FLAG_FIN : 0, Buffer.concat([uint32(frame.streamId), headers(frame.headers)]))
    case 'RST_STREAM': return control(CONTROL.RST_STREAM, 0, Buffer.concat([uint32(frame.streamId), uint32(frame.status)]))
    case 'PING': return control(CONTROL.PING, 0, uint32(frame.id))
    case 'GOAWAY': return control(CONTROL.GOAWAY, 0, Buffer.concat([uint32(frame.lastStreamId), uint32(frame.status)]))
  }
}

/** Cuts what arrives into frames. */
export function frameReader(): (bytes: Uint8Array) => ReceivedFrame[] {
  let pending: Buffer = Buffer.alloc(0)
  return bytes => {
    pending = pending.length ? Buffer.concat([pending, bytes]) : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const frames: ReceivedFrame[] = []
    while (pending.length >= HEADER_BYTES) {
      const size = pending.readUIntBE(5, 3)
      if (pending.length < HEADER_BYTES + size) break
      frames.push(decodeFrame(pending.subarray(0, HEADER_BYTES), pending.subarray(HEADER_BYTES, HEADER_BYTES + size)))
      pending = pending.subarray(HEADER_BYTES + size)
    }
    return frames
  }
}

function decodeFrame(head: Buffer, body: Buffer): ReceivedFrame {
  const fin = (head[4]! & FLAG_FIN) !== 0
  if ((head[0]! & 0x80) === 0) return { type: 'DATA', streamId: head.readUInt32BE(0), fin, data: body }
  const kind = head.readUInt16BE(2)
  const number = (at: number): number => {
    if (body.length < at + 4) throw new Error('SPDY: a control frame is too short')
    return body.readUInt32BE(at)
  }
  const id = (): number => number(0) & 0x7fffffff
  switch (kind) {
    case CONTROL.SYN_STREAM: return { type: 'SYN_STREAM', streamId: id(), fin, headers: body.subarray(10) }
    case CONTROL.SYN_REPLY: return { type: 'SYN_REPLY', streamId: id(), fin, headers: body.subarray(4) }
    case CONTROL.HEADERS: return { type: 'HEADERS', streamId: id(), fin, headers: body.subarray(4) }
    case CONTROL.RST_STREAM: return { type: 'RST_STREAM', streamId: id(), status: number(4) }
    case CONTROL.PING: return { type: 'PING', id: number(0) }
    case CONTROL.GOAWAY: return { type: 'GOAWAY', lastStreamId: id(), status: number(4) }
    default: return { type: 'OTHER', control: kind }
  }
}
