import { Nodes } from '../api/core/node.ts'
import { Pods, type Pod } from '../api/core/pod/pod.ts'
import { isPodReady } from '../api/core/pod/predicates.ts'
import { Services, type Service } from '../api/core/service.ts'
import { EndpointSlices, type Endpoint, type EndpointPort, type EndpointSlice } from '../api/discovery/endpoint-slice.ts'
import type { CacheReader } from '../client/cache.ts'
import type { Draft } from '../machinery/schema/schema.ts'
import { isReason } from '../machinery/status.ts'
import { controllerReference } from './claim.ts'
import { sameJson } from './conditions.ts'
import { defineController, watched, type ControllerModule } from './framework.ts'
import { canonicalJson } from './hash.ts'
import { isNamespaceTerminating } from './pod-control.ts'
import { canServe, endpointLabels, hostnameFor, podsBehind, servicesOf, targetPortOf } from './service-pods.ts'
import { triggerTimes, withTriggerTime, type TriggerTimes } from './trigger-time.ts'

export const SERVICE_NAME = 'kubernetes.io/service-name'
export const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by'
const MANAGER = 'endpointslice-controller.k8s.io'
const ZONE = 'topology.kubernetes.io/zone'
const CAPACITY = 100
const INDEX = 'service'

/** Lists the endpoints behind every service that has a selector, a hundred to a slice. */
export const endpointSliceController: ControllerModule = { name: 'endpointslice', start: options => define(triggerTimes()).start(options) }

const define = (times: TriggerTimes) => defineController<Service>({
  name: 'endpointslice',
  for: Services,
  owns: [EndpointSlices],
  watches: [
    watched(Pods, servicesOf),
    watched(Nodes, (node, cache) => cache.list(Pods, { index: ['node', node.metadata.name] }).flatMap(pod => servicesOf(pod, cache))),
  ],
  prepare(cache) {
    cache.informer(Pods).addIndex('node', pod => (pod.spec.nodeName ? [pod.spec.nodeName] : []))
    cache.informer(EndpointSlices).addIndex(INDEX, ({ metadata }) => (metadata.labels?.[MANAGED_BY] === MANAGER ? [`${metadata.namespace}/${metadata.labels[SERVICE_NAME]}`] : []))
  },
  async reconcile(service, { cache, client, events }) {
    if (!service.spec.selector || service.spec.type === 'ExternalName' || service.metadata.deletionTimestamp) return
    const existing = cache.list(EndpointSlices, { index: [INDEX, `${service.metadata.namespace}/${service.metadata.name}`] }).filter(slice => !slice.metadata.deletionTimestamp)
    const pods = podsBehind(service, cache)
    const since = times.since(service, pods)
    const stamp = <S extends Draft<EndpointSlice>>(slice: S): S => ({ ...slice, metadata: { ...slice.metadata, annotations: withTriggerTime(slice.metadata?.annotations as Record<string, string> | undefined, since) } })
    const plan = planSlices(service, desiredGroups(service, pods, zoneIn(cache)), existing)
    try {
      for (const slice of plan.create) await client.create(EndpointSlices, stamp(slice))
      for (const slice of plan.update) await client.update(EndpointSlices, stamp(slice as never) as EndpointSlice)
      for (const slice of plan.remove) await client.delete(EndpointSlices, slice.metadata).catch(error => { if (!isReason(error, 'NotFound')) throw error })
    } catch (error) {
      if (isNamespaceTerminating(error)) return
      if (!isReason(error, 'Conflict')) {
        events.event(service, 'Warning', 'FailedToUpdateEndpointSlices', `Error updating Endpoint Slices for Service ${service.metadata.namespace}/${service.metadata.name}: ${(error as Error).message}`)
      }
      throw error
    }
  },
  async gone({ namespace, name }) {
    times.forget(`${namespace}/${name}`)
  },
})

const zoneIn = (cache: CacheReader) => (nodeName: string | undefined): string | undefined =>
  nodeName ? cache.get(Nodes, { name: nodeName })?.metadata.labels?.[ZONE] : undefined

export type AddressType = 'IPv4' | 'IPv6'

/** Endpoints that are reached at the same ports. */
export interface Group {
  readonly addressType: AddressType
  readonly ports: EndpointPort[]
  readonly endpoints: readonly Endpoint[]
}

/** The endpoints that a service should have, by address family and ports. */
export function desiredGroups(service: Service, pods: readonly Pod[], zoneOf: (node: string | undefined) => string | undefined): Group[] {
  const families = (service.spec.ipFamilies?.length ? service.spec.ipFamilies : ['IPv4']) as AddressType[]
  return families.flatMap(addressType => {
    const groups = new Map<string, Group & { endpoints: Endpoint[] }>()
    for (const pod of pods) {
      const endpoint = canServe(pod) ? endpointFor(service, pod, addressType, zoneOf(pod.spec.nodeName)) : undefined
      if (!endpoint) continue
      const ports = portsFor(service, pod)
      const key = canonicalJson(ports)
      const group = groups.get(key) ?? { addressType, ports, endpoints: [] }
      groups.set(key, group)
      group.endpoints.push(endpoint)
    }
    // A service without endpoints has an empty slice: somebody looked, and there are none.
    return groups.size > 0 ? [...groups.values()] : [{ addressType, ports: [], endpoints: [] }]
  })
}

const portsFor = (service: Service, pod: Pod): EndpointPort[] => (service.spec.ports ?? []).flatMap(port => {
  const number = targetPortOf(pod, port)
  return number === undefined ? [] : [{ name: port.name ?? '', port: number, protocol: port.protocol ?? 'TCP', ...(port.appProtocol !== undefined && { appProtocol: port.appProtocol }) }]
})

function endpointFor(service: Service, pod: Pod, addressType: AddressType, zone: string | undefined): Endpoint | undefined {
  const ips = (pod.status.podIPs?.map(({ ip }) => ip) ?? [pod.status.podIP!]).filter(ip => ip.includes(':') === (addressType === 'IPv6'))
  if (ips.length === 0) return undefined
  const serving = isPodReady(pod)
  const terminating = pod.metadata.deletionTimestamp !== undefined
  const ready = (service.spec.publishNotReadyAddresses ?? false) || (serving && !terminating)
  const { namespace, name, uid } = pod.metadata
  const hostname = hostnameFor(pod, service)
  return {
    addresses: ips.slice(0, 1), conditions: { ready, serving, terminating }, targetRef: { kind: 'Pod', namespace, name, uid },
    ...(hostname && { hostname }), ...(pod.spec.nodeName && { nodeName: pod.spec.nodeName }), ...(zone && { zone }),
  }
}

export interface SlicePlan {
  readonly create: readonly Draft<EndpointSlice>[]
  readonly update: readonly EndpointSlice[]
  readonly remove: readonly EndpointSlice[]
}

/** Decides how slices change: endpoints stay in the slice they are in, free room is used before a slice is added. */
export function planSlices(service: Service, groups: readonly Group[], existing: readonly EndpointSlice[]): SlicePlan {
  const labels = { ...endpointLabels(service, new Set([SERVICE_NAME, MANAGED_BY])), [SERVICE_NAME]: service.metadata.name, [MANAGED_BY]: MANAGER }
  const create: Draft<EndpointSlice>[] = []
  const update: EndpointSlice[] = []
  const used = new Set<EndpointSlice>()
  for (const group of groups) {
    const mine = existing.filter(slice => slice.addressType === group.addressType && sameJson(slice.ports ?? [], group.ports))
    const { kept, fresh } = distribute(group, mine)
    for (const [slice, endpoints] of kept) {
      used.add(slice)
      if (!sameJson(slice.endpoints ?? [], endpoints) || !sameJson(slice.metadata.labels ?? {}, labels)) update.push({ ...slice, metadata: { ...slice.metadata, labels }, endpoints: [...endpoints] })
    }
    for (const endpoints of fresh) create.push(newSlice(service, group, labels, endpoints))
  }
  return { create, update, remove: existing.filter(slice => !used.has(slice)) }
}

const identityOf = ({ targetRef, addresses }: Endpoint): string => targetRef?.uid ?? addresses.join()

/** Puts a group's endpoints into the slices that have them, then into free room, then into new slices. */
function distribute(group: Group, slices: readonly EndpointSlice[]): { kept: Map<EndpointSlice, readonly Endpoint[]>; fresh: Endpoint[][] } {
  const wanted = new Map(group.endpoints.map(endpoint => [identityOf(endpoint), endpoint]))
  const kept = new Map<EndpointSlice, Endpoint[]>()
  for (const slice of slices) {
    const staying = (slice.endpoints ?? []).flatMap(endpoint => {
      const next = wanted.get(identityOf(endpoint))
      wanted.delete(identityOf(endpoint))
      return next ?? []
    })
    if (staying.length > 0) kept.set(slice, staying)
  }
  const rest = [...wanted.values()]
  for (const endpoints of kept.values()) endpoints.push(...rest.splice(0, CAPACITY - endpoints.length))
  // An empty slice of the same kind is filled rather than replaced.
  for (const slice of slices) {
    if (kept.has(slice) || (rest.length === 0 && kept.size > 0)) continue
    kept.set(slice, rest.splice(0, CAPACITY))
  }
  const fresh: Endpoint[][] = []
  while (rest.length > 0) fresh.push(rest.splice(0, CAPACITY))
  if (kept.size === 0 && fresh.length === 0) fresh.push([])
  return { kept, fresh }
}

const newSlice = (service: Service, { addressType, ports }: Group, labels: Record<string, string>, endpoints: Endpoint[]): Draft<EndpointSlice> => ({
  metadata: { generateName: `${service.metadata.name}-`, namespace: service.metadata.namespace, labels, ownerReferences: [controllerReference(Services, service)] },
  addressType, endpoints, ports,
})
