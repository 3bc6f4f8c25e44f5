import { Address4, Address6 } from 'ip-address'
import { Services, type Service } from '../api/core/service.ts'
import { isHeadless, needsHealthCheckPort, usesNodePorts } from '../api/core/service-strategy.ts'
import { IPAddresses, type IPAddress } from '../api/networking/ip-address.ts'
import { invalid as invalidValue } from '../api/validation.ts'
import { timestamp, type Clock } from '../machinery/clock.ts'
import type { Random } from '../machinery/random.ts'
import { internalError, invalid, type Cause } from '../machinery/status.ts'
import type { Reservation, Reserver } from './hooks.ts'
import { keyOf, type Stores } from './stores.ts'

export interface ServiceNetwork {
  /** `10.96.0.0/16`, and one of IPv6 for dual-stack clusters; the first one's family is the cluster's own. */
  readonly cidrs: readonly string[]
  readonly nodePorts: { readonly first: number; readonly last: number }
}

type Family = 'IPv4' | 'IPv6'
interface Range {
  readonly family: Family
  /** The first and last address that services may have. */
  readonly first: bigint
  readonly last: bigint
}

const ATTEMPTS = 64
const familyOf = (address: string): Family => (address.includes(':') ? 'IPv6' : 'IPv4')
function numberOf(address: string): bigint | undefined {
  const isIPv6 = familyOf(address) === 'IPv6'
  if (!(isIPv6 ? Address6 : Address4).isValid(address)) return undefined
  return isIPv6 ? new Address6(address).bigInt() : new Address4(address).bigInt()
}
const textOf = (family: Family, value: bigint): string => (family === 'IPv6' ? Address6.fromBigInt(value).correctForm() : Address4.fromBigInt(value).correctForm())

function rangeOf(cidr: string): Range {
  const family = familyOf(cidr)
  const network = family === 'IPv6' ? new Address6(cidr) : new Address4(cidr)
  const last = network.endAddress().bigInt()
  // The network's own address and IPv4's broadcast address are nobody's.
  return { family, first: network.startAddress().bigInt() + 1n, last: family === 'IPv4' ? last - 1n : last }
}

export interface ServiceIpsOptions extends ServiceNetwork {
  readonly stores: Stores
  readonly clock: Clock
  readonly random: Random
}

/**
 * Gives services their addresses and node ports. An address is taken by making the IPAddress object of that name, which the store lets only one
 * service do; ports are those that no service in the cache has. Both are given back when the write fails, and when the service goes.
 */
export class ServiceIps implements Reserver {
  readonly #options: ServiceIpsOptions
  readonly #ranges: readonly Range[]
  /** Ports of writes that are under way, as `TCP/30000`. */
  readonly #pendingPorts = new Set<string>()

  constructor(options: ServiceIpsOptions) {
    this.#options = options
    this.#ranges = options.cidrs.map(rangeOf)
  }

  handles = (resource: unknown): boolean => resource === Services

  get cidrs(): readonly string[] {
    return this.#options.cidrs
  }

  /** The address of the service that stands for the API server itself. */
  get first(): string {
    const { family, first } = this.#ranges[0]!
    return textOf(family, first)
  }

  async reserve(draft: Service, old: Service | undefined, dryRun: boolean): Promise<Reservation> {
    const claimed: string[] = []
    const ports: string[] = []
    const before = addressesOf(old)
    const giveBack = async (): Promise<void> => {
      for (const port of ports) this.#pendingPorts.delete(port)
      for (const address of claimed) await this.#release(address, draft)
    }
    try {
      await this.#giveAddresses(draft, before, dryRun, claimed)
      this.#givePorts(draft, old, dryRun, ports)
    } catch (error) {
      await giveBack()
      throw error
    }
    let committed = false
    return {
      commit: () => { committed = true },
      [Symbol.asyncDispose]: async () => {
        if (!committed) return giveBack()
        for (const port of ports) this.#pendingPorts.delete(port)
        const kept = addressesOf(draft)
        for (const address of before) if (!kept.includes(address)) await this.#release(address, draft)
      },
    }
  }

  async released(service: Service): Promise<void> {
    for (const address of addressesOf(service)) await this.#release(address, service)
  }

  async #giveAddresses(service: Service, before: readonly string[], dryRun: boolean, claimed: string[]): Promise<void> {
    const { spec } = service
    if (spec.type === 'ExternalName') return
    if (isHeadless(service)) {
      spec.clusterIPs = ['None']
      if (Object.keys(spec.selector ?? {}).length > 0) this.#checkFamilies(service)
      return
    }
    this.#checkFamilies(service)
    const given = (spec.clusterIPs ?? []).filter(Boolean)
    const addresses: string[] = []
    for (const [index, family] of (spec.ipFamilies ?? []).entries()) {
      const wanted = given[index]
      if (wanted !== undefined && before.includes(wanted)) addresses.push(wanted)
      else if (wanted !== undefined) addresses.push(await this.#claimStated(service, wanted, dryRun, claimed))
      else addresses.push(await this.#claimAny(service, family as Family, dryRun, claimed))
    }
    if (addresses.length === 0) return
    spec.clusterIP = addresses[0]!
    spec.clusterIPs = addresses
  }

  #checkFamilies({ metadata, spec }: Service): void {
    const known = (family: string): boolean => this.#ranges.some(range => range.family === family)
    const causes: Cause[] = []
    const given = isHeadless({ spec }) ? [] : spec.clusterIPs ?? []
    given.forEach((address, index) => {
      if (!known(familyOf(address))) causes.push(invalidValue(`spec.clusterIPs[${index}]`, given, `${familyOf(address)} is not configured on this cluster`))
    })
    if (causes.length === 0) {
      spec.ipFamilies?.forEach((family, index) => {
        if (!known(family)) causes.push(invalidValue(`spec.ipFamilies[${index}]`, family, 'not configured on this cluster'))
      })
    }
    if (causes.length === 0 && spec.ipFamilyPolicy === 'RequireDualStack' && this.#ranges.length < 2) {
      causes.push(invalidValue('spec.ipFamilyPolicy', 'RequireDualStack', 'this cluster is not configured for dual-stack services'))
    }
    if (causes.length > 0) throw invalid(Services, metadata.name, causes)
  }

  async #claimStated(service: Service, address: string, dryRun: boolean, claimed: string[]): Promise<string> {
    const refuse = (why: string) => invalid(Services, service.metadata.name, [invalidValue('spec.clusterIPs', service.spec.clusterIPs, `failed to allocate IP ${address}: ${why}`)])
    const value = numberOf(address)
    if (value === undefined) throw invalid(Services, service.metadata.name, [invalidValue('spec.clusterIPs[0]', address, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)')])
    const range = this.#ranges.find(each => each.family === familyOf(address) && value >= each.first && value <= each.last)
    if (!range) throw refuse('the provided network does not match the current range')
    if (!dryRun && !(await this.#claim(service, address, claimed))) throw refuse('provided IP is already allocated')
    return address
  }

  /** A random address above the low ones, which are left to those who ask for one by name. */
  async #claimAny(service: Service, family: Family, dryRun: boolean, claimed: string[]): Promise<string> {
    const range = this.#ranges.find(each => each.family === family)!
    const size = range.last - range.first + 1n
    const band = size / 16n > 256n ? 256n : size / 16n < 16n ? (size > 32n ? 16n : 0n) : size / 16n
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const address = textOf(family, range.first + band + this.#random(size - band))
      if (dryRun || (await this.#claim(service, address, claimed))) return address
    }
    for (let value = range.first; value <= range.last; value++) {
      const address = textOf(family, value)
      if (this.#holderOf(address) === undefined && (await this.#claim(service, address, claimed))) return address
    }
    throw internalError('failed to allocate a serviceIP: range is full')
  }

  #random(below: bigint): bigint {
    const limit = below > 2n ** 48n ? 2n ** 48n : below
    return BigInt(Math.floor(this.#options.random.next() * Number(limit)))
  }

  /** The service that has an address; an IPAddress whose service is gone or has another address holds nothing. */
  #holderOf(address: string): Service | undefined {
    const { stores } = this.#options
    const taken = stores.get<IPAddress>(IPAddresses, undefined, address)
    const parent = taken?.spec?.parentRef
    const service = parent?.name ? stores.get<Service>(Services, parent.namespace, parent.name) : undefined
    return service && addressesOf(service).includes(address) ? service : undefined
  }

  async #claim(service: Service, address: string, claimed: string[]): Promise<boolean> {
    const { stores, clock, random } = this.#options
    const store = stores.of(IPAddresses)
    const key = keyOf(IPAddresses, undefined, address)
    const { name, namespace } = service.metadata
    const object = {
      kind: 'IPAddress', apiVersion: 'networking.k8s.io/v1',
      metadata: {
        name: address, uid: random.uuid(), creationTimestamp: timestamp(clock.now()),
        labels: { 'ipaddress.kubernetes.io/ip-family': familyOf(address), 'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io' },
      },
      spec: { parentRef: { resource: 'services', namespace, name } },
    } as unknown as IPAddress
    const result = await store.create(key, object)
    if (!result.written) return false
    claimed.push(address)
    return true
  }

  async #release(address: string, { metadata }: Service): Promise<void> {
    const store = this.#options.stores.of(IPAddresses)
    const entry = store.get(keyOf(IPAddresses, undefined, address))
    const parent = (entry?.object as IPAddress | undefined)?.spec?.parentRef
    if (entry && parent?.name === metadata.name && parent.namespace === metadata.namespace) await store.delete(entry.key, entry.revision)
  }

  #givePorts(service: Service, old: Service | undefined, dryRun: boolean, claimed: string[]): void {
    const { spec } = service
    const wantsHealthCheck = needsHealthCheckPort(spec)
    if (!usesNodePorts(spec) && !wantsHealthCheck) return
    const own = new Set(old ? portsOf(old) : [])
    const used = new Set(this.#options.stores.list<Service>(Services).filter(each => each.metadata.uid !== old?.metadata.uid).flatMap(portsOf))
    const mine = new Set<string>()
    const take = (slot: string): void => {
      mine.add(slot)
      if (own.has(slot) || dryRun) return
      this.#pendingPorts.add(slot)
      claimed.push(slot)
    }
    if (usesNodePorts(spec)) {
      spec.ports?.forEach((port, index) => {
        const protocol = port.protocol ?? 'TCP'
        if (!port.nodePort) return
        const slot = `${protocol}/${port.nodePort}`
        const isOwn = own.has(slot) || [...mine].some(each => each.endsWith(`/${port.nodePort}`))
        this.#checkPort(service, `spec.ports[${index}].nodePort`, port.nodePort, mine.has(slot) || (!isOwn && !dryRun && this.#isUsed(used, port.nodePort)))
        take(slot)
      })
      for (const port of spec.ports ?? []) {
        if (port.nodePort) continue
        port.nodePort = this.#freePort(used, mine)
        take(`${port.protocol ?? 'TCP'}/${port.nodePort}`)
      }
    }
    if (!wantsHealthCheck) return
    if (spec.healthCheckNodePort) this.#checkPort(service, 'spec.healthCheckNodePort', spec.healthCheckNodePort, !own.has(`TCP/${spec.healthCheckNodePort}`) && this.#isUsed(used, spec.healthCheckNodePort))
    else spec.healthCheckNodePort = this.#freePort(used, mine)
    take(`TCP/${spec.healthCheckNodePort}`)
  }

  /** A port is one service's for all protocols. */
  #isUsed(used: ReadonlySet<string>, port: number): boolean {
    return ['TCP', 'UDP', 'SCTP'].some(protocol => used.has(`${protocol}/${port}`) || this.#pendingPorts.has(`${protocol}/${port}`))
  }

  #checkPort({ metadata }: Service, field: string, port: number, isTaken: boolean): void {
    const { first, last } = this.#options.nodePorts
    const why = port < first || port > last ? `provided port is not in the valid range. The range of valid ports is ${first}-${last}` : isTaken ? 'provided port is already allocated' : undefined
    if (why) throw invalid(Services, metadata.name, [invalidValue(field, port, why)])
  }

  #freePort(used: ReadonlySet<string>, mine: ReadonlySet<string>): number {
    const { first, last } = this.#options.nodePorts
    const size = last - first + 1
    const start = Math.floor(this.#options.random.next() * size)
    for (let step = 0; step < size; step++) {
      const port = first + ((start + step) % size)
      if (!this.#isUsed(used, port) && !['TCP', 'UDP', 'SCTP'].some(protocol => mine.has(`${protocol}/${port}`))) return port
    }
    throw internalError('failed to allocate a nodePort: range is full')
  }
}

const addressesOf = (service: Service | undefined): readonly string[] => (service?.spec.clusterIPs ?? []).filter(address => address !== 'None' && address !== '')
const portsOf = ({ spec }: Service): string[] => [
  ...(spec.ports ?? []).filter(({ nodePort }) => nodePort).map(({ nodePort, protocol }) => `${protocol ?? 'TCP'}/${nodePort}`),
  ...(spec.healthCheckNodePort ? [`TCP/${spec.healthCheckNodePort}`] : []),
]
