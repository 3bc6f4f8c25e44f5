import type { UpgradedConnection } from '../../host/http.ts'
import { encodeFrame, frameReader, headerWriter, type ReceivedFrame, type SpdyFrame, type SpdyHeaders } from './spdy-frames.ts'

export type Connection = NonNullable<UpgradedConnection['socket']>

/** One stream of bytes, both ways. */
export interface SpdyStream {
  readonly headers: SpdyHeaders
  /** What arrives; ends when the other side has said its last, throws when it has cut the stream. */
  readonly incoming: AsyncIterable<Uint8Array>
  /** Resolves when there is room for more. */
  write(data: Uint8Array): Promise<void>
  /** Says that nothing more will be written. */
  end(): void
}

/** One connection with many streams. */
export interface SpdyConnection {
  open(headers: SpdyHeaders): SpdyStream
  /** Resolves when the connection has ended, for whatever reason. */
  readonly closed: Promise<void>
  close(): void
}

const MAX_DATA = 64 * 1024
/** So much of one stream may wait for its reader before the whole connection does. */
const MAX_WAITING = 1024 * 1024

/** Status of RST_STREAM. */
const REFUSED = 3
const CANCEL = 5

interface Inbox {
  readonly stream: SpdyStream
  push(data: Uint8Array): Promise<void>
  finish(error?: Error): void
}

function makeInbox(headers: SpdyHeaders, write: SpdyStream['write'], end: SpdyStream['end']): Inbox {
  const queue: Uint8Array[] = []
  let waitingBytes = 0
  let done = false
  let failure: Error | undefined
  let wakeReader = (): void => {}
  let wakeWriter = (): void => {}
  async function* read(): AsyncIterable<Uint8Array> {
    for (;;) {
      const data = queue.shift()
      if (data) {
        waitingBytes -= data.length
        if (waitingBytes <= MAX_WAITING) wakeWriter()
        yield data
      } else if (failure) throw failure
      else if (done) return
      else await new Promise<void>(resolve => { wakeReader = resolve })
    }
  }
  return {
    stream: { headers, incoming: read(), write, end },
    async push(data) {
      if (data.length === 0) return
      queue.push(data)
      waitingBytes += data.length
      wakeReader()
      if (waitingBytes > MAX_WAITING && !done) await new Promise<void>(resolve => { wakeWriter = resolve })
    },
    finish(error) {
      if (error) failure ??= error
      done = true
      wakeReader()
      wakeWriter()
    },
  }
}

/** The client's side of a connection that was upgraded to SPDY/3.1. */
export function spdyClient(socket: Connection, head: Uint8Array = new Uint8Array()): SpdyConnection {
  const headers = headerWriter()
  const read = frameReader()
  const streams = new Map<number, Inbox>()
  let nextId = 1

  const send = (frame: SpdyFrame): Promise<void> => new Promise(resolve => {
    if (socket.destroyed || !socket.writable || socket.write(encodeFrame(frame, headers))) return resolve()
    const done = (): void => { socket.off('drain', done); socket.off('close', done); resolve() }
    socket.once('drain', done)
    socket.once('close', done)
  })
  const handle = async (frame: ReceivedFrame): Promise<void> => {
    if (frame.type === 'PING') return send(frame)
    if (frame.type === 'GOAWAY' || frame.type === 'OTHER') return
    // The runtime opens no streams.
    if (frame.type === 'SYN_STREAM') return send({ type: 'RST_STREAM', streamId: frame.streamId, status: REFUSED })
    const inbox = streams.get(frame.streamId)
    if (!inbox) return
    // Go's servers cancel what they are done with.
    if (frame.type === 'RST_STREAM') inbox.finish(frame.status === CANCEL ? undefined : new Error(`the stream was reset with status ${frame.status}`))
    else {
      if (frame.type === 'DATA') await inbox.push(frame.data)
      if (frame.fin) inbox.finish()
    }
  }
  const pump = async (): Promise<void> => {
    try {
      if (head.length) for (const frame of read(head)) await handle(frame)
      for await (const chunk of socket as AsyncIterable<Uint8Array>) for (const frame of read(chunk)) await handle(frame)
    } catch (error) {
      socket.destroy()
      for (const inbox of streams.values()) inbox.finish(error as Error)
    } finally {
      for (const inbox of streams.values()) inbox.finish()
      socket.destroy()
    }
  }
  const closed = pump()
  return {
    closed,
    close: () => void socket.destroy(),
    open(streamHeaders) {
      const streamId = nextId
      nextId += 2
      const write = async (data: Uint8Array): Promise<void> => {
        for (let at = 0; at < data.length; at += MAX_DATA) await send({ type: 'DATA', streamId, fin: false, data: data.subarray(at, at + MAX_DATA) })
      }
      const inbox = makeInbox(streamHeaders, write, () => void send({ type: 'DATA', streamId, fin: true, data: new Uint8Array() }))
      streams.set(streamId, inbox)
      void send({ type: 'SYN_STREAM', streamId, fin: false, headers: streamHeaders })
      return inbox.stream
    },
  }
}
