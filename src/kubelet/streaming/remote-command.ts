import type { WebSocket } from 'ws'
import type { SpdyConnection, SpdyStream } from './spdy-connection.ts'

/** Channels of the WebSocket protocols v4 and v5.channel.k8s.io: the first byte of each message. */
const STDIN = 0
const STDOUT = 1
const STDERR = 2
const ERROR = 3
const RESIZE = 4
const CLOSE = 255

/** Subprotocols that are spoken, the best first. */
export const REMOTE_COMMAND_PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io'] as const

export interface CommandStreams {
  readonly stdin: boolean
  readonly stdout: boolean
  readonly stderr: boolean
  readonly tty: boolean
}

const open = (connection: SpdyConnection, streamType: string): SpdyStream => connection.open(new Map([['streamtype', streamType]]))

/** Sends one message and waits until it is on its way, so that a slow client slows the container down. */
const send = (socket: WebSocket, channel: number, data: Uint8Array): Promise<void> => new Promise(resolve => {
  if (socket.readyState !== socket.OPEN) return resolve()
  socket.send(Buffer.concat([Uint8Array.of(channel), data]), { binary: true }, () => resolve())
})

/** Carries one exec or attach session between a WebSocket client and the runtime's SPDY server, until either has ended. */
export async function translateRemoteCommand(socket: WebSocket, connection: SpdyConnection, streams: CommandStreams): Promise<void> {
  // The order in which the runtime expects them: errors first.
  const errors = open(connection, 'error')
  const stdin = streams.stdin ? open(connection, 'stdin') : undefined
  const stdout = streams.stdout ? open(connection, 'stdout') : undefined
  const stderr = streams.stderr && !streams.tty ? open(connection, 'stderr') : undefined
  const resize = streams.tty ? open(connection, 'resize') : undefined
  forwardInput(socket, stdin, resize)
  socket.on('error', () => connection.close())
  socket.on('close', () => connection.close())
  // An empty message on the first channel that can have one tells the client that the connection stands.
  void send(socket, stdout ? STDOUT : stderr ? STDERR : ERROR, new Uint8Array())
  const forward = async (stream: SpdyStream | undefined, channel: number): Promise<void> => {
    if (stream) for await (const data of stream.incoming) await send(socket, channel, data)
  }
  const collect = async (): Promise<Uint8Array> => {
    const chunks: Uint8Array[] = []
    for await (const data of errors.incoming) chunks.push(data)
    return Buffer.concat(chunks)
  }
  const [status] = await Promise.all([collect(), forward(stdout, STDOUT), forward(stderr, STDERR)].map(each => each.catch(() => undefined)))
  if (status?.length) await send(socket, ERROR, status)
  connection.close()
  socket.close(1000)
}

function forwardInput(socket: WebSocket, stdin: SpdyStream | undefined, resize: SpdyStream | undefined): void {
  let last: Promise<void> = Promise.resolve()
  const write = (stream: SpdyStream, data: Uint8Array): void => {
    socket.pause()
    last = last.then(() => stream.write(data)).finally(() => { if (socket.readyState === socket.OPEN) socket.resume() })
  }
  socket.on('message', (message: Buffer) => {
    const [channel, data] = [message[0], message.subarray(1)]
    if (channel === STDIN && stdin) write(stdin, data)
    else if (channel === RESIZE && resize) write(resize, data)
    else if (channel === CLOSE && data[0] === STDIN && stdin) last = last.then(() => stdin.end())
  })
}
