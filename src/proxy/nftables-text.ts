import type { MapName, Ruleset } from './ruleset.ts'
import { mapNames } from './ruleset.ts'

export interface TableOptions {
  readonly family: 'ip' | 'ip6'
  readonly table: string
  readonly clusterCidr: string
  /** Whether pods' connections to the world leave with the node's address. */
  readonly masqueradePods: boolean
  /** The bit of the packet mark that means: masquerade. */
  readonly markBit?: number
}

const MARK = 0x4000
const NONE: Ruleset = { chains: new Map(), maps: new Map(), hairpins: new Set(), affinity: new Map() }

/** Text for `nft -f -` that makes the table anew in one transaction, whatever was there before. */
export function createTable(ruleset: Ruleset, options: TableOptions): string {
  const { family, table } = options
  return `add table ${family} ${table}\ndelete table ${family} ${table}\n${skeleton(options)}\n${changeTable(NONE, ruleset, options)}`
}

/** Text that turns one ruleset into another in one transaction; empty when they are equal. Its size is that of the difference. */
export function changeTable(before: Ruleset, after: Ruleset, { family, table }: TableOptions): string {
  const at = `${family} ${table}`
  const lines: string[] = []
  for (const [name, seconds] of after.affinity) {
    if (before.affinity.get(name) === undefined) lines.push(`add set ${at} ${name} { type ${family === 'ip' ? 'ipv4_addr' : 'ipv6_addr'}; flags dynamic,timeout; timeout ${seconds}s; }`)
  }
  const changed = [...after.chains].filter(([name, rules]) => !sameRules(before.chains.get(name), rules))
  for (const [name] of changed) lines.push(before.chains.has(name) ? `flush chain ${at} ${name}` : `add chain ${at} ${name}`)
  for (const [name, rules] of changed) for (const rule of rules) lines.push(`add rule ${at} ${name} ${rule}`)
  for (const name of mapNames) lines.push(...changeElements(at, name, before, after))
  lines.push(...elements('delete', at, 'hairpins', [...before.hairpins].filter(pair => !after.hairpins.has(pair))))
  lines.push(...elements('add', at, 'hairpins', [...after.hairpins].filter(pair => !before.hairpins.has(pair))))
  const removed = [...before.chains.keys()].filter(name => !after.chains.has(name))
  // A chain can go only when no rule leads to it any more, so all are emptied first.
  for (const name of removed) lines.push(`flush chain ${at} ${name}`)
  for (const name of removed) lines.push(`delete chain ${at} ${name}`)
  for (const name of before.affinity.keys()) if (!after.affinity.has(name)) lines.push(`delete set ${at} ${name}`)
  return lines.length > 0 ? `${lines.join('\n')}\n` : ''
}

const sameRules = (before: readonly string[] | undefined, after: readonly string[]): boolean =>
  before !== undefined && before.length === after.length && before.every((rule, index) => rule === after[index])

function changeElements(at: string, name: MapName, before: Ruleset, after: Ruleset): string[] {
  const old = before.maps.get(name) ?? new Map<string, string>()
  const wanted = after.maps.get(name) ?? new Map<string, string>()
  const gone = [...old].filter(([key, verdict]) => wanted.get(key) !== verdict).map(([key]) => key)
  const added = [...wanted].filter(([key, verdict]) => old.get(key) !== verdict).map(([key, verdict]) => `${key} : ${verdict}`)
  return [...elements('delete', at, name, gone), ...elements('add', at, name, added)]
}

const elements = (verb: 'add' | 'delete', at: string, name: string, list: readonly string[]): string[] =>
  list.length > 0 ? [`${verb} element ${at} ${name} { ${list.join(', ')} }`] : []

/** The fixed part: hooks, maps, and the chains that every service shares. */
function skeleton({ family, table, clusterCidr, masqueradePods, markBit = MARK }: TableOptions): string {
  const type = family === 'ip' ? 'ipv4_addr' : 'ipv6_addr'
  const mark = `0x${markBit.toString(16)}`
  const destination = `${family} daddr . meta l4proto . th dport`
  return `table ${family} ${table} {
  map service-ips { type ${type} . inet_proto . inet_service : verdict; }
  map service-nodeports { type inet_proto . inet_service : verdict; }
  map host-ports { type inet_proto . inet_service : verdict; }
  map no-endpoint-services { type ${type} . inet_proto . inet_service : verdict; }
  map no-endpoint-nodeports { type inet_proto . inet_service : verdict; }
  set hairpins { type ${type} . ${type}; }
  chain mark-for-masquerade { meta mark set meta mark or ${mark}; }
  chain reject-service { reject; }
  chain services {
    ${destination} vmap @service-ips
    fib daddr type local meta l4proto . th dport vmap @service-nodeports
    fib daddr type local meta l4proto . th dport vmap @host-ports
  }
  chain refuse-services {
    ct state new ${destination} vmap @no-endpoint-services
  }
  chain refuse-nodeports {
    ct state new fib daddr type local meta l4proto . th dport vmap @no-endpoint-nodeports
  }
  chain nat-prerouting { type nat hook prerouting priority -100; jump services; }
  chain nat-output { type nat hook output priority -100; jump services; }
  chain nat-postrouting {
    type nat hook postrouting priority 100;
    meta mark and ${mark} != 0 meta mark set meta mark xor ${mark} masquerade fully-random
    ${family} saddr . ${family} daddr @hairpins masquerade fully-random
    ${masqueradePods ? `${family} saddr ${clusterCidr} ${family} daddr != ${clusterCidr} fib daddr type != local masquerade fully-random` : ''}
  }
  chain filter-input { type filter hook input priority -110; jump refuse-nodeports; jump refuse-services; }
  chain filter-forward { type filter hook forward priority -110; jump refuse-services; }
  chain filter-output { type filter hook output priority -110; jump refuse-services; }
}`
}
