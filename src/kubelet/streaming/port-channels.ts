import type { WebSocket } from 'ws'
import type { SpdyConnection } from './spdy-connection.ts'

/** Ports in channels, the older way: two channels for each port, data and errors. */
export const PORT_CHANNEL_PROTOCOL = 'v4.channel.k8s.io'

/** Carries one connection for each port between a WebSocket client and the runtime's SPDY server, until the client or all of them have ended. */
export async function translatePorts(socket: WebSocket, connection: SpdyConnection, ports: readonly number[]): Promise<void> {
  const send = (channel: number, data: Uint8Array): Promise<void> => new Promise(resolve => {
    if (socket.readyState !== socket.OPEN) return resolve()
    socket.send(Buffer.concat([Uint8Array.of(channel), data]), { binary: true }, () => resolve())
  })
  const streams = ports.map((port, index) => {
    const headers = (streamtype: string) => new Map([['streamtype', streamtype], ['port', String(port)], ['requestid', String(index)]])
    // The runtime expects the errors' stream first.
    return { errors: connection.open(headers('error')), data: connection.open(headers('data')), name: Uint8Array.of(port & 255, port >> 8) }
  })
  let last: Promise<void> = Promise.resolve()
  socket.on('message', (message: Buffer) => {
    const stream = message[0]! % 2 === 0 ? streams[message[0]! / 2] : undefined
    if (!stream || message.length === 1) return
    socket.pause()
    last = last.then(() => stream.data.write(message.subarray(1))).catch(() => undefined).finally(() => socket.resume())
  })
  socket.on('error', () => connection.close())
  socket.on('close', () => connection.close())
  await Promise.all(streams.flatMap(({ errors, data, name }, index) => [data, errors].map(async (stream, kind) => {
    // Each channel begins with the number of its port, lowest byte first.
    await send(2 * index + kind, name)
    for await (const chunk of stream.incoming) await send(2 * index + kind, chunk)
  })).map(each => each.catch(() => undefined)))
  connection.close()
  socket.close(1000)
}
