import { Pods } from '../api/core/pod/pod.ts'
import { startInformer } from '../client/informer.ts'
import { clusterData } from '../dns/cluster-data.ts'
import { nameServers } from '../dns/forward.ts'
import { startDnsServer } from '../dns/server.ts'
import { startKubelet as runKubelet } from '../kubelet/kubelet.ts'
import { startHostPorts } from '../proxy/host-ports.ts'
import { startProxy as runProxy } from '../proxy/proxy.ts'
import { announceDns } from './addons.ts'
import { identities } from './api-access.ts'
import type { ComponentContext } from './component.ts'
import { ensureBridge, nodeAddress, nodeNetwork, prepareKernel } from './node-network.ts'
import { openRuntime } from './runtime.ts'
import type { Cleanup } from './start.ts'
import { component } from './start.ts'
import { KUBERNETES_VERSION } from './version.ts'

async function kubelet(context: ComponentContext, cleanup: Cleanup): Promise<void> {
  const { options, layout, pki, host, clock, random, log, api } = context
  const network = nodeNetwork(options)
  const read = (path: string): Promise<string> => host.files.readText(path)
  await ensureBridge(host, layout.cni.bridge, network)
  await prepareKernel(host, layout.cni.bridge)
  // The runtime and the API server start side by side: neither waits for the other.
  const [runtime, client, cert, key, clientCa] = await Promise.all([
    openRuntime(context, network, cleanup), api.client(identities.kubelet(options.nodeName)),
    read(pki.certificate('kubelet')), read(pki.key('kubelet')), read(pki.certificate('ca')),
  ])
  const running = runKubelet({
    client, runtime, host, clock, random, log, nodeName: options.nodeName, nodeIps: [await nodeAddress(host, options)], version: KUBERNETES_VERSION,
    dataDir: layout.kubeletDir, runDir: `${layout.runDir}/kubelet`, podLogDir: layout.podLogDir, cgroupRoot: layout.cgroup,
    clusterDns: [options.clusterDns], clusterDomain: options.clusterDomain, staticPodDir: `${layout.dataDir}/manifests`,
    server: { port: options.kubeletPort, address: options.bindAddress, tls: { cert, key, clientCa } },
  })
  cleanup(() => running.stop())
  const ended = new AbortController()
  const pods = startInformer({ client, clock, random, log, resource: Pods, only: { fieldSelector: `spec.nodeName=${options.nodeName}` }, signal: ended.signal })
  const hostPorts = startHostPorts({ pods, network: host.network, clock, log, clusterCidr: options.clusterCidr, table: `${layout.nftTable}.hostports` })
  cleanup(async () => {
    await hostPorts.stop()
    ended.abort()
  })
  await Promise.all([running.ready, hostPorts.ready])
  context.recordPort('kubelet', running.port() ?? options.kubeletPort)
  context.progress(`node ${options.nodeName} is Ready`)
}

async function proxy(context: ComponentContext, cleanup: Cleanup): Promise<void> {
  const { options, layout, host, clock, log, api } = context
  const cache = await api.cache()
  const running = runProxy({
    cache, network: host.network, clock, log, nodeName: options.nodeName, family: 'IPv4', clusterCidr: options.clusterCidr, table: layout.nftTable, masqueradePods: true,
  })
  cleanup(() => running.stop())
  await running.ready
}

async function dns(context: ComponentContext, cleanup: Cleanup): Promise<void> {
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

/** Kubelet, service proxy and DNS in this process. */
export const startNode = component(async (context, cleanup) => {
  await Promise.all([kubelet(context, cleanup), proxy(context, cleanup), dns(context, cleanup)])
})
export const startKubelet = component(kubelet)
export const startProxy = component(proxy)
export const startDns = component(dns)
