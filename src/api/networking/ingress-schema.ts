import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { int32, kind, list, object, ref, string, struct } from '../../machinery/schema/schema.ts'
import { typedLocalObjectReference } from '../core/pod/volumes.ts'
import { objectMeta } from '../meta/object-meta.ts'

const serviceBackendPortShape = object('io.k8s.api.networking.v1.ServiceBackendPort', {
  name: string(1),
  number: int32(2),
}, { atomic: true })
export interface ServiceBackendPort extends Infer<typeof serviceBackendPortShape> {}
export const serviceBackendPort: Schema<ServiceBackendPort> = serviceBackendPortShape

const ingressServiceBackendShape = object('io.k8s.api.networking.v1.IngressServiceBackend', {
  name: string(1, { required: true }),
  port: struct(2, serviceBackendPort),
})
export interface IngressServiceBackend extends Infer<typeof ingressServiceBackendShape> {}
export const ingressServiceBackend: Schema<IngressServiceBackend> = ingressServiceBackendShape

const ingressBackendShape = object('io.k8s.api.networking.v1.IngressBackend', {
  service: ref(4, ingressServiceBackend),
  resource: ref(3, typedLocalObjectReference),
})
export interface IngressBackend extends Infer<typeof ingressBackendShape> {}
export const ingressBackend: Schema<IngressBackend> = ingressBackendShape

const httpIngressPathShape = object('io.k8s.api.networking.v1.HTTPIngressPath', {
  path: string(1),
  pathType: string(3, { required: true, pointer: true, enum: ['Exact', 'ImplementationSpecific', 'Prefix'] }),
  backend: struct(2, ingressBackend, { required: true }),
})
export interface HTTPIngressPath extends Infer<typeof httpIngressPathShape> {}
export const httpIngressPath: Schema<HTTPIngressPath> = httpIngressPathShape

const httpIngressRuleValueShape = object('io.k8s.api.networking.v1.HTTPIngressRuleValue', {
  paths: list(1, httpIngressPath, { required: true, listType: 'atomic' }),
})
export interface HTTPIngressRuleValue extends Infer<typeof httpIngressRuleValueShape> {}
export const httpIngressRuleValue: Schema<HTTPIngressRuleValue> = httpIngressRuleValueShape

const ingressTLSShape = object('io.k8s.api.networking.v1.IngressTLS', {
  hosts: list(1, 'string', { listType: 'atomic' }),
  secretName: string(2),
})
export interface IngressTLS extends Infer<typeof ingressTLSShape> {}
export const ingressTLS: Schema<IngressTLS> = ingressTLSShape

const ingressRuleShape = object('io.k8s.api.networking.v1.IngressRule', {
  host: string(1),
  http: ref(1, httpIngressRuleValue, { via: [2] }),
})
export interface IngressRule extends Infer<typeof ingressRuleShape> {}
export const ingressRule: Schema<IngressRule> = ingressRuleShape

const ingressSpecShape = object('io.k8s.api.networking.v1.IngressSpec', {
  ingressClassName: string(4, { pointer: true }),
  defaultBackend: ref(1, ingressBackend),
  tls: list(2, ingressTLS, { listType: 'atomic' }),
  rules: list(3, ingressRule, { listType: 'atomic' }),
})
export interface IngressSpec extends Infer<typeof ingressSpecShape> {}
export const ingressSpec: Schema<IngressSpec> = ingressSpecShape

const ingressPortStatusShape = object('io.k8s.api.networking.v1.IngressPortStatus', {
  port: int32(1, { required: true }),
  protocol: string(2, { required: true, enum: ['SCTP', 'TCP', 'UDP'] }),
  error: string(3, { pointer: true }),
})
export interface IngressPortStatus extends Infer<typeof ingressPortStatusShape> {}
export const ingressPortStatus: Schema<IngressPortStatus> = ingressPortStatusShape

const ingressLoadBalancerIngressShape = object('io.k8s.api.networking.v1.IngressLoadBalancerIngress', {
  ip: string(1),
  hostname: string(2),
  ports: list(4, ingressPortStatus, { listType: 'atomic' }),
})
export interface IngressLoadBalancerIngress extends Infer<typeof ingressLoadBalancerIngressShape> {}
export const ingressLoadBalancerIngress: Schema<IngressLoadBalancerIngress> = ingressLoadBalancerIngressShape

const ingressLoadBalancerStatusShape = object('io.k8s.api.networking.v1.IngressLoadBalancerStatus', {
  ingress: list(1, ingressLoadBalancerIngress, { listType: 'atomic' }),
})
export interface IngressLoadBalancerStatus extends Infer<typeof ingressLoadBalancerStatusShape> {}
export const ingressLoadBalancerStatus: Schema<IngressLoadBalancerStatus> = ingressLoadBalancerStatusShape

const ingressStatusShape = object('io.k8s.api.networking.v1.IngressStatus', {
  loadBalancer: struct(1, ingressLoadBalancerStatus),
})
export interface IngressStatus extends Infer<typeof ingressStatusShape> {}
export const ingressStatus: Schema<IngressStatus> = ingressStatusShape

const ingressShape = kind('io.k8s.api.networking.v1.Ingress', {
  metadata: struct(1, objectMeta),
  spec: struct(2, ingressSpec),
  status: struct(3, ingressStatus),
})
export interface Ingress extends Infer<typeof ingressShape> {}
export const ingress: Schema<Ingress> = ingressShape
