import * as fs from 'node:fs/promises'
import { hostname } from 'node:os'
import { failureOf, outputOf, runOrThrow, type Processes } from './process.ts'

export interface InterfaceAddress {
  family: 4 | 6
  address: string
  prefixLength: number
  scope: string
}

export interface NetworkInterface {
  name: string
  index: number
  up: boolean
  mtu: number
  mac: string
  /** `bridge`, `veth`, `vxlan`…; empty for a real card. */
  kind: string
  /** The bridge or bond it belongs to. */
  master?: string
  addresses: readonly InterfaceAddress[]
}

export interface Route {
  /** `default` or a CIDR. */
  destination: string
  gateway?: string
  device?: string
  preferredSource?: string
  metric: number
}

/** Interfaces, routes, namespaces, firewall and kernel settings. */
export interface Network {
  hostname(): string
  interfaces(): Promise<NetworkInterface[]>
  routes(family?: 4 | 6): Promise<Route[]>
  /** Runs `ip` with these arguments; throws with what it said. */
  ip(...args: readonly string[]): Promise<string>
  /** No error when there is none. */
  deleteInterface(name: string): Promise<void>
  /** Names under /run/netns. */
  namespaces(): Promise<string[]>
  deleteNamespace(name: string): Promise<void>
  /** Loads an nftables script in one transaction: all of it, or none and a throw with nft's message. */
  nft(script: string): Promise<void>
  /** What `nft` prints for a command such as `list table ip x`; throws when there is no such thing. */
  nftPrint(command: string): Promise<string>
  /** Deletes connection tracking entries, `conntrack -D` with these arguments; no error when there are none. */
  forgetConnections(...args: readonly string[]): Promise<void>
  /** `name` with dots or slashes: `net.ipv4.ip_forward`. */
  readSetting(name: string): Promise<string>
  writeSetting(name: string, value: string): Promise<void>
}

interface IpLink {
  ifname: string
  ifindex: number
  flags: string[]
  mtu: number
  address?: string
  master?: string
  linkinfo?: { info_kind?: string }
  addr_info?: { family: string; local?: string; prefixlen: number; scope: string }[]
}

interface IpRoute {
  dst: string
  gateway?: string
  dev?: string
  prefsrc?: string
  metric?: number
}

const networkInterface = (link: IpLink): NetworkInterface => ({
  name: link.ifname, index: link.ifindex, up: link.flags.includes('UP'), mtu: link.mtu, mac: link.address ?? '', kind: link.linkinfo?.info_kind ?? '',
  ...(link.master && { master: link.master }),
  addresses: (link.addr_info ?? []).filter(info => info.local).map(info => ({
    family: info.family === 'inet6' ? 6 : 4, address: info.local!, prefixLength: info.prefixlen, scope: info.scope,
  })),
})

const route = (found: IpRoute): Route => ({
  destination: found.dst, metric: found.metric ?? 0,
  ...(found.gateway && { gateway: found.gateway }), ...(found.dev && { device: found.dev }), ...(found.prefsrc && { preferredSource: found.prefsrc }),
})

const settingPath = (name: string): string => `/proc/sys/${name.includes('/') ? name : name.replaceAll('.', '/')}`

/** The machine's network, by iproute2, nft and conntrack. */
export function realNetwork(processes: Processes): Network {
  const ip = (...args: readonly string[]): Promise<string> => runOrThrow(processes, ['ip', ...args])
  return {
    ip,
    hostname: () => hostname(),
    interfaces: async () => (JSON.parse((await ip('-j', '-d', 'address', 'show')) || '[]') as IpLink[]).filter(link => link.ifname).map(networkInterface),
    routes: async (family = 4) => (JSON.parse((await ip(`-${family}`, '-j', 'route', 'show')) || '[]') as IpRoute[]).map(route),
    async deleteInterface(name) {
      const result = await processes.run(['ip', 'link', 'delete', 'dev', name])
      if (result.code !== 0 && !/Cannot find device/.test(Buffer.from(result.stderr).toString())) throw new Error(failureOf(result))
    },
    namespaces: () => fs.readdir('/run/netns').catch(error => { if (error.code === 'ENOENT') return []; throw error }),
    async deleteNamespace(name) {
      const result = await processes.run(['ip', 'netns', 'delete', name])
      if (result.code !== 0 && !/No such file/.test(Buffer.from(result.stderr).toString())) throw new Error(failureOf(result))
    },
    async nft(script) {
      await runOrThrow(processes, ['nft', '-f', '-'], { input: script })
    },
    nftPrint: command => runOrThrow(processes, ['nft', command]),
    async forgetConnections(...args) {
      const result = await processes.run(['conntrack', '-D', ...args])
      // conntrack ends with 1 both when it deleted nothing and when it failed.
      if (result.code !== 0 && !/0 flow entries have been deleted/.test(outputOf(result) + Buffer.from(result.stderr).toString())) throw new Error(failureOf(result))
    },
    readSetting: async name => (await fs.readFile(settingPath(name), 'utf8')).trim(),
    writeSetting: (name, value) => fs.writeFile(settingPath(name), value),
  }
}

/** The address other machines most likely know this one by: that of the default route's device, else the first global one. */
export async function primaryAddress(network: Network, family: 4 | 6 = 4): Promise<string | undefined> {
  const [interfaces, routes] = await Promise.all([network.interfaces(), network.routes(family)])
  const candidates = (list: readonly NetworkInterface[]): InterfaceAddress[] =>
    list.flatMap(({ addresses }) => addresses.filter(address => address.family === family && address.scope === 'global'))
  const byMetric = routes.filter(({ destination }) => destination === 'default').sort((a, b) => a.metric - b.metric)
  for (const { device, preferredSource } of byMetric) {
    const found = preferredSource ?? candidates(interfaces.filter(({ name }) => name === device))[0]?.address
    if (found) return found
  }
  return candidates(interfaces.filter(({ up }) => up))[0]?.address
}

/** A network that only remembers: for nodes without an OS. `scripts` are the nftables scripts it was given. */
export function memoryNetwork(interfaces: readonly NetworkInterface[] = [], hostName = 'simulated'): Network & { scripts: readonly string[] } {
  const scripts: string[] = []
  const settings = new Map<string, string>()
  const impossible = async (): Promise<never> => { throw new Error('there is no operating system here') }
  return {
    scripts, ip: impossible, nftPrint: impossible,
    hostname: () => hostName,
    interfaces: async () => [...interfaces],
    routes: async () => [],
    deleteInterface: async () => {},
    namespaces: async () => [],
    deleteNamespace: async () => {},
    nft: async script => void scripts.push(script),
    forgetConnections: async () => {},
    readSetting: async name => settings.get(name) ?? '0',
    writeSetting: async (name, value) => void settings.set(name, value),
  }
}
