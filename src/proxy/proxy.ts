import type { Service } from '../api/core/service.ts'
import { Services } from '../api/core/service.ts'
import type { EndpointSlice } from '../api/discovery/endpoint-slice.ts'
import { EndpointSlices } from '../api/discovery/endpoint-slice.ts'
import type { Cache } from '../client/cache.ts'
import type { Network } from '../host/network.ts'
import type { Clock } from '../machinery/clock.ts'
import { errorMessage, type Log } from '../machinery/log.ts'
import { forgetFlows, staleUdpFlows } from './conntrack.ts'
import type { IpFamily, ServiceRoute } from './endpoints.ts'
import { serviceRoutes } from './endpoints.ts'
import { createNftablesTable } from './nftables.ts'
import { planRuleset } from './ruleset.ts'
import { startReconciling } from './reconcile.ts'

const SERVICE_NAME = 'kubernetes.io/service-name'
const BY_SERVICE = 'proxy.service'

export interface ProxyOptions {
  readonly cache: Cache
  readonly network: Network
  readonly clock: Clock
  readonly log: Log
  readonly nodeName: string
  readonly family: IpFamily
  readonly clusterCidr: string
  /** The nftables table, private to this cluster on this machine. */
  readonly table: string
  readonly masqueradePods: boolean
}

export interface Proxy {
  /** Settles once the kernel has the rules of every service there was at the start. */
  readonly ready: Promise<void>
  /** Ends the work. The rules stay unless `remove` is set, so that a restart is not noticed. */
  stop(options?: { remove?: boolean }): Promise<void>
}

/** Makes the node send connections to services on to their endpoints. */
export function startProxy(options: ProxyOptions): Proxy {
  const { cache, network, clock, log, nodeName, family, clusterCidr } = options
  const services = cache.informer<Service>(Services)
  const slices = cache.informer<EndpointSlice>(EndpointSlices)
  slices.addIndex(BY_SERVICE, slice => [`${slice.metadata.namespace}/${slice.metadata.labels?.[SERVICE_NAME] ?? ''}`])
  const slicesOf = ({ metadata }: Service): readonly EndpointSlice[] => slices.list({ index: [BY_SERVICE, `${metadata.namespace}/${metadata.name}`] })
  const table = createNftablesTable(network, { ...options, family: family === 'IPv4' ? 'ip' : 'ip6' }, log)
  let applied: readonly ServiceRoute[] | undefined

  const work = startReconciling(clock, log, async () => {
    const routes = serviceRoutes(services.list(), slicesOf, nodeName, family)
    await table.apply(planRuleset(routes, [], { family, clusterCidr }))
    const forgotten = forgetFlows(network, staleUdpFlows(applied ?? [], routes))
    // What a service's first rules make stale are flows of an earlier run: nobody who waits for the rules has to wait for that.
    if (applied) await forgotten
    else forgotten.catch((error: unknown) => log.warn('old UDP flows could not be forgotten', { error: errorMessage(error) }))
    applied = routes
  })
  const ready = Promise.all([services.waitForSync(), slices.waitForSync()]).then(() => work.run())
  const ends = [services.onChange(() => { if (services.synced && slices.synced) work.wake() }), slices.onChange(() => { if (services.synced && slices.synced) work.wake() })]
  return {
    ready,
    async stop({ remove = false } = {}) {
      for (const end of ends) end()
      await work.stop()
      if (remove) await table.remove()
    },
  }
}
