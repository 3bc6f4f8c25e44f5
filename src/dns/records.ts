import type { Service } from '../api/core/service.ts'
import type { Endpoint, EndpointPort, EndpointSlice } from '../api/discovery/endpoint-slice.ts'

/** What names are answered from. */
export interface DnsData {
  readonly zone: string
  service(namespace: string, name: string): Service | undefined
  endpointSlices(namespace: string, service: string): readonly EndpointSlice[]
  namespaceExists(name: string): boolean
  /** The service that has this cluster IP. */
  serviceOfIp(ip: string): Service | undefined
  /** Full names of the endpoint with this address in headless services. */
  endpointNames(ip: string): readonly string[]
}

export type QueryType = 'A' | 'AAAA' | 'SRV' | 'PTR' | 'TXT' | 'CNAME' | 'ANY' | string

export type DnsRecord =
  | { readonly type: 'A' | 'AAAA' | 'CNAME' | 'PTR'; readonly name: string; readonly data: string }
  | { readonly type: 'SRV'; readonly name: string; readonly data: { priority: number; weight: number; port: number; target: string } }
  | { readonly type: 'TXT'; readonly name: string; readonly data: string }

/** `forward`: the name is not of our zone; ask somebody else. */
export interface DnsAnswer {
  readonly code: 'NOERROR' | 'NXDOMAIN' | 'forward'
  readonly answers: readonly DnsRecord[]
  readonly additionals: readonly DnsRecord[]
}

/** The version of the Kubernetes DNS specification that this room follows. */
const SPECIFICATION = '1.1.0'
const NO_SUCH_NAME: DnsAnswer = { code: 'NXDOMAIN', answers: [], additionals: [] }
const FORWARD: DnsAnswer = { code: 'forward', answers: [], additionals: [] }
const found = (answers: readonly DnsRecord[], additionals: readonly DnsRecord[] = []): DnsAnswer => ({ code: 'NOERROR', answers, additionals })

/** Answers one question by the Kubernetes DNS specification. Pure: the same data give the same answer. Names are compared without case. */
export function answer(question: { readonly name: string; readonly type: QueryType }, data: DnsData): DnsAnswer {
  const name = question.name.toLowerCase().replace(/\.$/, '')
  const address = reverseAddress(name)
  if (address !== undefined) return answerReverse(question.name, address, data)
  if (name === data.zone) return found([])
  if (!name.endsWith(`.${data.zone}`)) return FORWARD
  const labels = name.slice(0, -data.zone.length - 1).split('.')
  if (labels.length === 1 && labels[0] === 'dns-version') return found(question.type === 'TXT' ? [{ type: 'TXT', name: question.name, data: SPECIFICATION }] : [])
  const area = labels.pop()
  const namespace = labels.pop()
  if (area === 'svc') return answerService({ ...question, labels, namespace }, data)
  if (area === 'pod') return answerPod({ ...question, labels, namespace }, data)
  return NO_SUCH_NAME
}

interface ServiceQuestion {
  readonly name: string
  readonly type: QueryType
  /** What stands before the namespace, the service's name last. */
  readonly labels: readonly string[]
  readonly namespace: string | undefined
}

function answerService(question: ServiceQuestion, data: DnsData): DnsAnswer {
  const { labels, namespace } = question
  if (namespace === undefined) return found([])
  const name = labels.at(-1)
  if (name === undefined) return data.namespaceExists(namespace) ? found([]) : NO_SUCH_NAME
  const service = data.service(namespace, name)
  if (!service) return NO_SUCH_NAME
  const before = labels.slice(0, -1)
  if (service.spec.type === 'ExternalName') return before.length === 0 ? answerExternal(question, service) : NO_SUCH_NAME
  if (before.length === 2 && before[0]!.startsWith('_')) return answerPort(question, service, before, data)
  if (before.length === 1 && before[0]!.startsWith('_')) return found([])
  if (before.length > 1) return NO_SUCH_NAME
  const targets = targetsOf(service, data)
  if (before.length === 0) {
    const known = targets.some(({ ips }) => ips.length > 0) || !isHeadless(service)
    return known ? addressAnswer(question, targets.flatMap(({ ips }) => ips)) : NO_SUCH_NAME
  }
  const endpoints = isHeadless(service) ? targets.filter(({ host }) => host === before[0]) : []
  return endpoints.length > 0 ? addressAnswer(question, endpoints.flatMap(({ ips }) => ips)) : NO_SUCH_NAME
}

/** Addresses that one name below a service stands for; `host` is undefined for the cluster IP. */
interface Target {
  readonly host: string | undefined
  readonly ips: readonly string[]
  readonly ports: readonly { readonly name: string; readonly protocol: string; readonly port: number }[]
}

const isHeadless = (service: Service): boolean => service.spec.clusterIP === 'None'

function targetsOf(service: Service, data: DnsData): Target[] {
  if (!isHeadless(service)) {
    const ips = service.spec.clusterIPs ?? (service.spec.clusterIP ? [service.spec.clusterIP] : [])
    return [{ host: undefined, ips, ports: (service.spec.ports ?? []).map(port => ({ name: port.name ?? '', protocol: port.protocol, port: port.port })) }]
  }
  return data.endpointSlices(service.metadata.namespace, service.metadata.name).flatMap(slice =>
    (slice.endpoints ?? [])
      .filter(endpoint => endpoint.conditions.ready !== false || service.spec.publishNotReadyAddresses)
      .map(endpoint => ({ host: endpointHost(endpoint), ips: endpoint.addresses, ports: (slice.ports ?? []).flatMap(portOf) })))
}

const portOf = ({ name, protocol, port }: EndpointPort): Target['ports'] => (port === undefined ? [] : [{ name: name ?? '', protocol: protocol ?? 'TCP', port }])

/** An endpoint's label below its headless service: its hostname, or its address with dashes. */
export const endpointHost = (endpoint: Endpoint): string => (endpoint.hostname || endpoint.addresses[0]?.replace(/[.:]/g, '-')) ?? ''

const isV6 = (ip: string): boolean => ip.includes(':')

function addressAnswer({ name, type }: { name: string; type: QueryType }, ips: readonly string[]): DnsAnswer {
  const wanted = [...new Set(ips)].filter(ip => type === 'ANY' || type === (isV6(ip) ? 'AAAA' : 'A'))
  return found(wanted.map(ip => ({ type: isV6(ip) ? 'AAAA' : 'A', name, data: ip })))
}

function answerExternal({ name, type }: ServiceQuestion, service: Service): DnsAnswer {
  const asked = type === 'A' || type === 'AAAA' || type === 'CNAME' || type === 'ANY'
  return found(asked ? [{ type: 'CNAME', name, data: service.spec.externalName ?? '' }] : [])
}

/** `_port._protocol.service`: one SRV for the cluster IP, or one for each endpoint of a headless service. */
function answerPort({ name, type }: ServiceQuestion, service: Service, [port, protocol]: readonly string[], data: DnsData): DnsAnswer {
  const full = `${service.metadata.name}.${service.metadata.namespace}.svc.${data.zone}`
  const matches = targetsOf(service, data).flatMap(target =>
    target.ports
      .filter(each => `_${each.name}` === port && `_${each.protocol.toLowerCase()}` === protocol)
      .map(each => ({ port: each.port, ips: target.ips, host: target.host === undefined ? full : `${target.host}.${full}` })))
  if (matches.length === 0) return NO_SUCH_NAME
  if (type !== 'SRV' && type !== 'ANY') return found([])
  const weight = Math.max(1, Math.floor(100 / matches.length))
  return found(
    matches.map(match => ({ type: 'SRV', name, data: { priority: 0, weight, port: match.port, target: match.host } })),
    matches.flatMap(match => match.ips.map(ip => ({ type: isV6(ip) ? 'AAAA' as const : 'A' as const, name: match.host, data: ip }))),
  )
}

/** `10-0-0-7.namespace.pod`: the address that stands in the name itself. */
function answerPod(question: ServiceQuestion, data: DnsData): DnsAnswer {
  const { labels, namespace } = question
  if (namespace === undefined) return found([])
  if (!data.namespaceExists(namespace)) return NO_SUCH_NAME
  if (labels.length === 0) return found([])
  const dashed = labels.length === 1 ? labels[0]! : ''
  if (/^\d{1,3}(-\d{1,3}){3}$/.test(dashed)) return addressAnswer(question, [dashed.replaceAll('-', '.')])
  if (/^[0-9a-f]*(-[0-9a-f]*){2,7}$/.test(dashed)) return addressAnswer(question, [dashed.replaceAll('-', ':')])
  return NO_SUCH_NAME
}

function answerReverse(name: string, ip: string, data: DnsData): DnsAnswer {
  const service = data.serviceOfIp(ip)
  if (service) return found([{ type: 'PTR', name, data: `${service.metadata.name}.${service.metadata.namespace}.svc.${data.zone}` }])
  const endpoints = data.endpointNames(ip)
  return endpoints.length > 0 ? found(endpoints.map(data => ({ type: 'PTR', name, data }))) : FORWARD
}

/** The address that a name below in-addr.arpa or ip6.arpa stands for. */
function reverseAddress(name: string): string | undefined {
  if (name.endsWith('.in-addr.arpa')) {
    const parts = name.slice(0, -'.in-addr.arpa'.length).split('.')
    return parts.length === 4 ? parts.reverse().join('.') : undefined
  }
  if (!name.endsWith('.ip6.arpa')) return undefined
  const digits = name.slice(0, -'.ip6.arpa'.length).split('.')
  if (digits.length !== 32) return undefined
  return shortenV6(digits.reverse().join('').match(/.{4}/g)!)
}

/** RFC 5952: the longest run of zero groups becomes `::`. */
function shortenV6(groups: readonly string[]): string {
  const text = groups.map(group => Number.parseInt(group, 16).toString(16)).join(':')
  const runs = [...text.matchAll(/(?:^|:)0(?::0)+(?=:|$)/g)].sort((a, b) => b[0].length - a[0].length)
  if (!runs[0]) return text
  const { index } = runs[0]
  return `${text.slice(0, index)}::${text.slice(index + runs[0][0].length).replace(/^:/, '')}`
}
