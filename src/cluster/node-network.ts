import { networkInterfaces } from 'node:os'
import type { Files } from '../host/files.ts'
import type { Host } from '../host/host.ts'
import { primaryAddress } from '../host/network.ts'
import { failureOf } from '../host/process.ts'
import { addressAt } from './ipv4.ts'
import type { ClusterOptions } from './options.ts'

/** The addresses of one node. */
export interface NodeNetwork {
  /** The node's share of the pods' addresses. */
  readonly podCidr: string
  /** The node's own address in it: the pods' gateway. */
  readonly gateway: string
}

/** The first /24 of the pods' addresses belongs to the first node. */
export function nodeNetwork({ clusterCidr }: Pick<ClusterOptions, 'clusterCidr'>): NodeNetwork {
  const podCidr = `${clusterCidr.split('/')[0]}/24`
  return { podCidr, gateway: addressAt(podCidr, 1)! }
}

/** The address by which others know the node; a machine without any is known by the pods' gateway. */
export const nodeAddress = async (host: Host, options: ClusterOptions): Promise<string> =>
  options.nodeIp || (await defaultRouteAddress(host.files)) || ((await primaryAddress(host.network)) ?? nodeNetwork(options).gateway)

/** The IPv4 address of the default route's device, read from the kernel's table: a command for it would cost ten times as much. */
async function defaultRouteAddress(files: Files): Promise<string | undefined> {
  const routes = (await files.readText('/proc/net/route').catch(() => '')).split('\n').slice(1).map(line => line.split('\t'))
  const [device = ''] = routes.filter(([, destination, , , , , , mask]) => destination === '00000000' && mask === '00000000').sort((a, b) => Number(a[6]) - Number(b[6]))[0] ?? []
  return networkInterfaces()[device]?.find(({ family, internal }) => family === 'IPv4' && !internal)?.address
}

/** Makes the pods' bridge with the gateway's address before the first pod does: the DNS server listens there. What is there already stays. */
export async function ensureBridge({ files, processes }: Host, bridge: string, { gateway }: NodeNetwork): Promise<void> {
  const steps = [`link add name ${bridge} type bridge`, `addr replace ${gateway}/24 dev ${bridge}`, `link set ${bridge} up`]
  // With -force the steps after one that finds its work done are taken all the same.
  const result = await processes.run(['ip', '-force', '-batch', '-'], { input: `${steps.join('\n')}\n` })
  if (!(await files.exists(`/sys/class/net/${bridge}/bridge`))) throw new Error(`the pods' bridge ${bridge} could not be made: ${failureOf(result)}`)
}

/** What the kernel must do for pods; `value` is written only where it is another. */
const settings = (bridge: string): readonly (readonly [name: string, value: string])[] => [
  ['net.ipv4.ip_forward', '1'],
  // Without it answers between pods of one bridge would not find their way back through a service's address.
  ['net.bridge.bridge-nf-call-iptables', '1'],
  // The answers to connections from 127.0.0.1 to a NodePort come in by the bridge.
  [`net.ipv4.conf.${bridge}.route_localnet`, '1'],
]

/** Prepares the kernel for the pods' traffic. Throws a sentence when a setting cannot be had. */
export async function prepareKernel({ network, processes }: Host, bridge: string): Promise<void> {
  for (const [name, value] of settings(bridge)) {
    const current = await network.readSetting(name).catch(() => undefined)
    if (current === value) continue
    if (current === undefined && name.startsWith('net.bridge.')) await processes.run(['modprobe', 'br_netfilter']).catch(() => undefined)
    await network.writeSetting(name, value).catch((error: unknown) => {
      throw new Error(`the kernel setting ${name} could not be set to ${value}; set it with sysctl`, { cause: error })
    })
  }
}
