import { Endpoints } from '../api/core/endpoints.ts'
import { Services, type Service } from '../api/core/service.ts'
import { EndpointSlices } from '../api/discovery/endpoint-slice.ts'
import { ServiceCIDRs } from '../api/networking/service-cidr.ts'
import type { AnyResource, KubeObject } from '../api/resource.ts'
import { timestamp } from '../machinery/clock.ts'
import type { ApiServer } from './api-server.ts'
import { API_SERVER, USER_AGENT } from './bootstrap/index.ts'
import { equal } from './equal.ts'

export interface Advertised {
  readonly address: string
  readonly port: number
}

const NAME = 'kubernetes'
const NAMESPACE = 'default'

/** The service through which pods reach the API server, and where it leads. Written only where something is missing or wrong. */
export async function advertise(api: ApiServer, { address, port }: Advertised): Promise<void> {
  await ensureCidr(api)
  const stored = api.stores.get<Service>(Services, NAMESPACE, NAME)
  await ensure(api, Services, stored, {
    kind: 'Service', apiVersion: 'v1', metadata: { name: NAME, namespace: NAMESPACE, labels: { component: 'apiserver', provider: 'kubernetes' } },
    spec: {
      type: 'ClusterIP', clusterIP: stored?.spec.clusterIP ?? api.serviceIps.first, clusterIPs: stored?.spec.clusterIPs ?? [api.serviceIps.first],
      ipFamilies: [api.serviceIps.first.includes(':') ? 'IPv6' : 'IPv4'], ipFamilyPolicy: 'SingleStack', sessionAffinity: 'None', internalTrafficPolicy: 'Cluster',
      ports: [{ name: 'https', protocol: 'TCP', port: 443, targetPort: port }],
    },
  }, 'spec')
  await ensure(api, Endpoints, api.stores.get(Endpoints, NAMESPACE, NAME), {
    kind: 'Endpoints', apiVersion: 'v1', metadata: { name: NAME, namespace: NAMESPACE, labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
    subsets: [{ addresses: [{ ip: address }], ports: [{ name: 'https', port, protocol: 'TCP' }] }],
  }, 'subsets')
  await ensure(api, EndpointSlices, api.stores.get(EndpointSlices, NAMESPACE, NAME), {
    kind: 'EndpointSlice', apiVersion: 'discovery.k8s.io/v1', metadata: { name: NAME, namespace: NAMESPACE, labels: { 'kubernetes.io/service-name': NAME } },
    addressType: address.includes(':') ? 'IPv6' : 'IPv4', endpoints: [{ addresses: [address], conditions: { ready: true } }], ports: [{ name: 'https', port, protocol: 'TCP' }],
  }, 'endpoints', 'ports')
}

async function ensureCidr(api: ApiServer): Promise<void> {
  const stored = api.stores.get(ServiceCIDRs, undefined, NAME)
  if (stored) return
  const at = { user: API_SERVER, userAgent: USER_AGENT, resource: ServiceCIDRs, options: {} }
  const made = await api.local.call({ ...at, verb: 'create', body: { metadata: { name: NAME }, spec: { cidrs: [...api.serviceIps.cidrs] } } }) as KubeObject
  const condition = { type: 'Ready', status: 'True', reason: '', message: 'Kubernetes default Service CIDR is ready', lastTransitionTime: timestamp(api.server.clock.now()) }
  await api.local.call({ ...at, verb: 'update', name: NAME, subresource: 'status', body: { ...made, status: { conditions: [condition] } } })
}

type Wanted = { metadata: { name: string; namespace: string; labels?: Record<string, string> } } & Record<string, unknown>

async function ensure(api: ApiServer, resource: AnyResource, stored: KubeObject | undefined, wanted: Wanted, ...parts: string[]): Promise<void> {
  const at = { user: API_SERVER, userAgent: USER_AGENT, resource, namespace: NAMESPACE, options: {} }
  if (!stored) return void (await api.local.call({ ...at, verb: 'create', body: wanted }))
  const current = stored as unknown as Record<string, unknown>
  if (parts.every(part => equal(current[part], wanted[part]))) return
  await api.local.call({ ...at, verb: 'update', name: NAME, body: { ...current, ...Object.fromEntries(parts.map(part => [part, wanted[part]])) } })
}
