import { Services, type Service } from '../api/core/service.ts'
import { mayHaveNodePorts, needsHealthCheckPort, usesNodePorts } from '../api/core/service-strategy.ts'
import { invalid as invalidValue } from '../api/validation.ts'
import type { Random } from '../machinery/random.ts'
import { internalError, invalid, StatusError } from '../machinery/status.ts'
import type { Stores } from './stores.ts'

export interface ServicePortsOptions {
  readonly nodePorts: { readonly first: number; readonly last: number }
  readonly stores: Stores
  readonly random: Random
}

/** The ports that one write takes: nobody else gets them until it is done. */
export interface PortClaim {
  release(): void
}

/** Gives services their node ports: those that no service in the cache has, and no write that is under way. A port is one service's for all protocols. */
export class ServicePorts {
  readonly #options: ServicePortsOptions
  readonly #pending = new Set<number>()

  constructor(options: ServicePortsOptions) {
    this.#options = options
  }

  /** Fills in the ports that the service is to have; throws when one of them cannot be had. */
  reserve(service: Service, old: Service | undefined, dryRun: boolean): PortClaim {
    const claim = new Claim(this.#options, this.#pending, dryRun)
    try {
      if (!old) claimForNew(service, claim)
      else if (mayHaveNodePorts(service.spec)) claimForChanged(service, old, claim)
      if (needsHealthCheckPort(service.spec) && !(old && needsHealthCheckPort(old.spec))) claimHealthCheck(service, claim)
    } catch (error) {
      claim.release()
      throw error
    }
    return claim
  }
}

class Claim implements PortClaim {
  readonly #options: ServicePortsOptions
  readonly #pending: Set<number>
  readonly #dryRun: boolean
  readonly #own = new Set<number>()
  #used: ReadonlySet<number> | undefined

  constructor(options: ServicePortsOptions, pending: Set<number>, dryRun: boolean) {
    this.#options = options
    this.#pending = pending
    this.#dryRun = dryRun
  }

  /** Why the port cannot be had; undefined: it is taken now. */
  take(port: number): string | undefined {
    const { first, last } = this.#options.nodePorts
    if (port < first || port > last) return `provided port is not in the valid range. The range of valid ports is ${first}-${last}`
    if (this.#isTaken(port)) return 'provided port is already allocated'
    this.#own.add(port)
    if (!this.#dryRun) this.#pending.add(port)
    return undefined
  }

  /** Any free port. */
  next(what: string): number {
    const { nodePorts: { first, last }, random } = this.#options
    const size = last - first + 1
    const start = Math.floor(random.next() * size)
    for (let step = 0; step < size; step++) {
      const port = first + ((start + step) % size)
      if (this.take(port) === undefined) return port
    }
    throw internalError(`failed to allocate a ${what}: range is full`)
  }

  release(): void {
    if (!this.#dryRun) for (const port of this.#own) this.#pending.delete(port)
  }

  #isTaken(port: number): boolean {
    this.#used ??= new Set(this.#options.stores.list<Service>(Services).flatMap(portsOf))
    return this.#used.has(port) || this.#pending.has(port) || this.#own.has(port)
  }
}

const portsOf = ({ spec }: Service): number[] => [...(spec.ports ?? []).flatMap(({ nodePort }) => (nodePort ? [nodePort] : [])), ...(spec.healthCheckNodePort ? [spec.healthCheckNodePort] : [])]

function takeStated(service: Service, index: number, port: number, claim: Claim): void {
  const why = claim.take(port)
  if (why) throw invalid(Services, service.metadata.name, [invalidValue(`spec.ports[${index}].nodePort`, port, why)])
}

/** Ports of a new service that differ in their protocol only share a node port. */
function claimForNew(service: Service, claim: Claim): void {
  const { spec } = service
  if (!mayHaveNodePorts(spec)) return
  const given = new Map<number, number>()
  for (const [index, port] of (spec.ports ?? []).entries()) {
    if (!port.nodePort && !usesNodePorts(spec)) continue
    const shared = given.get(port.port)
    if (shared === undefined) {
      const stated = spec.ports!.find(each => each.port === port.port && each.nodePort)?.nodePort
      if (stated) takeStated(service, index, stated, claim)
      port.nodePort = stated ?? claim.next('nodePort')
      given.set(port.port, port.nodePort)
    } else if (!port.nodePort) port.nodePort = shared
    else if (port.nodePort !== shared) takeStated(service, index, port.nodePort, claim)
  }
}

function claimForChanged(service: Service, old: Service, claim: Claim): void {
  const { spec } = service
  const before = new Set((old.spec.ports ?? []).map(({ nodePort }) => nodePort))
  const taken = new Set<number>()
  const seen = new Set<string>()
  for (const [index, port] of (spec.ports ?? []).entries()) {
    if (!port.nodePort && !usesNodePorts(spec)) continue
    if (!port.nodePort) port.nodePort = claim.next('nodePort')
    else if (!before.has(port.nodePort) && !taken.has(port.nodePort)) {
      takeStated(service, index, port.nodePort, claim)
      taken.add(port.nodePort)
    }
    const slot = `${port.protocol ?? 'TCP'} ${port.nodePort}`
    if (seen.has(slot)) throw new StatusError('', `duplicate nodePort: {${slot}}`)
    seen.add(slot)
  }
}

function claimHealthCheck({ spec }: Service, claim: Claim): void {
  if (!spec.healthCheckNodePort) {
    spec.healthCheckNodePort = claim.next('HealthCheck NodePort 0')
    return
  }
  const why = claim.take(spec.healthCheckNodePort)
  if (why) throw internalError(`failed to allocate requested HealthCheck NodePort ${spec.healthCheckNodePort}: ${why}`)
}
