import { sameJson } from '../validation.ts'
import type { Service, ServiceSpec } from './service-schema.ts'

/** Whether traffic from outside the cluster can come in. */
export const isExternallyAccessible = ({ spec }: Service): boolean => isExternal(spec)

const isExternal = (spec: ServiceSpec): boolean =>
  spec.type === 'LoadBalancer' || spec.type === 'NodePort' || (spec.type === 'ClusterIP' && !!spec.externalIPs?.length)

/** Whether the service's ports get node ports. */
export const usesNodePorts = ({ type, allocateLoadBalancerNodePorts }: ServiceSpec): boolean =>
  type === 'NodePort' || (type === 'LoadBalancer' && allocateLoadBalancerNodePorts !== false)

/** Whether its type may have node ports. */
export const mayHaveNodePorts = ({ type }: ServiceSpec): boolean => type === 'NodePort' || type === 'LoadBalancer'

/** Whether load balancers ask a port of every node if it has endpoints of the service. */
export const needsHealthCheckPort = ({ type, externalTrafficPolicy }: ServiceSpec): boolean => type === 'LoadBalancer' && externalTrafficPolicy === 'Local'

/** A service without an address of its own: its names resolve to its pods. */
export const isHeadless = ({ spec }: { spec: ServiceSpec }): boolean => spec.clusterIPs?.length === 1 && spec.clusterIPs[0] === 'None'

const hasAddresses = ({ type }: ServiceSpec): boolean => type !== 'ExternalName'

/** Whether neither of the two fields of addresses was changed. */
export const sameAddresses = (a: ServiceSpec, b: ServiceSpec): boolean => (a.clusterIP ?? '') === (b.clusterIP ?? '') && sameJson(a.clusterIPs, b.clusterIPs)

/** Fills in what a service leaves open. */
export function defaultService(service: Service): void {
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

/** What was given to the service before stays with it when a client leaves it out. */
export function keepAllocated(spec: ServiceSpec, old: ServiceSpec): void {
  if (hasAddresses(spec) && hasAddresses(old)) {
    if (!spec.clusterIP && old.clusterIP) spec.clusterIP = old.clusterIP
    if (!spec.clusterIPs?.length && old.clusterIPs?.length) spec.clusterIPs = old.clusterIPs
  }
  if (usesNodePorts(spec) && usesNodePorts(old)) keepNodePorts(spec, old)
  if (needsHealthCheckPort(spec) && needsHealthCheckPort(old) && old.healthCheckNodePort) spec.healthCheckNodePort ||= old.healthCheckNodePort
}

/** Ports are known by their names; a node port that another port of the new service has is left to that one. */
function keepNodePorts(spec: ServiceSpec, old: ServiceSpec): void {
  const asked = new Set((spec.ports ?? []).map(({ nodePort }) => nodePort))
  const before = new Map((old.ports ?? []).map(({ name = '', nodePort }) => [name, nodePort]))
  for (const port of spec.ports ?? []) {
    const known = before.get(port.name ?? '')
    if (!port.nodePort && known && !asked.has(known)) port.nodePort = known
  }
}

/** `clusterIP` is the first of `clusterIPs`: old clients know the former only. */
export function alignAddresses(spec: ServiceSpec, old: ServiceSpec | undefined): void {
  const only = (address: string | undefined): string[] => (address ? [address] : [])
  if (!old) {
    if (spec.clusterIP && !spec.clusterIPs?.length) spec.clusterIPs = [spec.clusterIP]
    return
  }
  const sameOne = (spec.clusterIP ?? '') === (old.clusterIP ?? '')
  if (old.clusterIPs?.length && !spec.clusterIPs?.length && sameOne) spec.clusterIPs = old.clusterIPs
  if (!sameOne && sameJson(spec.clusterIPs, old.clusterIPs)) spec.clusterIPs = only(spec.clusterIP)
}

/** What only a name does not need: upstream keeps it once it is checked, and does not show it. */
export function dropUnshown({ spec }: Service): void {
  if (spec.type === 'ExternalName' && (spec.internalTrafficPolicy === 'Cluster' || spec.internalTrafficPolicy === 'Local')) delete spec.internalTrafficPolicy
}

/** What the new type has no use for is dropped, unless the client changed it as well: then it is wrong, and told. */
export function prepareServiceForUpdate(service: Service, old: Service): void {
  const { spec } = service
  const before = old.spec
  service.status = spec.type === 'LoadBalancer' ? old.status : { ...old.status, loadBalancer: {} }
  dropUnshown(service)
  if (hasAddresses(before) && !hasAddresses(spec)) dropAddresses(spec, before)
  if (mayHaveNodePorts(before) && !mayHaveNodePorts(spec)) dropNodePorts(spec, before)
  if (needsHealthCheckPort(before) && !needsHealthCheckPort(spec) && spec.healthCheckNodePort === before.healthCheckNodePort) delete spec.healthCheckNodePort
  if (before.type === 'LoadBalancer' && spec.type !== 'LoadBalancer') {
    if (spec.allocateLoadBalancerNodePorts === before.allocateLoadBalancerNodePorts) delete spec.allocateLoadBalancerNodePorts
    if (spec.loadBalancerClass === before.loadBalancerClass) delete spec.loadBalancerClass
  }
  if (isExternal(before) && !isExternal(spec) && spec.externalTrafficPolicy === before.externalTrafficPolicy) delete spec.externalTrafficPolicy
}

function dropAddresses(spec: ServiceSpec, before: ServiceSpec): void {
  if (sameAddresses(spec, before)) {
    delete spec.clusterIP
    delete spec.clusterIPs
  }
  if (sameJson(spec.ipFamilies, before.ipFamilies)) delete spec.ipFamilies
  if (spec.ipFamilyPolicy === before.ipFamilyPolicy) delete spec.ipFamilyPolicy
}

function dropNodePorts(spec: ServiceSpec, before: ServiceSpec): void {
  const known = new Set((before.ports ?? []).map(({ nodePort }) => nodePort))
  if ((spec.ports ?? []).every(({ nodePort }) => !nodePort || known.has(nodePort))) for (const port of spec.ports ?? []) delete port.nodePort
}
