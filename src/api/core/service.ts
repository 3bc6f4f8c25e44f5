import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { bool, int32, intOrString, kind, list, map, object, ref, string, struct } from '../../machinery/schema/schema.ts'
import { condition } from '../meta/condition.ts'
import { objectMeta } from '../meta/object-meta.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import { ageColumn, labelsText, nameColumn } from '../columns.ts'

const clientIPConfigShape = object('io.k8s.api.core.v1.ClientIPConfig', {
  timeoutSeconds: int32(1, { pointer: true }),
})
export interface ClientIPConfig extends Infer<typeof clientIPConfigShape> {}
export const clientIPConfig: Schema<ClientIPConfig> = clientIPConfigShape

const portStatusShape = object('io.k8s.api.core.v1.PortStatus', {
  port: int32(1, { required: true }),
  protocol: string(2, { required: true, enum: ['SCTP', 'TCP', 'UDP'] }),
  error: string(3, { pointer: true }),
})
export interface PortStatus extends Infer<typeof portStatusShape> {}
export const portStatus: Schema<PortStatus> = portStatusShape

const loadBalancerIngressShape = object('io.k8s.api.core.v1.LoadBalancerIngress', {
  ip: string(1),
  hostname: string(2),
  ipMode: string(3, { pointer: true }),
  ports: list(4, portStatus, { listType: 'atomic' }),
})
export interface LoadBalancerIngress extends Infer<typeof loadBalancerIngressShape> {}
export const loadBalancerIngress: Schema<LoadBalancerIngress> = loadBalancerIngressShape

const loadBalancerStatusShape = object('io.k8s.api.core.v1.LoadBalancerStatus', {
  ingress: list(1, loadBalancerIngress, { listType: 'atomic' }),
})
export interface LoadBalancerStatus extends Infer<typeof loadBalancerStatusShape> {}
export const loadBalancerStatus: Schema<LoadBalancerStatus> = loadBalancerStatusShape

const servicePortShape = object('io.k8s.api.core.v1.ServicePort', {
  name: string(1),
  protocol: string(2, { default: 'TCP', enum: ['SCTP', 'TCP', 'UDP'] }),
  appProtocol: string(6, { pointer: true }),
  port: int32(3, { required: true }),
  targetPort: intOrString(4),
  nodePort: int32(5),
})
export interface ServicePort extends Infer<typeof servicePortShape> {}
export const servicePort: Schema<ServicePort> = servicePortShape

const sessionAffinityConfigShape = object('io.k8s.api.core.v1.SessionAffinityConfig', {
  clientIP: ref(1, clientIPConfig),
})
export interface SessionAffinityConfig extends Infer<typeof sessionAffinityConfigShape> {}
export const sessionAffinityConfig: Schema<SessionAffinityConfig> = sessionAffinityConfigShape

const serviceSpecShape = object('io.k8s.api.core.v1.ServiceSpec', {
  ports: list(1, servicePort, { patchStrategy: 'merge', patchMergeKey: 'port', listType: 'map', listMapKeys: ['port', 'protocol'] }),
  selector: map(2, 'string', { mapType: 'atomic' }),
  clusterIP: string(3),
  clusterIPs: list(18, 'string', { listType: 'atomic' }),
  type: string(4, { enum: ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'] }),
  externalIPs: list(5, 'string', { listType: 'atomic' }),
  sessionAffinity: string(7, { enum: ['ClientIP', 'None'] }),
  loadBalancerIP: string(8, { deprecated: true }),
  loadBalancerSourceRanges: list(9, 'string', { listType: 'atomic' }),
  externalName: string(10),
  externalTrafficPolicy: string(11, { enum: ['Cluster', 'Local'] }),
  healthCheckNodePort: int32(12),
  publishNotReadyAddresses: bool(13),
  sessionAffinityConfig: ref(14, sessionAffinityConfig),
  ipFamilies: list(19, 'string', { listType: 'atomic' }),
  ipFamilyPolicy: string(17, { pointer: true, enum: ['PreferDualStack', 'RequireDualStack', 'SingleStack'] }),
  allocateLoadBalancerNodePorts: bool(20, { pointer: true }),
  loadBalancerClass: string(21, { pointer: true }),
  internalTrafficPolicy: string(22, { pointer: true, enum: ['Cluster', 'Local'] }),
  trafficDistribution: string(23, { pointer: true }),
})
export interface ServiceSpec extends Infer<typeof serviceSpecShape> {}
export const serviceSpec: Schema<ServiceSpec> = serviceSpecShape

const serviceStatusShape = object('io.k8s.api.core.v1.ServiceStatus', {
  loadBalancer: struct(1, loadBalancerStatus),
  conditions: list(2, condition, { patchStrategy: 'merge', patchMergeKey: 'type', listType: 'map', listMapKeys: ['type'] }),
})
export interface ServiceStatus extends Infer<typeof serviceStatusShape> {}
export const serviceStatus: Schema<ServiceStatus> = serviceStatusShape

const serviceShape = kind('io.k8s.api.core.v1.Service', {
  metadata: struct(1, objectMeta),
  spec: struct(2, serviceSpec),
  status: struct(3, serviceStatus),
})
export interface Service extends Infer<typeof serviceShape> {}
export const service: Schema<Service> = serviceShape

/** The handle for services. */
export const Services: Resource<Service> = defineResource<Service>({
  version: 'v1', kind: 'Service', plural: 'services', shortNames: ['svc'], categories: ['all'],
  subresources: [
    { name: 'proxy', version: 'v1', kind: 'ServiceProxyOptions', verbs: ['create', 'delete', 'get', 'patch', 'update'] },
    { name: 'status', version: 'v1', kind: 'Service', verbs: ['get', 'patch', 'update'] },
  ],
  storageVersionHash: '0/CO1lhkEBI=',
  storagePrefix: 'services/specs',
  schema: service,
  columns: [
    nameColumn,
    { name: 'Type', type: 'string', cell: ({ spec }) => spec.type ?? '' },
    { name: 'Cluster-IP', type: 'string', cell: ({ spec }) => spec.clusterIPs?.[0] || spec.clusterIP || '<none>' },
    { name: 'External-IP', type: 'string', cell: externalText },
    { name: 'Port(s)', type: 'string', cell: ({ spec }) => portsText(spec.ports) },
    ageColumn,
    { name: 'Selector', type: 'string', priority: 1, cell: ({ spec }) => labelsText(spec.selector) },
  ],
  fieldSelectors: { 'spec.clusterIP': ({ spec }) => spec.clusterIP ?? '', 'spec.type': ({ spec }) => spec.type ?? '' },
  defaults: defaultService,
})

function externalText({ spec, status }: Service): string {
  const given = spec.externalIPs ?? []
  if (spec.type === 'ExternalName') return spec.externalName ?? ''
  if (spec.type !== 'LoadBalancer') return given.join(',') || '<none>'
  const ingress = (status.loadBalancer.ingress ?? []).map(({ ip, hostname }) => ip || hostname || '')
  return [...ingress, ...given].join(',') || '<pending>'
}

const portsText = (ports: readonly ServicePort[] | undefined): string =>
  (ports ?? []).map(({ port, nodePort, protocol }) => `${port}${nodePort ? `:${nodePort}` : ''}/${protocol}`).join(',') || '<none>'

/** Whether traffic from outside the cluster can come in. */
export const isExternallyAccessible = ({ spec }: Service): boolean =>
  spec.type === 'LoadBalancer' || spec.type === 'NodePort' || (spec.type === 'ClusterIP' && !!spec.externalIPs?.length)

function defaultService(service: Service): void {
  const { spec, status } = service
  spec.sessionAffinity ??= 'None'
  if (spec.sessionAffinity === 'None') delete spec.sessionAffinityConfig
  if (spec.sessionAffinity === 'ClientIP' && !spec.sessionAffinityConfig?.clientIP?.timeoutSeconds) {
    spec.sessionAffinityConfig = { clientIP: { timeoutSeconds: spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 10800 } }
  }
  spec.type ??= 'ClusterIP'
  for (const port of spec.ports ?? []) port.targetPort ||= port.port
  if (isExternallyAccessible(service)) spec.externalTrafficPolicy ??= 'Cluster'
  if (spec.type !== 'ExternalName') spec.internalTrafficPolicy ??= 'Cluster'
  if (spec.type !== 'LoadBalancer') return
  spec.allocateLoadBalancerNodePorts ??= true
  for (const ingress of status.loadBalancer.ingress ?? []) if (ingress.ip) ingress.ipMode ??= 'VIP'
}
