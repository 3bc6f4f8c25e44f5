import { WebSocketServer, type WebSocket } from 'ws'
import { splice } from '../../host/sockets.ts'
import { upgradeHttp, type HttpRequest, type UpgradedConnection } from '../../host/http.ts'
import { badRequest, internalError, StatusError } from '../../machinery/status.ts'
import { latestContainer, latestSandbox } from '../pod-state.ts'
import { REMOTE_COMMAND_PROTOCOLS, translateRemoteCommand, type CommandStreams } from '../streaming/remote-command.ts'
import { PORT_CHANNEL_PROTOCOL, translatePorts } from '../streaming/port-channels.ts'
import { spdyClient, type Connection } from '../streaming/spdy-connection.ts'
import { TUNNEL_PROTOCOL, tunnel } from '../streaming/tunnel.ts'
import type { ServerDeps } from './deps.ts'
import { findWorker } from './container-logs.ts'

const COMMAND_VERSIONS = ['v4.channel.k8s.io', 'v3.channel.k8s.io', 'v2.channel.k8s.io', 'channel.k8s.io']
const PORT_FORWARD_VERSION = 'portforward.k8s.io'

/** A request to change protocols, with its path in parts. */
export interface UpgradeRequest {
  readonly request: HttpRequest
  readonly socket: Connection
  readonly head: Uint8Array
  readonly parts: readonly string[]
  readonly query: URLSearchParams
}

const flag = (query: URLSearchParams, ...names: readonly string[]): boolean => names.some(name => ['1', 'true'].includes(query.get(name) ?? ''))

const streamsOf = (query: URLSearchParams): CommandStreams => {
  const tty = flag(query, 'tty')
  return { tty, stdin: flag(query, 'input', 'stdin'), stdout: flag(query, 'output', 'stdout'), stderr: flag(query, 'error', 'stderr') && !tty }
}

const isWebSocket = ({ headers }: HttpRequest): boolean => String(headers.upgrade ?? '').toLowerCase() === 'websocket'

/** Opens the runtime's end of a session. */
async function dial(url: string, versions: readonly string[]): Promise<UpgradedConnection & { socket: Connection }> {
  const answer = await upgradeHttp(url, {
    method: 'POST', headers: { Connection: 'Upgrade', Upgrade: 'SPDY/3.1', 'X-Stream-Protocol-Version': versions }, timeoutMs: 30_000,
  })
  if (!answer.socket) throw internalError(`the container runtime refused the session with ${answer.status}: ${answer.body ?? ''}`)
  return answer as UpgradedConnection & { socket: Connection }
}

/** Answers a SPDY client with the runtime's own answer and leaves the two to each other. */
async function passThrough(url: string, { request, socket, head }: UpgradeRequest): Promise<void> {
  const versions = String(request.headers['x-stream-protocol-version'] ?? '').split(',').map(version => version.trim()).filter(Boolean)
  const runtime = await dial(url, versions)
  const version = runtime.headers['x-stream-protocol-version']
  const lines = ['HTTP/1.1 101 Switching Protocols', 'Connection: Upgrade', 'Upgrade: SPDY/3.1', ...(version ? [`X-Stream-Protocol-Version: ${String(version)}`] : [])]
  socket.write(`${lines.join('\r\n')}\r\n\r\n`)
  if (runtime.head.length) socket.write(runtime.head)
  if (head.length) runtime.socket.write(head)
  await splice(socket, runtime.socket)
}

/** Accepts a WebSocket that speaks one of these subprotocols. */
function acceptWebSocket({ request, socket, head }: UpgradeRequest, protocols: readonly string[]): Promise<WebSocket> {
  const offered = String(request.headers['sec-websocket-protocol'] ?? '').split(',').map(protocol => protocol.trim())
  const chosen = protocols.find(protocol => offered.includes(protocol))
  if (!chosen) throw badRequest(`none of the subprotocols ${offered.join(', ')} is spoken here: ${protocols.join(', ')}`)
  const server = new WebSocketServer({ noServer: true, handleProtocols: () => chosen, perMessageDeflate: false, maxPayload: 32 * 1024 * 1024 })
  return new Promise(resolve => server.handleUpgrade(request, socket, Buffer.from(head), resolve))
}

async function serveCommand(deps: ServerDeps, upgrade: UpgradeRequest, makeUrl: (containerId: string, streams: CommandStreams) => Promise<string>): Promise<void> {
  const [namespace = '', name = ''] = upgrade.parts
  const containerName = upgrade.parts.at(-1) ?? ''
  const { state } = findWorker(deps, namespace, name)
  const container = latestContainer(state, containerName)
  if (container?.state !== 'Running') throw new StatusError('NotFound', `container not found ("${containerName}")`)
  const streams = streamsOf(upgrade.query)
  if (!streams.stdin && !streams.stdout && !streams.stderr) throw badRequest('you must specify at least 1 of stdin, stdout, stderr')
  const url = await makeUrl(container.id, streams)
  if (!isWebSocket(upgrade.request)) return passThrough(url, upgrade)
  const runtime = await dial(url, COMMAND_VERSIONS)
  const webSocket = await acceptWebSocket(upgrade, REMOTE_COMMAND_PROTOCOLS)
  await translateRemoteCommand(webSocket, spdyClient(runtime.socket, runtime.head), streams)
}

/** `exec/NAMESPACE/POD[/UID]/CONTAINER?command=…` */
export const serveExec = (deps: ServerDeps, upgrade: UpgradeRequest): Promise<void> =>
  serveCommand(deps, upgrade, (containerId, streams) => deps.options.runtime.exec({ containerId, ...streams, command: upgrade.query.getAll('command') }))

/** `attach/NAMESPACE/POD[/UID]/CONTAINER` */
export const serveAttach = (deps: ServerDeps, upgrade: UpgradeRequest): Promise<void> =>
  serveCommand(deps, upgrade, (containerId, streams) => deps.options.runtime.attach({ containerId, ...streams }))

/** `portForward/NAMESPACE/POD[/UID]` */
export async function servePortForward(deps: ServerDeps, upgrade: UpgradeRequest): Promise<void> {
  const [namespace = '', name = ''] = upgrade.parts
  const sandbox = latestSandbox(findWorker(deps, namespace, name).state)
  if (sandbox?.state !== 'Ready') throw new StatusError('NotFound', `pod not found ("${name}_${namespace}")`)
  const ports = ['port', 'ports'].flatMap(key => upgrade.query.getAll(key)).flatMap(each => each.split(',')).map(Number).filter(Boolean)
  const url = await deps.options.runtime.portForward(sandbox.id, ports)
  if (!isWebSocket(upgrade.request)) return passThrough(url, upgrade)
  const runtime = await dial(url, [PORT_FORWARD_VERSION])
  const webSocket = await acceptWebSocket(upgrade, [TUNNEL_PROTOCOL, PORT_CHANNEL_PROTOCOL])
  if (webSocket.protocol === TUNNEL_PROTOCOL) await tunnel(webSocket, runtime.socket, runtime.head)
  else await translatePorts(webSocket, spdyClient(runtime.socket, runtime.head), ports)
}
