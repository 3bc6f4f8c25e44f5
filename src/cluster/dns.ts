import { clusterData } from '../dns/cluster-data.ts'
import { nameServers } from '../dns/forward.ts'
import { startDnsServer } from '../dns/server.ts'
import { announceDns } from './addons.ts'
import { identities } from './api-access.ts'
import type { ComponentContext } from './component.ts'
import { ensureBridge, nodeNetwork } from './node-network.ts'
import type { Cleanup } from './start.ts'

/** The DNS server, on the pods' gateway. */
export async function dns(context: ComponentContext, cleanup: Cleanup): Promise<void> {
  const { options, layout, host, clock, log, api } = context
  const network = nodeNetwork(options)
  const [client, cache] = await Promise.all([api.client(identities.dns), api.cache()])
  const data = clusterData(cache, options.clusterDomain)
  await ensureBridge(host, layout.cni.bridge, network)
  const forwarders = nameServers(await host.files.readText('/etc/resolv.conf').catch(() => ''), [options.clusterDns, network.gateway])
  const server = await startDnsServer({ listen: { address: network.gateway, port: options.dnsPort }, data, forwarders, clock, log })
  cleanup(() => server.stop())
  await cache.waitForSync()
  await announceDns(client, { address: server.address, port: server.port, nodeName: options.nodeName })
  context.recordPort('dns', server.port)
}
