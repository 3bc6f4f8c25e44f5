import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { bool, int32, intOrString, kind, list, map, object, ref, string, struct } from '../../machinery/schema/schema.ts'
import { condition } from '../meta/condition.ts'
import { objectMeta } from '../meta/object-meta.ts'

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
