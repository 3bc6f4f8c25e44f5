import { Pods } from '../api/core/pod/pod.ts'
import { startInformer } from '../client/informer.ts'
import { startKubelet } from '../kubelet/kubelet.ts'
import { startHostPorts } from '../proxy/host-ports.ts'
import { identities } from './api-access.ts'
import type { ComponentContext } from './component.ts'
import { followServing } from './follow-identities.ts'
import { ensureBridge, nodeAddress, nodeNetwork, prepareKernel } from './node-network.ts'
import { openRuntime } from './runtime.ts'
import type { Cleanup } from './start.ts'
import { KUBERNETES_VERSION } from './version.ts'

/** The kubelet with its container runtime, and the host ports of its pods. */
export async function kubelet(context: ComponentContext, cleanup: Cleanup): Promise<void> {
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
  const running = startKubelet({
    client, runtime, host, clock, random, log, nodeName: options.nodeName, nodeIps: [await nodeAddress(host, options)], version: KUBERNETES_VERSION,
    dataDir: layout.kubeletDir, runDir: `${layout.runDir}/kubelet`, podLogDir: layout.podLogDir, cgroupRoot: layout.cgroup,
    clusterDns: [options.clusterDns], clusterDomain: options.clusterDomain, staticPodDir: `${layout.dataDir}/manifests`,
    server: { port: options.kubeletPort, address: options.bindAddress, tls: { cert, key, clientCa } },
  })
  cleanup(() => running.stop())
  const ended = new AbortController()
  followServing(context, 'kubelet', tls => running.renew(tls), ended.signal)
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
