import type { WebSocket } from 'ws'
import type { Connection } from './spdy-connection.ts'

/** A SPDY connection inside the messages of a WebSocket (KEP-4006). */
export const TUNNEL_PROTOCOL = 'SPDY/3.1+portforward.k8s.io'

/** Carries the bytes of a connection in binary messages, both ways, until either side has ended. */
export function tunnel(socket: WebSocket, connection: Connection, head: Uint8Array): Promise<void> {
  return new Promise(resolve => {
    const end = (): void => {
      connection.destroy()
      if (socket.readyState === socket.OPEN) socket.close(1000)
      resolve()
    }
    const forward = (data: Uint8Array): void => {
      connection.pause()
      socket.send(data, { binary: true }, () => connection.resume())
    }
    if (head.length) socket.send(head, { binary: true })
    connection.on('data', forward)
    connection.once('close', end)
    connection.once('end', end)
    connection.on('error', end)
    socket.on('message', (message: Buffer) => {
      if (connection.write(message)) return
      socket.pause()
      connection.once('drain', () => socket.resume())
    })
    socket.once('close', end)
    socket.on('error', end)
  })
}
