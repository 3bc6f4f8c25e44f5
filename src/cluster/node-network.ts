import type { Host } from '../host/host.ts'
import { primaryAddress } from '../host/network.ts'
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
  options.nodeIp || ((await primaryAddress(host.network)) ?? nodeNetwork(options).gateway)

/** Makes the pods' bridge with the gateway's address before the first pod does: the DNS server listens there. */
export async function ensureBridge({ network }: Host, bridge: string, { gateway }: NodeNetwork): Promise<void> {
  const existing = (await network.interfaces()).find(({ name }) => name === bridge)
  if (!existing) await network.ip('link', 'add', 'name', bridge, 'type', 'bridge')
  if (!existing?.addresses.some(({ address }) => address === gateway)) await network.ip('addr', 'replace', `${gateway}/24`, 'dev', bridge)
  await network.ip('link', 'set', bridge, 'up')
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
