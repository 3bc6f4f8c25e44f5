import type { Pod } from '../api/core/pod/pod.ts'
import type { Informer } from '../client/informer.ts'
import type { Network } from '../host/network.ts'
import type { Clock } from '../machinery/clock.ts'
import type { Log } from '../machinery/log.ts'
import { createNftablesTable } from './nftables.ts'
import { startReconciling } from './reconcile.ts'
import type { HostPortRoute } from './ruleset.ts'
import { planRuleset } from './ruleset.ts'
import type { Proxy } from './proxy.ts'

export interface HostPortOptions {
  /** The pods of this node. */
  readonly pods: Informer<Pod>
  readonly network: Network
  readonly clock: Clock
  readonly log: Log
  readonly clusterCidr: string
  readonly table: string
}

/** Opens the `hostPort`s of the node's pods in nftables: the job of the CNI plugin `portmap`, without iptables. */
export function startHostPorts(options: HostPortOptions): Proxy {
  const { pods, network, clock, log, clusterCidr } = options
  const table = createNftablesTable(network, { family: 'ip', table: options.table, clusterCidr, masqueradePods: false }, log)
  let open = false
  const work = startReconciling(clock, log, async () => {
    const routes = hostPortRoutes(pods.list())
    // A node without host ports, which is nearly every one, has no table.
    if (!open && routes.length === 0) return
    await table.apply(planRuleset([], routes, { family: 'IPv4', clusterCidr }))
    open = true
  })
  const end = pods.onChange(({ old, object }) => { if (usesHostPorts(old) || usesHostPorts(object)) work.wake() })
  return {
    ready: pods.waitForSync().then(() => work.run()),
    async stop({ remove = false } = {}) {
      end()
      await work.stop()
      if (remove && open) await table.remove()
    },
  }
}

const usesHostPorts = (pod: Pod | undefined): boolean => !!pod && !pod.spec.hostNetwork && pod.spec.containers.some(({ ports }) => ports?.some(({ hostPort }) => hostPort))

/** Where the node's ports lead, by the pods that have an address and have not ended. */
export function hostPortRoutes(pods: readonly Pod[]): HostPortRoute[] {
  return pods.filter(({ spec, status }) => !spec.hostNetwork && status.podIP && status.phase !== 'Succeeded' && status.phase !== 'Failed').flatMap(({ spec, status }) =>
    [...spec.containers, ...(spec.initContainers ?? [])].flatMap(({ ports }) => (ports ?? []).flatMap(({ hostPort, hostIP, containerPort, protocol }) =>
      hostPort ? [{ protocol: protocol.toLowerCase() as HostPortRoute['protocol'], hostPort, hostIp: hostIP || undefined, backend: { ip: status.podIP!, port: containerPort } }] : [])))
}
