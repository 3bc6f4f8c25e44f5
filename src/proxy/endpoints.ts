import type { Service, ServicePort } from '../api/core/service.ts'
import type { Endpoint, EndpointSlice } from '../api/discovery/endpoint-slice.ts'

export type IpFamily = 'IPv4' | 'IPv6'

/** Where one connection may be sent to. */
export interface Backend {
  readonly ip: string
  readonly port: number
}

/** One port of one service with all that decides about its packets. */
export interface ServiceRoute {
  /** `namespace/name/protocol/port`, unique. */
  readonly id: string
  readonly protocol: 'tcp' | 'udp' | 'sctp'
  readonly port: number
  readonly clusterIps: readonly string[]
  /** External IPs and those of load balancers. */
  readonly externalIps: readonly string[]
  readonly nodePort: number | undefined
  /** Seconds that a client stays with its endpoint; undefined: no affinity. */
  readonly affinitySeconds: number | undefined
  /** Clients that a load balancer's address admits; empty: everybody. */
  readonly sourceRanges: readonly string[]
  /** Backends for connections from inside, by `internalTrafficPolicy`. */
  readonly internal: readonly Backend[]
  /** Backends for connections from outside, by `externalTrafficPolicy`. */
  readonly external: readonly Backend[]
  /** `Local`: the client's address is kept, so nothing is masqueraded. */
  readonly externalLocal: boolean
  /** False where traffic that finds no local backend is dropped instead of refused, because other nodes have some. */
  readonly anywhere: boolean
}

const LAST_RESORT_AFFINITY_SECONDS = 10_800

/** The routes of all services on one node, in a stable order. Pure. */
export function serviceRoutes(
  services: readonly Service[], slicesOf: (service: Service) => readonly EndpointSlice[], node: string, family: IpFamily,
): ServiceRoute[] {
  const routes: ServiceRoute[] = []
  for (const service of services) {
    if (service.spec.type === 'ExternalName' || service.spec.clusterIP === 'None' || !service.spec.clusterIP) continue
    if (service.metadata.labels?.['service.kubernetes.io/service-proxy-name'] !== undefined) continue
    const slices = slicesOf(service).filter(slice => slice.addressType === family)
    for (const port of service.spec.ports ?? []) routes.push(routeOf(service, port, slices, node, family))
  }
  return routes.sort((a, b) => (a.id < b.id ? -1 : 1))
}

function routeOf(service: Service, port: ServicePort, slices: readonly EndpointSlice[], node: string, family: IpFamily): ServiceRoute {
  const { spec, metadata } = service
  const everywhere = backendsOf(slices, port)
  const here = everywhere.filter(({ endpoint }) => endpoint.nodeName === node)
  const externalLocal = spec.externalTrafficPolicy === 'Local'
  return {
    id: `${metadata.namespace}/${metadata.name}/${port.protocol.toLowerCase()}/${port.name ?? port.port}`,
    protocol: port.protocol.toLowerCase() as ServiceRoute['protocol'],
    port: port.port,
    clusterIps: ofFamily(spec.clusterIPs ?? [spec.clusterIP!], family),
    externalIps: ofFamily([...(spec.externalIPs ?? []), ...loadBalancerIps(service)], family),
    nodePort: port.nodePort || undefined,
    affinitySeconds: spec.sessionAffinity === 'ClientIP' ? (spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? LAST_RESORT_AFFINITY_SECONDS) : undefined,
    sourceRanges: ofFamily(spec.loadBalancerSourceRanges ?? [], family),
    internal: usable(spec.internalTrafficPolicy === 'Local' ? here : everywhere),
    external: usable(externalLocal ? here : everywhere),
    externalLocal,
    anywhere: everywhere.length > 0,
  }
}

const ofFamily = (addresses: readonly string[], family: IpFamily): string[] => addresses.filter(address => address.includes(':') === (family === 'IPv6'))

const loadBalancerIps = ({ status }: Service): string[] =>
  (status.loadBalancer.ingress ?? []).filter(({ ipMode }) => ipMode !== 'Proxy').flatMap(({ ip }) => (ip ? [ip] : []))

interface Candidate extends Backend {
  readonly endpoint: Endpoint
}

function backendsOf(slices: readonly EndpointSlice[], port: ServicePort): Candidate[] {
  const seen = new Map<string, Candidate>()
  for (const slice of slices) {
    const match = slice.ports?.find(each => (each.name ?? '') === (port.name ?? '') && (each.protocol ?? 'TCP') === port.protocol)
    if (match?.port === undefined) continue
    for (const endpoint of slice.endpoints ?? []) {
      const ip = endpoint.addresses[0]
      if (ip !== undefined && (isReady(endpoint) || isServing(endpoint))) seen.set(`${ip}:${match.port}`, { ip, port: match.port, endpoint })
    }
  }
  return [...seen.values()].sort((a, b) => (a.ip === b.ip ? a.port - b.port : a.ip < b.ip ? -1 : 1))
}

const isReady = ({ conditions }: Endpoint): boolean => conditions.ready !== false
/** KEP-1669: endpoints that shut down but still answer serve when nobody else can. */
const isServing = ({ conditions }: Endpoint): boolean => conditions.serving === true && conditions.terminating === true

function usable(candidates: readonly Candidate[]): Backend[] {
  const ready = candidates.filter(({ endpoint }) => isReady(endpoint))
  return (ready.length > 0 ? ready : candidates).map(({ ip, port }) => ({ ip, port }))
}
