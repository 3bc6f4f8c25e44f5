import { WebSocketServer } from 'ws'
import type { HttpRequest } from '../host/http.ts'
import { Http1Wire } from '../host/wire.ts'
import { errorMessage } from '../machinery/log.ts'
import { StatusError } from '../machinery/status.ts'
import { isConnect, targetOf } from './connect.ts'
import { Exchange } from './exchange.ts'
import { joinUpgrade, refuse, type RawConnection } from './proxy.ts'
import { negotiate } from './representation/negotiate.ts'
import { WatchFrames } from './representation/watch-frame.ts'
import { requestInfo, type RequestInfo } from './request-info.ts'
import { callOf } from './resource-handler.ts'
import { route } from './router.ts'
import { admitUser, auditIdOf, observe, tellDone, type ServeParts } from './serve.ts'
import type { Call } from './call.ts'
import type { Server } from './verbs/verb.ts'
import { openWatch } from './verbs/watch.ts'

export type UpgradeHandler = (request: HttpRequest, socket: RawConnection, head: Uint8Array) => void

/** Answers requests that ask for another protocol: exec and its like are joined to the kubelet, watches go over WebSocket. */
export function createUpgradeHandler(parts: ServeParts): UpgradeHandler {
  const webSockets = new WebSocketServer({ noServer: true })
  return (request, socket, head) => {
    socket.on('error', () => socket.destroy())
    upgrade(parts, webSockets, request, socket, head).catch((error: unknown) => refuseWith(parts, socket, error))
  }
}

async function upgrade(parts: ServeParts, webSockets: WebSocketServer, request: HttpRequest, socket: RawConnection, head: Uint8Array): Promise<void> {
  const wire = new Http1Wire(request, socket as never)
  const exchange = new Exchange(wire, auditIdOf(parts, wire))
  const info = requestInfo(exchange)
  exchange.observations = observe(parts, exchange, info)
  try {
    await admitUser(parts, exchange, info)
    await join(parts, webSockets, exchange, info, { request, socket, head })
    exchange.status ||= 101
  } catch (error) {
    exchange.status = error instanceof StatusError ? error.code : 500
    throw error
  } finally {
    tellDone(exchange)
  }
}

interface Raw {
  readonly request: HttpRequest
  readonly socket: RawConnection
  readonly head: Uint8Array
}

async function join({ server }: ServeParts, webSockets: WebSocketServer, exchange: Exchange, info: RequestInfo, { request, socket, head }: Raw): Promise<void> {
  if (info.type !== 'resource') throw new StatusError('BadRequest', 'this path cannot be upgraded')
  const call = await callOf(exchange, info, route(server.catalog, exchange.method, info))
  if (isConnect(call)) return joinUpgrade(request, socket, head, await targetOf(server, call, exchange.query, server.kubelet))
  if (call.verb !== 'watch') throw new StatusError('BadRequest', 'only watches and connections to pods can be upgraded')
  await watchOverWebSocket(server, webSockets, exchange, call, { request, socket, head })
}

async function watchOverWebSocket(server: Server, webSockets: WebSocketServer, exchange: Exchange, call: Call, { request, socket, head }: { request: HttpRequest; socket: RawConnection; head: Uint8Array }): Promise<void> {
  const format = negotiate(exchange.header('accept'), { transforms: true, watch: true })
  const frames = new WatchFrames(call.resource, format, 'Metadata', () => server.clock.now())
  const watch = await openWatch(server, call)
  const connection = await shakeHands(webSockets, { request, socket, head }).catch((error: unknown) => {
    watch.close()
    throw error
  })
  connection.on('close', () => watch.close())
  const decoder = new TextDecoder()
  const send = (frame: Uint8Array): Promise<void> => new Promise(resolve => connection.send(decoder.decode(frame).trimEnd(), () => resolve()))
  try {
    for await (const batch of watch) for (const delivery of batch) await send(frames.frame(delivery))
  } catch (error) {
    if (!(error instanceof StatusError)) throw error
    await send(frames.error(error.toJSON()))
  } finally {
    connection.close()
  }
}

/** A handshake that fails closes the socket and calls nobody back. */
const shakeHands = (webSockets: WebSocketServer, { request, socket, head }: { request: HttpRequest; socket: RawConnection; head: Uint8Array }): Promise<import('ws').WebSocket> =>
  new Promise((resolve, reject) => {
    const lost = (): void => reject(new StatusError('BadRequest', 'the WebSocket handshake failed'))
    if (socket.destroyed) return lost()
    socket.on('close', lost)
    webSockets.handleUpgrade(request as never, socket, Buffer.from(head), resolve)
  })

function refuseWith({ server }: ServeParts, socket: RawConnection, error: unknown): void {
  if (socket.destroyed) return
  if (!(error instanceof StatusError)) server.log.error('An upgrade failed for a reason that nobody foresaw', { error: errorMessage(error), stack: error instanceof Error ? error.stack : undefined })
  const told = error instanceof StatusError ? error : new StatusError('InternalError', 'Internal error occurred: see the log of the API server')
  refuse(socket, told.code, JSON.stringify(told.toJSON()), 'application/json')
}
