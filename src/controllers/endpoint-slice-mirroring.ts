import { Endpoints, type EndpointAddress, type EndpointSubset } from '../api/core/endpoints.ts'
import { Services } from '../api/core/service.ts'
import { EndpointSlices, type Endpoint, type EndpointSlice } from '../api/discovery/endpoint-slice.ts'
import type { Draft } from '../machinery/schema/schema.ts'
import { isReason } from '../machinery/status.ts'
import { controllerReference } from './claim.ts'
import { sameJson } from './conditions.ts'
import { MANAGED_BY, SERVICE_NAME } from './endpoint-slice.ts'
import { defineController, watched } from './framework.ts'
import { canonicalJson } from './hash.ts'

const MANAGER = 'endpointslicemirroring-controller.k8s.io'
const SKIP = 'endpointslice.kubernetes.io/skip-mirror'
const LEADER = 'control-plane.alpha.kubernetes.io/leader'
/** Of one subset so many addresses are mirrored. */
const CAPACITY = 1000

/** Gives slices to Endpoints that people write by hand for services without a selector. */
export const endpointSliceMirroring = defineController<Endpoints>({
  name: 'endpointslicemirroring',
  for: Endpoints,
  owns: [EndpointSlices],
  watches: [watched(Services, ({ metadata }) => [metadata])],
  async reconcile(endpoints, { cache, client }) {
    const service = cache.get(Services, endpoints.metadata)
    const existing = cache.list(EndpointSlices, { owner: endpoints }).filter(({ metadata }) => metadata.labels?.[MANAGED_BY] === MANAGER)
    const mirrors = service && !service.spec.selector && endpoints.metadata.labels?.[SKIP] !== 'true' && !endpoints.metadata.annotations?.[LEADER] && !endpoints.metadata.deletionTimestamp
    const wanted = mirrors ? mirroredSlices(endpoints) : []
    const left = new Map(existing.map(slice => [identityOf(slice), slice]))
    for (const slice of wanted) {
      const old = left.get(identityOf(slice))
      left.delete(identityOf(slice))
      if (!old) await client.create(EndpointSlices, slice)
      else if (!sameJson(old.endpoints ?? [], slice.endpoints) || !sameJson(old.metadata.labels, slice.metadata!.labels)) {
        await client.update(EndpointSlices, { ...old, metadata: { ...old.metadata, labels: slice.metadata!.labels as Record<string, string> }, endpoints: slice.endpoints as Endpoint[] })
      }
    }
    for (const slice of left.values()) await client.delete(EndpointSlices, slice.metadata).catch(error => { if (!isReason(error, 'NotFound')) throw error })
  },
})

/** Slices stand for the same thing when family and ports agree. */
const identityOf = ({ addressType, ports }: Draft<EndpointSlice> | EndpointSlice): string => `${addressType} ${canonicalJson(ports ?? [])}`

/** One slice for each family of addresses of each subset. */
export function mirroredSlices(endpoints: Endpoints): Draft<EndpointSlice>[] {
  const { name, namespace, labels } = endpoints.metadata
  const metadata = {
    generateName: `${name}-`, namespace, labels: { ...labels, [SERVICE_NAME]: name, [MANAGED_BY]: MANAGER }, ownerReferences: [controllerReference(Endpoints, endpoints)],
  }
  return (endpoints.subsets ?? []).flatMap(subset => (['IPv4', 'IPv6'] as const).flatMap(addressType => {
    const mirrored = endpointsOf(subset).filter(({ addresses }) => addresses[0]!.includes(':') === (addressType === 'IPv6')).slice(0, CAPACITY)
    const ports = (subset.ports ?? []).map(({ name: port = '', port: number, protocol = 'TCP', appProtocol }) => ({ name: port, port: number, protocol, ...(appProtocol !== undefined && { appProtocol }) }))
    return mirrored.length > 0 ? [{ metadata, addressType, endpoints: mirrored, ports }] : []
  }))
}

function endpointsOf({ addresses = [], notReadyAddresses = [] }: EndpointSubset): Endpoint[] {
  const endpointOf = (ready: boolean) => ({ ip, hostname, nodeName, targetRef }: EndpointAddress): Endpoint =>
    ({ addresses: [ip], conditions: { ready }, ...(hostname && { hostname }), ...(nodeName && { nodeName }), ...(targetRef && { targetRef }) })
  return [...addresses.map(endpointOf(true)), ...notReadyAddresses.map(endpointOf(false))]
}
