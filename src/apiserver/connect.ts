import { Nodes, type Node } from '../api/core/node.ts'
import { Pods, type Pod } from '../api/core/pod/pod.ts'
import { Services, type Service } from '../api/core/service.ts'
import { EndpointSlices, type EndpointSlice } from '../api/discovery/endpoint-slice.ts'
import { badRequest, StatusError } from '../machinery/status.ts'
import { nameOf, type Call } from './call.ts'
import type { KubeletAccess } from './kubelet-access.ts'
import type { Server } from './verbs/verb.ts'

/** Where a request is passed on to. */
export interface Target {
  readonly url: string
  readonly tls?: KubeletAccess['tls']
}

const CONNECTS = new Set(['log', 'exec', 'attach', 'portforward', 'proxy'])
const DEFAULT_KUBELET_PORT = 10250
const DEFAULT_CONTAINER = 'kubectl.kubernetes.io/default-container'

/** Whether a request is answered by somebody else: the pod's kubelet, or the pod itself. */
export const isConnect = (call: Call): boolean => call.subresource !== undefined && CONNECTS.has(call.subresource)

/** Finds out where to pass a request on to, and asks admission. */
export async function targetOf(server: Server, call: Call, query: URLSearchParams, kubelet: KubeletAccess | undefined): Promise<Target> {
  await admitConnect(server, call)
  if (call.subresource === 'proxy') return proxyTarget(server, call, query, kubelet)
  const { object } = await server.registry.get(Pods, call.namespace, nameOf(call))
  const pod = object as Pod
  const { name, namespace } = pod.metadata
  const parameters = new URLSearchParams(query)
  parameters.delete('pretty')
  if (call.subresource === 'portforward') return kubeletTarget(server, pod, kubelet, `/portForward/${namespace}/${name}`, parameters)
  const container = containerOf(pod, parameters.get('container'))
  parameters.delete('container')
  const kind = { log: 'containerLogs', exec: 'exec', attach: 'attach' }[call.subresource as 'log' | 'exec' | 'attach']
  return kubeletTarget(server, pod, kubelet, `/${kind}/${namespace}/${name}/${container}`, kubeletParameters(call.subresource!, parameters))
}

/** The API's names of the streams are not the kubelet's. */
function kubeletParameters(subresource: string, parameters: URLSearchParams): URLSearchParams {
  if (subresource === 'log') return parameters
  for (const [from, to] of [['stdin', 'input'], ['stdout', 'output'], ['stderr', 'error']] as const) {
    const value = parameters.get(from)
    parameters.delete(from)
    if (value !== null && value !== 'false' && value !== '0') parameters.set(to, '1')
  }
  const tty = parameters.get('tty')
  parameters.delete('tty')
  if (tty !== null && tty !== 'false' && tty !== '0') parameters.set('tty', '1')
  return parameters
}

async function admitConnect(server: Server, call: Call): Promise<void> {
  await server.admission.mutate(call, 'CONNECT', undefined, undefined)
  await server.admission.validate(call, 'CONNECT', undefined, undefined)
}

/** The container that is meant: the one named, the only one, or the one that an annotation makes the default. */
function containerOf(pod: Pod, wanted: string | null): string {
  const { spec, metadata } = pod
  const all = [...spec.containers, ...(spec.initContainers ?? []), ...(spec.ephemeralContainers ?? [])].map(({ name }) => name)
  if (wanted) {
    if (!all.includes(wanted)) throw badRequest(`container ${wanted} is not valid for pod ${metadata.name}`)
    return wanted
  }
  if (spec.containers.length === 1 && all.length === 1) return spec.containers[0]!.name
  const preferred = metadata.annotations?.[DEFAULT_CONTAINER]
  if (preferred && all.includes(preferred)) return preferred
  const names = (list: readonly { name: string }[] | null | undefined): string => (list ?? []).map(({ name }) => name).join(' ')
  const init = spec.initContainers?.length ? ` or one of the init containers: [${names(spec.initContainers)}]` : ''
  throw badRequest(`a container name must be specified for pod ${metadata.name}, choose one of: [${names(spec.containers)}]${init}`)
}

function kubeletTarget(server: Server, pod: Pod, kubelet: KubeletAccess | undefined, path: string, parameters: URLSearchParams): Target {
  const { nodeName } = pod.spec
  if (!nodeName) throw badRequest(`pod ${pod.metadata.name} does not have a host assigned`)
  const query = parameters.toString()
  return { url: `${kubeletBase(server, nodeName)}${path}${query && `?${query}`}`, ...(kubelet && { tls: kubelet.tls }) }
}

function kubeletBase({ stores }: Server, nodeName: string): string {
  const node = stores.get<Node>(Nodes, undefined, nodeName)
  if (!node) throw new StatusError('NotFound', `nodes ${JSON.stringify(nodeName)} not found`, { name: nodeName, kind: 'nodes' })
  const addresses = node.status?.addresses ?? []
  const found = ['InternalIP', 'Hostname', 'ExternalIP'].map(type => addresses.find(each => each.type === type)?.address).find(Boolean)
  if (!found) throw new StatusError('', `no preferred addresses found; known addresses: [${addresses.map(({ address }) => address).join(' ')}]`, undefined, { code: 500 })
  const port = node.status?.daemonEndpoints?.kubeletEndpoint?.Port || DEFAULT_KUBELET_PORT
  return `https://${found.includes(':') ? `[${found}]` : found}:${port}`
}

/** `[SCHEME:]NAME[:PORT]`, as names below `/proxy` may be. */
function schemeNamePort(text: string): { scheme: string; name: string; port: string } {
  const parts = text.split(':')
  if (parts.length === 1) return { scheme: '', name: text, port: '' }
  if (parts.length === 2) return { scheme: '', name: parts[0]!, port: parts[1]! }
  if (parts.length === 3 && (parts[0] === 'http' || parts[0] === 'https' || parts[0] === '')) return { scheme: parts[0], name: parts[1]!, port: parts[2]! }
  throw badRequest(`invalid request ${JSON.stringify(text)}`)
}

async function proxyTarget(server: Server, call: Call, query: URLSearchParams, kubelet: KubeletAccess | undefined): Promise<Target> {
  const { scheme, name, port } = schemeNamePort(nameOf(call))
  const parameters = query.toString()
  const path = `/${call.proxyPath ?? ''}${parameters && `?${parameters}`}`
  if (call.resource === Nodes) {
    await server.registry.get(Nodes, undefined, name)
    return { url: `${kubeletBase(server, name)}${path}`, ...(kubelet && { tls: kubelet.tls }) }
  }
  const host = call.resource === Services ? serviceHost(server, call, name, port) : await podHost(server, call, name, port)
  return { url: `${scheme || 'http'}://${host}${path}`, ...(scheme === 'https' && { tls: { insecure: true } }) }
}

async function podHost({ registry }: Server, call: Call, name: string, port: string): Promise<string> {
  const pod = (await registry.get(Pods, call.namespace, name)).object as Pod
  const address = pod.status.podIP
  if (!address) throw badRequest('address not allowed')
  const chosen = port || String(pod.spec.containers.flatMap(container => container.ports ?? [])[0]?.containerPort ?? '')
  return `${address.includes(':') ? `[${address}]` : address}${chosen && `:${chosen}`}`
}

/** One of a service's ready endpoints. */
function serviceHost({ stores, random }: Server, call: Call, name: string, port: string): string {
  const service = stores.get<Service>(Services, call.namespace, name)
  if (!service) throw new StatusError('NotFound', `services ${JSON.stringify(name)} not found`, { name, kind: 'services' })
  const wanted = service.spec.ports?.find(each => (port === '' ? true : each.name === port || String(each.port) === port))
  if (!wanted) throw new StatusError('ServiceUnavailable', `no service port ${JSON.stringify(port)} found for service ${JSON.stringify(name)}`)
  const slices = stores.list<EndpointSlice>(EndpointSlices, call.namespace).filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === name)
  const hosts = slices.flatMap(slice => {
    const found = slice.ports?.find(each => (each.name ?? '') === (wanted.name ?? ''))
    if (!found?.port) return []
    return (slice.endpoints ?? []).filter(({ conditions }) => conditions?.ready !== false).flatMap(({ addresses }) => addresses.slice(0, 1).map(address => `${address.includes(':') ? `[${address}]` : address}:${found.port}`))
  })
  if (hosts.length === 0) throw new StatusError('ServiceUnavailable', `no endpoints available for service ${JSON.stringify(name)}`)
  return hosts[Math.floor(random.next() * hosts.length)]!
}
