import { startProxy } from '../proxy/proxy.ts'
import type { ComponentContext } from './component.ts'
import type { Cleanup } from './start.ts'

/** The service proxy. */
export async function proxy(context: ComponentContext, cleanup: Cleanup): Promise<void> {
  const { options, layout, host, clock, log, api } = context
  const cache = await api.cache()
  const running = startProxy({
    cache, network: host.network, clock, log, nodeName: options.nodeName, family: 'IPv4', clusterCidr: options.clusterCidr, table: layout.nftTable, masqueradePods: true,
  })
  cleanup(() => running.stop())
  await running.ready
}
