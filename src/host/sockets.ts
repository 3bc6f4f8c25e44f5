import { createSocket, type RemoteInfo } from 'node:dgram'
import { connect, createServer, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { systemClock } from '../machinery/clock.ts'

export interface Endpoint {
  address: string
  port: number
}

/** A socket that listens; `port` is the real one where 0 was asked for. */
export interface Listener {
  address: string
  port: number
  close(): Promise<void>
}

export interface UdpSocket extends Listener {
  send(message: Uint8Array, to: Endpoint): Promise<void>
}

/** Opens a UDP socket; `onMessage` is called for each datagram. */
export function openUdp(at: Endpoint, onMessage: (message: Uint8Array, from: Endpoint) => void): Promise<UdpSocket> {
  const socket = createSocket({ type: at.address.includes(':') ? 'udp6' : 'udp4' })
  return new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.bind({ address: at.address, port: at.port }, () => {
      socket.off('error', reject)
      // ICMP errors of earlier sends surface here; the socket goes on.
      socket.on('error', () => undefined)
      socket.on('message', (message: Buffer, from: RemoteInfo) => onMessage(message, { address: from.address, port: from.port }))
      const { address, port } = socket.address()
      resolve({
        address, port,
        send: (message, to) => new Promise((done, failed) => socket.send(message, to.port, to.address, error => (error ? failed(error) : done()))),
        close: () => new Promise(done => socket.close(() => done())),
      })
    })
  })
}

export interface HalfOpen {
  /** The other side may end what it sends and still receive, as a forwarded connection must; our side then ends only when it is told to. */
  halfOpen?: boolean
}

/** Listens for TCP connections, or on a unix socket when `at` is a path. */
export function listenTcp(at: Endpoint | string, onConnection: (connection: Socket) => void, options: HalfOpen = {}): Promise<Listener> {
  const connections = new Set<Socket>()
  const server = createServer({ noDelay: true, allowHalfOpen: options.halfOpen ?? false }, connection => {
    connections.add(connection)
    connection.once('close', () => connections.delete(connection))
    connection.on('error', () => connection.destroy())
    onConnection(connection)
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(typeof at === 'string' ? { path: at } : { host: at.address, port: at.port }, () => {
      const bound = server.address()
      const { address, port } = typeof bound === 'object' && bound ? bound : { address: String(at), port: 0 }
      resolve({
        address, port,
        close: () => new Promise(done => {
          server.close(() => done())
          for (const connection of connections) connection.destroy()
        }),
      })
    })
  })
}

/** Connects to a TCP address, or to a unix socket when `to` is a path; rejects after `timeoutMs`. */
export function connectTcp(to: Endpoint | string, options: HalfOpen & { timeoutMs?: number; signal?: AbortSignal } = {}): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const allowHalfOpen = options.halfOpen ?? false
    const socket = connect(typeof to === 'string' ? { path: to, allowHalfOpen } : { host: to.address, port: to.port, noDelay: true, allowHalfOpen })
    const abort = (): void => fail(options.signal!.reason)
    const timer = options.timeoutMs === undefined ? undefined : systemClock.after(
      options.timeoutMs, () => fail(Object.assign(new Error('i/o timeout'), { code: 'ETIMEDOUT' })))
    const settle = (): void => {
      timer?.cancel()
      options.signal?.removeEventListener('abort', abort)
    }
    const fail = (error: Error): void => { settle(); socket.destroy(); reject(error) }
    if (options.signal?.aborted) return abort()
    options.signal?.addEventListener('abort', abort, { once: true })
    socket.once('error', fail)
    socket.once('connect', () => {
      settle()
      socket.off('error', fail)
      resolve(socket)
    })
  })
}

/** Copies both ways until both sides have ended; an error on one side ends the other. The sockets should be half-open ones. */
export function splice(left: Duplex, right: Duplex): Promise<void> {
  return new Promise(resolve => {
    let open = 2
    const closed = (): void => { if (--open === 0) resolve() }
    for (const [from, to] of [[left, right], [right, left]] as const) {
      from.pipe(to)
      from.on('error', () => to.destroy())
      from.once('close', () => { to.end(); closed() })
    }
  })
}
