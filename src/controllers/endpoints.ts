import { Endpoints, type EndpointAddress, type EndpointPort, type EndpointSubset } from '../api/core/endpoints.ts'
import { Pods, type Pod } from '../api/core/pod/pod.ts'
import { isPodReady } from '../api/core/pod/predicates.ts'
import { Services, type Service, type ServicePort } from '../api/core/service.ts'
import { isReason } from '../machinery/status.ts'
import { sameJson } from './conditions.ts'
import { defineController, watched, type ControllerModule } from './framework.ts'
import { canonicalJson } from './hash.ts'
import { canServe, endpointLabels, hostnameFor, podsBehind, servicesOf, targetPortOf } from './service-pods.ts'
import { triggerTimes, withTriggerTime, type TriggerTimes } from './trigger-time.ts'

const MANAGED_BY = 'endpoints.kubernetes.io/managed-by'
const OVER_CAPACITY = 'endpoints.kubernetes.io/over-capacity'
const CAPACITY = 1000

/** Lists the addresses behind every service that has a selector. */
export const endpointsController: ControllerModule = { name: 'endpoint', start: options => define(triggerTimes()).start(options) }

const define = (times: TriggerTimes) => defineController<Service>({
  name: 'endpoint',
  for: Services,
  watches: [watched(Pods, servicesOf), watched(Endpoints, ({ metadata }) => [metadata])],
  async reconcile(service, { cache, client, events }) {
    if (!service.spec.selector) return
    const existing = cache.get(Endpoints, service.metadata)
    const pods = podsBehind(service, cache)
    const since = times.since(service, pods)
    const { subsets, truncated } = truncate(endpointSubsets(service, pods))
    const labels = { ...endpointLabels(service, new Set([MANAGED_BY])), [MANAGED_BY]: 'endpoint-controller' }
    const { [OVER_CAPACITY]: _, ...kept } = withTriggerTime(existing?.metadata.annotations, undefined)
    const annotations = truncated ? { ...kept, [OVER_CAPACITY]: 'truncated' } : kept
    if (existing && sameJson(existing.subsets ?? [], subsets) && sameJson(existing.metadata.labels ?? {}, labels) && sameJson(withTriggerTime(existing.metadata.annotations, undefined), annotations)) return
    const stamped = withTriggerTime(annotations, since)
    const { name, namespace } = service.metadata
    try {
      if (existing) await client.update(Endpoints, { ...existing, metadata: { ...existing.metadata, labels, annotations: stamped }, subsets })
      else await client.create(Endpoints, { metadata: { name, namespace, labels, annotations: stamped }, subsets })
    } catch (error) {
      if (isReason(error, 'Forbidden') || isReason(error, 'Conflict') || isReason(error, 'AlreadyExists')) throw error
      events.event(service, 'Warning', existing ? 'FailedToUpdateEndpoint' : 'FailedToCreateEndpoint', `Failed to ${existing ? 'update' : 'create'} endpoint ${namespace}/${name}: ${(error as Error).message}`)
      throw error
    }
  },
  async gone(ref, { cache, client }) {
    times.forget(`${ref.namespace}/${ref.name}`)
    const left = cache.get(Endpoints, ref)
    if (left?.metadata.labels?.[MANAGED_BY] !== 'endpoint-controller') return
    await client.delete(Endpoints, ref).catch(error => { if (!isReason(error, 'NotFound')) throw error })
  },
})

/** Groups the pods by the ports that they are reached at. */
export function endpointSubsets(service: Service, pods: readonly Pod[]): EndpointSubset[] {
  const tolerant = service.spec.publishNotReadyAddresses ?? false
  const byPorts = new Map<string, { ports: EndpointPort[] | undefined; ready: EndpointAddress[]; unready: EndpointAddress[] }>()
  const byAddress = new Map<string, { address: EndpointAddress; ready: boolean; ports: EndpointPort[] }>()
  for (const pod of pods) {
    if (!canServe(pod) || (pod.metadata.deletionTimestamp && !tolerant)) continue
    const ports = (service.spec.ports ?? []).map(port => portOf(pod, port)).filter(port => port !== undefined)
    if (ports.length === 0 && (service.spec.ports?.length ?? 0) > 0) continue
    const address = addressOf(pod, service)
    if (address) byAddress.set(pod.metadata.uid, { address, ready: tolerant || isPodReady(pod), ports })
  }
  for (const { address, ready, ports } of byAddress.values()) {
    const key = canonicalJson(ports)
    const subset = byPorts.get(key) ?? { ports: ports.length > 0 ? ports : undefined, ready: [], unready: [] }
    byPorts.set(key, subset)
    subset[ready ? 'ready' : 'unready'].push(address)
  }
  return [...byPorts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, { ports, ready, unready }]) => ({
    ...(ready.length > 0 && { addresses: ready.sort(byIp) }), ...(unready.length > 0 && { notReadyAddresses: unready.sort(byIp) }), ...(ports && { ports }),
  }))
}

const byIp = (a: EndpointAddress, b: EndpointAddress): number => (a.ip < b.ip ? -1 : a.ip > b.ip ? 1 : 0)

function portOf(pod: Pod, port: ServicePort): EndpointPort | undefined {
  const number = targetPortOf(pod, port)
  if (number === undefined) return undefined
  return { ...(port.name && { name: port.name }), port: number, protocol: port.protocol ?? 'TCP', ...(port.appProtocol !== undefined && { appProtocol: port.appProtocol }) }
}

function addressOf(pod: Pod, service: Service): EndpointAddress | undefined {
  const ips = pod.status.podIPs?.map(({ ip }) => ip) ?? [pod.status.podIP!]
  const wantsV6 = (service.spec.ipFamilies?.[0] ?? 'IPv4') === 'IPv6'
  const ip = ips.find(candidate => candidate.includes(':') === wantsV6)
  if (!ip) return undefined
  const hostname = hostnameFor(pod, service)
  const { namespace, name, uid } = pod.metadata
  return { ip, ...(hostname && { hostname }), ...(pod.spec.nodeName && { nodeName: pod.spec.nodeName }), targetRef: { kind: 'Pod', namespace, name, uid } }
}

/** Endpoints objects hold a thousand addresses at most, ready ones first. */
function truncate(subsets: EndpointSubset[]): { subsets: EndpointSubset[]; truncated: boolean } {
  const total = subsets.reduce((count, { addresses = [], notReadyAddresses = [] }) => count + addresses.length + notReadyAddresses.length, 0)
  if (total <= CAPACITY) return { subsets, truncated: false }
  let room = CAPACITY
  const take = <T>(list: T[] | undefined): T[] => {
    const taken = (list ?? []).slice(0, Math.max(0, room))
    room -= taken.length
    return taken
  }
  const ready = subsets.map(subset => take(subset.addresses))
  const cut = subsets.map(({ ports, notReadyAddresses }, index) => {
    const unready = take(notReadyAddresses)
    return { ...(ready[index]!.length > 0 && { addresses: ready[index]! }), ...(unready.length > 0 && { notReadyAddresses: unready }), ...(ports && { ports }) }
  })
  return { subsets: cut.filter(({ addresses, notReadyAddresses }) => addresses || notReadyAddresses), truncated: true }
}
