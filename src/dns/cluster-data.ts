import type { Namespace } from '../api/core/namespace.ts'
import { Namespaces } from '../api/core/namespace.ts'
import type { Service } from '../api/core/service.ts'
import { Services } from '../api/core/service.ts'
import type { EndpointSlice } from '../api/discovery/endpoint-slice.ts'
import { EndpointSlices } from '../api/discovery/endpoint-slice.ts'
import type { Cache } from '../client/cache.ts'
import type { DnsData } from './records.ts'
import { endpointHost } from './records.ts'

const SERVICE_NAME = 'kubernetes.io/service-name'
const BY_SERVICE = 'dns.service'
const BY_ADDRESS = 'dns.address'

/** What names are answered from, kept up to date by the cache's informers. */
export function clusterData(cache: Cache, zone: string): DnsData {
  const services = cache.informer<Service>(Services)
  const slices = cache.informer<EndpointSlice>(EndpointSlices)
  const namespaces = cache.informer<Namespace>(Namespaces)
  services.addIndex(BY_ADDRESS, ({ spec }) => spec.clusterIPs ?? [])
  slices.addIndex(BY_SERVICE, slice => [serviceKey(slice)])
  slices.addIndex(BY_ADDRESS, slice => (slice.endpoints ?? []).flatMap(({ addresses }) => addresses ?? []))
  return {
    zone,
    service: (namespace, name) => services.get({ namespace, name }),
    endpointSlices: (namespace, service) => slices.list({ index: [BY_SERVICE, `${namespace}/${service}`] }),
    namespaceExists: name => namespaces.get({ name }) !== undefined,
    serviceOfIp: ip => (ip === 'None' ? undefined : services.list({ index: [BY_ADDRESS, ip] })[0]),
    endpointNames: ip => slices.list({ index: [BY_ADDRESS, ip] }).flatMap(slice => namesIn(slice, ip, services.get({ namespace: slice.metadata.namespace, name: serviceOf(slice) }), zone)),
  }
}

const serviceOf = (slice: EndpointSlice): string => slice.metadata.labels?.[SERVICE_NAME] ?? ''
const serviceKey = (slice: EndpointSlice): string => `${slice.metadata.namespace}/${serviceOf(slice)}`

/** Only headless services give their endpoints names. */
function namesIn(slice: EndpointSlice, ip: string, service: Service | undefined, zone: string): string[] {
  if (service?.spec.clusterIP !== 'None') return []
  return (slice.endpoints ?? []).filter(({ addresses }) => addresses.includes(ip))
    .map(endpoint => `${endpointHost(endpoint)}.${service.metadata.name}.${service.metadata.namespace}.svc.${zone}`)
}
