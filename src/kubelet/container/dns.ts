import type { Pod } from '../../api/core/pod/pod.ts'
import type { PodSandboxConfig } from '../runtime.ts'

/** What pods get to resolve names with. */
export interface DnsSettings {
  readonly clusterDns: readonly string[]
  readonly clusterDomain: string
}

export interface ResolvConf {
  readonly servers: readonly string[]
  readonly searches: readonly string[]
  readonly options: readonly string[]
}

const MAX_SERVERS = 3
const MAX_SEARCHES = 32
const MAX_SEARCH_CHARACTERS = 2048

/** Reads resolv.conf(5). */
export function parseResolvConf(text: string): ResolvConf {
  const [servers, options]: [string[], string[]] = [[], []]
  let searches: string[] = []
  for (const line of text.split('\n')) {
    const [keyword, ...values] = line.replace(/[#;].*/, '').trim().split(/\s+/)
    if (keyword === 'nameserver' && values[0]) servers.push(values[0])
    if (keyword === 'search') searches = values.map(value => (value === '.' ? '.' : value.replace(/\.$/, '')))
    if (keyword === 'options') options.push(...values)
  }
  return { servers, searches, options }
}

const unique = (values: readonly string[]): string[] => [...new Set(values)]

/** Pod options override the base ones of the same name. */
function mergeOptions(base: readonly string[], added: readonly string[]): string[] {
  const merged = new Map([...base, ...added].map(option => [option.split(':')[0]!, option]))
  return [...merged.values()]
}

/** The resolver configuration that a pod's policy asks for; `host` is the node's own. */
export function podDns(pod: Pod, host: ResolvConf, { clusterDns, clusterDomain }: DnsSettings): Required<PodSandboxConfig>['dns'] {
  const { dnsPolicy = 'ClusterFirst', hostNetwork, dnsConfig } = pod.spec
  const cluster = clusterDns.length > 0 && (dnsPolicy === 'ClusterFirstWithHostNet' || (dnsPolicy === 'ClusterFirst' && !hostNetwork))
  const namespace = pod.metadata.namespace
  const suffixes = clusterDomain ? [`${namespace}.svc.${clusterDomain}`, `svc.${clusterDomain}`, clusterDomain] : []
  const none: ResolvConf = { servers: [], searches: [], options: [] }
  const base: ResolvConf = dnsPolicy === 'None' ? none
    : cluster ? { servers: clusterDns, searches: unique([...suffixes, ...host.searches]), options: ['ndots:5'] }
    : host
  const options = (dnsConfig?.options ?? []).map(({ name = '', value }) => (value ? `${name}:${value}` : name))
  return {
    servers: unique([...base.servers, ...(dnsConfig?.nameservers ?? [])]).slice(0, MAX_SERVERS),
    searches: fitSearches(unique([...base.searches, ...(dnsConfig?.searches ?? [])])), options: mergeOptions(base.options, options),
  }
}

/** The resolver's own limits: what goes over them is left out. */
function fitSearches(searches: readonly string[]): string[] {
  const kept: string[] = []
  for (const search of searches.slice(0, MAX_SEARCHES)) {
    if ([...kept, search].join(' ').length > MAX_SEARCH_CHARACTERS) break
    kept.push(search)
  }
  return kept
}
