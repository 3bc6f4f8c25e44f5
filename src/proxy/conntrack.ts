import type { Network } from '../host/network.ts'
import type { ServiceRoute } from './endpoints.ts'

/** A destination whose remembered UDP flows may lead to an endpoint that is gone. */
export interface StaleFlows {
  readonly destination: string | undefined
  readonly port: number
  readonly backend: string | undefined
}

/** UDP has no connections that end: flows to endpoints that went away, or that found none before, must be forgotten. Pure. */
export function staleUdpFlows(before: readonly ServiceRoute[], after: readonly ServiceRoute[]): StaleFlows[] {
  const next = new Map(after.map(route => [route.id, route]))
  const previous = new Map(before.map(route => [route.id, route]))
  const stale: StaleFlows[] = []
  for (const route of before.filter(({ protocol }) => protocol === 'udp')) {
    const alive = new Set((next.get(route.id)?.internal ?? []).map(({ ip, port }) => `${ip}:${port}`))
    const gone = route.internal.filter(({ ip, port }) => !alive.has(`${ip}:${port}`))
    for (const destination of route.clusterIps) for (const { ip } of gone) stale.push({ destination, port: route.port, backend: ip })
    if (route.nodePort !== undefined) for (const { ip } of gone) stale.push({ destination: undefined, port: route.nodePort, backend: ip })
  }
  for (const route of after.filter(({ protocol, internal }) => protocol === 'udp' && internal.length > 0)) {
    if (previous.get(route.id)?.internal.length) continue
    for (const destination of route.clusterIps) stale.push({ destination, port: route.port, backend: undefined })
    if (route.nodePort !== undefined) stale.push({ destination: undefined, port: route.nodePort, backend: undefined })
  }
  return stale
}

/** Makes the kernel forget these flows. */
export async function forgetFlows(network: Network, flows: readonly StaleFlows[]): Promise<void> {
  for (const { destination, port, backend } of flows) {
    await network.forgetConnections('-p', 'udp', ...(destination ? ['--orig-dst', destination] : []), '--dport', String(port), ...(backend ? ['--dst-nat', backend] : []))
  }
}
