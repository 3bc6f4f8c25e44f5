import type { Host } from '../host/host.ts'
import { assert } from '../machinery/assert.ts'

export interface CniOptions {
  /** Name of the network; private to this node, it names libcni's cached results too. */
  name: string
  /** Name of the bridge interface: at most 15 characters, private to this node. */
  bridge: string
  /** The node's share of the pod network, one CIDR for each address family. */
  podCidrs: readonly string[]
  /** Where host-local keeps who has which address. */
  leases: string
  mtu?: number
  /** Let the plug-in masquerade what leaves the pod network. It needs iptables; the service proxy does it in nftables otherwise. */
  ipMasq?: boolean
  /** Let the plug-in `portmap` open host ports. It needs iptables; the service proxy does it in nftables otherwise. */
  portmap?: boolean
}

const MAX_INTERFACE_NAME = 15
/** Where libcni keeps what it did for each sandbox; containerd has no option for another place. */
const RESULTS = '/var/lib/cni/results'
const CONFLIST = '10-k8ts.conflist'

const isV6 = (cidr: string): boolean => cidr.includes(':')

/** The network's configuration as CNI wants it: a bridge with hairpin, addresses from the node's own ranges, the bridge as gateway. */
export function cniConflist({ name, bridge, podCidrs, leases, mtu, ipMasq = false, portmap = false }: CniOptions): object {
  assert(bridge.length <= MAX_INTERFACE_NAME, `interface name too long: ${bridge}`)
  return {
    cniVersion: '1.0.0', name,
    plugins: [
      {
        type: 'bridge', bridge, isGateway: true, forceAddress: true, hairpinMode: true, ipMasq, ...(mtu !== undefined && { mtu }),
        ipam: {
          type: 'host-local', dataDir: leases, ranges: podCidrs.map(subnet => [{ subnet }]),
          routes: podCidrs.map(cidr => ({ dst: isV6(cidr) ? '::/0' : '0.0.0.0/0' })),
        },
      },
      ...(portmap ? [{ type: 'portmap', capabilities: { portMappings: true } }] : []),
    ],
  }
}

/** Puts the configuration into containerd's directory, which watches it: the runtime's `NetworkReady` follows. */
export async function writeCniConfig({ files }: Host, directory: string, options: CniOptions): Promise<void> {
  const text = `${JSON.stringify(cniConflist(options), undefined, 2)}\n`
  const path = `${directory}/${CONFLIST}`
  await files.makeDirectory(directory)
  if ((await files.exists(path)) && (await files.readText(path)) === text) return
  await files.write(path, text, { atomic: true, mode: 0o644 })
}

/** Takes the network away: bridge (and with it what hangs on it), leases, libcni's cached results. The pods must be gone. */
export async function removeCniNetwork({ files, network }: Host, { name, bridge, leases }: Pick<CniOptions, 'name' | 'bridge' | 'leases'>): Promise<void> {
  await network.deleteInterface(bridge)
  await files.remove(leases)
  const results = (await files.exists(RESULTS)) ? (await files.list(RESULTS)).map(entry => entry.name) : []
  const sandboxes = results.filter(result => result.startsWith(`${name}-`)).map(result => result.slice(name.length + 1).split('-')[0]!)
  // The loopback's results have the sandbox in common with ours, nothing else.
  for (const result of results) if (sandboxes.some(id => result.includes(`-${id}-`))) await files.remove(`${RESULTS}/${result}`)
}
