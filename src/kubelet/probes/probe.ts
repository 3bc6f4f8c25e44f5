import type { Probe } from '../../api/core/pod/probes.ts'
import type { Container } from '../../api/core/pod/container.ts'
import type { Runtime } from '../runtime.ts'

/** What one try said. */
export interface ProbeResult {
  readonly healthy: boolean
  readonly output: string
}

/** What probes of the network go through; a simulated node has its own. */
export interface ProbeTransport {
  /** Status and beginning of the body of a GET, redirects to the same host followed; throws with the words of a failed connection. */
  get(request: { url: string; headers: Readonly<Record<string, string>>; timeoutMs: number }): Promise<{ status: number; body: string }>
  /** Opens and closes a connection. */
  connect(address: string, port: number, timeoutMs: number): Promise<void>
  /** grpc.health.v1: `SERVING` and the like. */
  health(address: string, port: number, service: string, timeoutMs: number): Promise<string>
}

export interface ProbeContext {
  readonly runtime: Runtime
  readonly transport: ProbeTransport
  readonly spec: Container
  readonly containerId: string
  readonly podIP: string
  readonly timeoutMs: number
}

/** A way to ask a container how it is: the field of a probe that names it. A throw means that the question could not be asked. */
export interface ProbeHandler {
  readonly field: 'exec' | 'httpGet' | 'tcpSocket' | 'grpc'
  run(probe: Probe, context: ProbeContext): Promise<ProbeResult>
}

/** A port's number: named ports are those of the container. */
export function portNumber(port: number | string, spec: Container): number {
  const found = typeof port === 'number' ? port : /^\d+$/.test(port) ? Number(port) : spec.ports?.find(({ name }) => name === port)?.containerPort
  if (found === undefined || found < 1 || found > 65535) throw new Error(typeof port === 'string' ? `couldn't find port: "${port}"` : `invalid port number: ${port}`)
  return found
}

/** An address as it stands before a port. */
export const hostPort = (address: string, port: number): string => (address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`)
