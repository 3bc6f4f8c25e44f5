import type { Backend, IpFamily, ServiceRoute } from './endpoints.ts'

/** A port of the node that leads to one pod (`hostPort`). */
export interface HostPortRoute {
  readonly protocol: 'tcp' | 'udp' | 'sctp'
  readonly hostPort: number
  /** Address of the node that it is bound to; undefined: all. */
  readonly hostIp: string | undefined
  readonly backend: Backend
}

/** What one nftables table holds: everything named, so that two of them can be compared. */
export interface Ruleset {
  readonly chains: ReadonlyMap<string, readonly string[]>
  /** Elements of the fixed maps: map, key, verdict. */
  readonly maps: ReadonlyMap<MapName, ReadonlyMap<string, string>>
  readonly hairpins: ReadonlySet<string>
  /** Dynamic sets of clients, by name, with the seconds that a client stays. */
  readonly affinity: ReadonlyMap<string, number>
}

export type MapName = 'service-ips' | 'service-nodeports' | 'host-ports' | 'no-endpoint-services' | 'no-endpoint-nodeports'
export const mapNames: readonly MapName[] = ['service-ips', 'service-nodeports', 'host-ports', 'no-endpoint-services', 'no-endpoint-nodeports']

export interface RulesetOptions {
  readonly family: IpFamily
  /** Pods' addresses: connections from elsewhere to a cluster IP are masqueraded. */
  readonly clusterCidr: string
}

const nft = { IPv4: 'ip', IPv6: 'ip6' } as const

/** The nftables form of all routes. Pure: changes are found by comparing two results. */
export function planRuleset(routes: readonly ServiceRoute[], hostPorts: readonly HostPortRoute[], options: RulesetOptions): Ruleset {
  const plan = { chains: new Map<string, string[]>(), maps: new Map(mapNames.map(name => [name, new Map<string, string>()] as const)), hairpins: new Set<string>(), affinity: new Map<string, number>() }
  for (const route of routes) addRoute(plan, route, options)
  for (const route of hostPorts) addHostPort(plan, route, options)
  return plan
}

interface Plan {
  readonly chains: Map<string, string[]>
  readonly maps: Map<MapName, Map<string, string>>
  readonly hairpins: Set<string>
  readonly affinity: Map<string, number>
}

function addRoute(plan: Plan, route: ServiceRoute, options: RulesetOptions): void {
  const ip = nft[options.family]
  const internal = `service-${route.id}`
  const external = `external-${route.id}`
  for (const backend of [...route.internal, ...route.external]) plan.hairpins.add(`${backend.ip} . ${backend.ip}`)

  if (route.internal.length > 0) {
    plan.chains.set(internal, [`${ip} saddr != ${options.clusterCidr} jump mark-for-masquerade`, ...sendTo(plan, route, route.internal, internal, options)])
  }
  const reachable = route.nodePort !== undefined || route.externalIps.length > 0
  if (reachable && route.external.length > 0) plan.chains.set(external, externalChain(plan, route, external, options))

  const refusal = route.anywhere ? 'drop' : 'goto reject-service'
  for (const address of route.clusterIps) enter(plan, 'service-ips', 'no-endpoint-services', key(address, route), route.internal.length > 0 ? internal : undefined, refusal)
  for (const address of route.externalIps) enter(plan, 'service-ips', 'no-endpoint-services', key(address, route), route.external.length > 0 ? external : undefined, refusal)
  if (route.nodePort !== undefined) {
    const nodePort = `${route.protocol} . ${route.nodePort}`
    enter(plan, 'service-nodeports', 'no-endpoint-nodeports', nodePort, route.external.length > 0 ? external : undefined, refusal)
  }
}

const key = (address: string, { protocol, port }: ServiceRoute): string => `${address} . ${protocol} . ${port}`

function enter(plan: Plan, open: MapName, closed: MapName, element: string, chain: string | undefined, refusal: string): void {
  if (chain) plan.maps.get(open)!.set(element, `goto ${chain}`)
  else plan.maps.get(closed)!.set(element, refusal)
}

function externalChain(plan: Plan, route: ServiceRoute, chain: string, options: RulesetOptions): string[] {
  const ip = nft[options.family]
  const admitted = route.sourceRanges.length > 0 && route.externalIps.length > 0
    ? [`${ip} daddr { ${route.externalIps.join(', ')} } ${ip} saddr != { ${route.sourceRanges.join(', ')} } drop`]
    : []
  // With the Local policy only the node's own connections lose their address, since no other host's answer would find the way back.
  const masquerade = route.externalLocal ? 'fib saddr type local jump mark-for-masquerade' : 'jump mark-for-masquerade'
  return [...admitted, masquerade, ...sendTo(plan, route, route.external, chain, options)]
}

/** The rules that choose a backend: a random one, or the one that the client had before. */
function sendTo(plan: Plan, route: ServiceRoute, backends: readonly Backend[], chain: string, options: RulesetOptions): string[] {
  if (route.affinitySeconds === undefined) return [`meta l4proto ${route.protocol} dnat ${nft[options.family]} to ${choose(backends)}`]
  const ip = nft[options.family]
  const stay: string[] = []
  const verdicts: string[] = []
  for (const [index, backend] of backends.entries()) {
    const name = `${chain}/${backend.ip.replaceAll(':', '_')}/${backend.port}`
    const clients = `clients-${name}`
    plan.affinity.set(clients, route.affinitySeconds)
    plan.chains.set(name, [`update @${clients} { ${ip} saddr }`, `meta l4proto ${route.protocol} dnat ${ip} to ${address(backend)}`])
    stay.push(`${ip} saddr @${clients} goto ${name}`)
    verdicts.push(`${index} : goto ${name}`)
  }
  return [...stay, `numgen random mod ${backends.length} vmap { ${verdicts.join(', ')} }`]
}

const address = ({ ip, port }: Backend): string => (ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`)

const choose = (backends: readonly Backend[]): string =>
  backends.length === 1 ? address(backends[0]!) : `numgen random mod ${backends.length} map { ${backends.map(({ ip, port }, index) => `${index} : ${ip} . ${port}`).join(', ')} }`

function addHostPort(plan: Plan, { protocol, hostPort, hostIp, backend }: HostPortRoute, options: RulesetOptions): void {
  const ip = nft[options.family]
  const chain = `hostport-${protocol}/${hostPort}`
  const guard = hostIp && hostIp !== '0.0.0.0' && hostIp !== '::' ? `${ip} daddr ${hostIp} ` : ''
  plan.hairpins.add(`${backend.ip} . ${backend.ip}`)
  plan.chains.set(chain, [
    ...(plan.chains.get(chain) ?? []),
    `${guard}fib saddr type local jump mark-for-masquerade`,
    `${guard}meta l4proto ${protocol} dnat ${ip} to ${address(backend)}`,
  ])
  plan.maps.get('host-ports')!.set(`${protocol} . ${hostPort}`, `goto ${chain}`)
}
