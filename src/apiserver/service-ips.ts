import { Address4, Address6 } from 'ip-address'
import { Services, type Service } from '../api/core/service.ts'
import { settleService, type Family } from '../api/core/service-families.ts'
import { isHeadless } from '../api/core/service-strategy.ts'
import { IPAddresses, type IPAddress } from '../api/networking/ip-address.ts'
import { ServiceCIDRs, type ServiceCIDR } from '../api/networking/service-cidr.ts'
import { invalid as invalidValue } from '../api/validation.ts'
import { timestamp, type Clock } from '../machinery/clock.ts'
import type { Random } from '../machinery/random.ts'
import { recordUpdate } from '../machinery/managed-fields/index.ts'
import { internalError, invalid } from '../machinery/status.ts'
import type { Reservation, Reserver } from './hooks.ts'
import { ServicePorts, type PortClaim } from './service-ports.ts'
import { keyOf, type Stores } from './stores.ts'

export interface ServiceNetwork {
  /** `10.96.0.0/16`, and one of IPv6 for dual-stack clusters; the first one's family is the cluster's own. */
  readonly cidrs: readonly string[]
  readonly nodePorts: { readonly first: number; readonly last: number }
}

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
  readonly #ports: ServicePorts
  readonly #configured: readonly Range[]
  readonly #ranges = new WeakMap<ServiceCIDR, readonly Range[]>()

  constructor(options: ServiceIpsOptions) {
    this.#options = options
    this.#ports = new ServicePorts(options)
    this.#configured = options.cidrs.map(rangeOf)
  }

  handles = (resource: unknown): boolean => resource === Services

  get cidrs(): readonly string[] {
    return this.#options.cidrs
  }

  /** The address of the service that stands for the API server itself. */
  get first(): string {
    const { family, first } = this.#configured[0]!
    return textOf(family, first)
  }

  async reserve(draft: Service, old: Service | undefined, dryRun: boolean): Promise<Reservation> {
    // Its spec is what it was: nothing of it may change.
    if (draft.spec === old?.spec) return NOTHING
    const causes = settleService(draft.spec, old?.spec, this.#configured.map(({ family }) => family))
    if (causes.length > 0) throw invalid(Services, draft.metadata.name ?? '', causes)
    const claimed: string[] = []
    let ports: PortClaim | undefined
    try {
      await this.#giveAddresses(draft, old, dryRun, claimed)
      ports = this.#ports.reserve(draft, old, dryRun)
    } finally {
      if (!ports) for (const address of claimed) await this.#release(address, draft)
    }
    let committed = false
    return {
      commit: () => { committed = true },
      [Symbol.asyncDispose]: async () => {
        ports.release()
        const kept = committed ? addressesOf(draft) : addressesOf(old)
        for (const address of committed ? addressesOf(old) : claimed) if (!kept.includes(address)) await this.#release(address, draft)
      },
    }
  }

  async released(service: Service): Promise<void> {
    for (const address of addressesOf(service)) await this.#release(address, service)
  }

  /** New services get all of their addresses; others at most a second one. */
  async #giveAddresses(service: Service, old: Service | undefined, dryRun: boolean, claimed: string[]): Promise<void> {
    const { spec } = service
    const families = spec.ipFamilies ?? []
    if (spec.type === 'ExternalName' || isHeadless(service)) return
    const isNew = !old || old.spec.type === 'ExternalName'
    if (!isNew && (isHeadless(old) || !(old.spec.ipFamilies?.length === 1 && families.length === 2))) return
    // Messages show what is still to be given.
    spec.clusterIPs = families.map((_, index) => spec.clusterIPs?.[index] ?? '')
    for (const [index, family] of families.entries()) {
      if (!isNew && index === 0) continue
      const wanted = spec.clusterIPs[index]
      const given = wanted ? await this.#claimStated(service, wanted, dryRun, claimed) : await this.#claimAny(service, family as Family, dryRun, claimed)
      spec.clusterIPs = spec.clusterIPs.with(index, given)
    }
    if (spec.clusterIPs[0]) spec.clusterIP = spec.clusterIPs[0]
  }

  /** The ranges that services may have addresses of: those of all ServiceCIDRs that are ready, or else those that the server was started with. */
  #rangesOf(family: Family): readonly Range[] {
    const known = this.#options.stores.list<ServiceCIDR>(ServiceCIDRs)
    const all = known.length === 0 ? this.#configured : known.filter(isReady).flatMap(cidr => this.#parsed(cidr))
    return all.filter(range => range.family === family)
  }

  #parsed(cidr: ServiceCIDR): readonly Range[] {
    let ranges = this.#ranges.get(cidr)
    if (!ranges) this.#ranges.set(cidr, ranges = (cidr.spec.cidrs ?? []).map(rangeOf))
    return ranges
  }

  async #claimStated(service: Service, address: string, dryRun: boolean, claimed: string[]): Promise<string> {
    const refuse = (why: string) => invalid(Services, service.metadata.name ?? '', [invalidValue('spec.clusterIPs', service.spec.clusterIPs, `failed to allocate IP ${address}: ${why}`)])
    const value = numberOf(address)
    if (value === undefined) throw internalError(`failed to parse service IP ${JSON.stringify(address)}`)
    if (!this.#rangesOf(familyOf(address)).some(range => value >= range.first && value <= range.last)) throw refuse('the provided network does not match the current range')
    if (!dryRun && !(await this.#claim(service, address, claimed))) throw refuse('provided IP is already allocated')
    return address
  }

  async #claimAny(service: Service, family: Family, dryRun: boolean, claimed: string[]): Promise<string> {
    for (const range of this.#rangesOf(family)) {
      const address = await this.#claimFrom(range, service, dryRun, claimed)
      if (address !== undefined) return address
    }
    throw internalError(`failed to allocate a serviceIP for Service ${JSON.stringify(service.metadata.name)}: range is full`)
  }

  /** A random address above the low ones, which are left to those who ask for one by name. */
  async #claimFrom(range: Range, service: Service, dryRun: boolean, claimed: string[]): Promise<string | undefined> {
    const size = range.last - range.first + 1n
    const band = size / 16n > 256n ? 256n : size / 16n < 16n ? (size > 32n ? 16n : 0n) : size / 16n
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const address = textOf(range.family, range.first + band + this.#random(size - band))
      if (dryRun || (await this.#claim(service, address, claimed))) return address
    }
    for (let value = range.first; value <= range.last; value++) {
      const address = textOf(range.family, value)
      if (this.#holderOf(address) === undefined && (await this.#claim(service, address, claimed))) return address
    }
    return undefined
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
    const { name, namespace } = service.metadata
    if (!name) {
      const why = `IPAddress.networking.k8s.io "${address}" is invalid: spec.parentRef.name: Required value`
      throw invalid(Services, '', [invalidValue('spec.clusterIPs', service.spec.clusterIPs, `failed to allocate IP: ${why}`)])
    }
    const time = timestamp(clock.now())
    const object = {
      kind: 'IPAddress', apiVersion: 'networking.k8s.io/v1',
      metadata: {
        name: address, uid: random.uuid(), creationTimestamp: time,
        labels: { 'ipaddress.kubernetes.io/ip-family': familyOf(address), 'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io' },
      },
      spec: { parentRef: { resource: 'services', namespace, name } },
    } as unknown as IPAddress
    const managedFields = recordUpdate({ schema: IPAddresses.schema, live: undefined, manager: 'kube-apiserver', apiVersion: object.apiVersion, time }, object)
    const result = await stores.of(IPAddresses).create(keyOf(IPAddresses, undefined, address), { ...object, metadata: { ...object.metadata, managedFields } } as IPAddress)
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
}

const NOTHING: Reservation = { commit() {}, async [Symbol.asyncDispose]() {} }
const addressesOf = (service: Service | undefined): readonly string[] => (service?.spec.clusterIPs ?? []).filter(address => address !== 'None' && address !== '')

/** A range nobody has looked at yet counts as ready: there may be no controller. */
function isReady({ metadata, status }: ServiceCIDR): boolean {
  const ready = status.conditions?.find(({ type }) => type === 'Ready')
  return metadata.deletionTimestamp === undefined && (!ready || ready.status === 'True')
}
