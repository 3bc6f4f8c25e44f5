import type { Service, ServiceSpec } from './service-schema.ts'

/** Whether traffic from outside the cluster can come in. */
export const isExternallyAccessible = ({ spec }: Service): boolean => isExternal(spec)

const isExternal = (spec: ServiceSpec): boolean =>
  spec.type === 'LoadBalancer' || spec.type === 'NodePort' || (spec.type === 'ClusterIP' && !!spec.externalIPs?.length)

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

/** The addresses in both of their fields, and the IP families that follow from them. The cluster's own family is IPv4. */
export function prepareServiceForCreate(service: Service): void {
  mirrorAddresses(service.spec)
  dropUnusedFields(service.spec)
  defaultFamilies(service.spec)
}

/** What the server gave a service stays with it until it is told otherwise or its type has no use for it. */
export function prepareServiceForUpdate(service: Service, old: Service): void {
  const { spec } = service
  service.status = old.spec.type === 'LoadBalancer' && spec.type !== 'LoadBalancer' ? { ...old.status, loadBalancer: {} } : old.status
  keepAllocated(spec, old.spec)
  mirrorAddresses(spec, old.spec)
  dropUnusedFields(spec)
  defaultFamilies(spec)
}

/** `clusterIP` is the first of `clusterIPs`; whichever was changed speaks for both. */
function mirrorAddresses(spec: ServiceSpec, old?: ServiceSpec): void {
  if (!old) {
    if (spec.clusterIP && !spec.clusterIPs?.length) spec.clusterIPs = [spec.clusterIP]
    return
  }
  const sameOne = (spec.clusterIP ?? '') === (old.clusterIP ?? '')
  const sameAll = JSON.stringify(spec.clusterIPs ?? []) === JSON.stringify(old.clusterIPs ?? [])
  if (!sameOne && sameAll) spec.clusterIPs = spec.clusterIP ? [spec.clusterIP] : []
  else if (sameOne && !sameAll && !spec.clusterIPs?.length) delete spec.clusterIP
}

function keepAllocated(spec: ServiceSpec, old: ServiceSpec): void {
  const hasAddress = (type: string | undefined): boolean => type !== 'ExternalName'
  if (hasAddress(spec.type) && hasAddress(old.type)) {
    if (!spec.clusterIP && old.clusterIP) spec.clusterIP = old.clusterIP
    if (!spec.clusterIPs?.length && spec.clusterIP === old.clusterIP && old.clusterIPs) spec.clusterIPs = old.clusterIPs
  }
  if (spec.type === old.type || (usesNodePorts(spec) && usesNodePorts(old))) {
    const free = (spec.ports ?? []).filter(port => !port.nodePort)
    const taken = new Set((spec.ports ?? []).map(({ nodePort, protocol }) => `${protocol}/${nodePort}`))
    for (const port of usesNodePorts(spec) ? free : []) {
      const before = old.ports?.find(each => each.port === port.port && each.protocol === port.protocol)
      if (before?.nodePort && !taken.has(`${before.protocol}/${before.nodePort}`)) port.nodePort = before.nodePort
    }
  }
  if (spec.type !== 'ExternalName' && old.type !== 'ExternalName') {
    if (!spec.ipFamilies?.length && old.ipFamilies) spec.ipFamilies = old.ipFamilies
    spec.ipFamilyPolicy ??= old.ipFamilyPolicy
  }
  if (!usesNodePorts(spec) && usesNodePorts(old)) {
    for (const port of spec.ports ?? []) if (port.nodePort && old.ports?.some(before => before.nodePort === port.nodePort)) delete port.nodePort
  }
  if (needsHealthCheckPort(spec) && !spec.healthCheckNodePort && needsHealthCheckPort(old) && old.healthCheckNodePort) spec.healthCheckNodePort = old.healthCheckNodePort
  if (!needsHealthCheckPort(spec) && needsHealthCheckPort(old) && spec.healthCheckNodePort === old.healthCheckNodePort) delete spec.healthCheckNodePort
  if (spec.type !== 'LoadBalancer' && old.type === 'LoadBalancer') {
    if (spec.allocateLoadBalancerNodePorts === old.allocateLoadBalancerNodePorts) delete spec.allocateLoadBalancerNodePorts
    if (spec.loadBalancerClass === old.loadBalancerClass) delete spec.loadBalancerClass
  }
  if (!isExternal(spec) && isExternal(old) && spec.externalTrafficPolicy === old.externalTrafficPolicy) delete spec.externalTrafficPolicy
  if (spec.type === 'ExternalName' && old.type !== 'ExternalName') dropAddresses(spec, old)
}

function dropAddresses(spec: ServiceSpec, old: ServiceSpec): void {
  if (spec.clusterIP === old.clusterIP) delete spec.clusterIP
  if (JSON.stringify(spec.clusterIPs) === JSON.stringify(old.clusterIPs)) delete spec.clusterIPs
  if (JSON.stringify(spec.ipFamilies) === JSON.stringify(old.ipFamilies)) delete spec.ipFamilies
  if (spec.ipFamilyPolicy === old.ipFamilyPolicy) delete spec.ipFamilyPolicy
  if (spec.internalTrafficPolicy === old.internalTrafficPolicy) delete spec.internalTrafficPolicy
}

/** Whether the service's ports get node ports. */
export const usesNodePorts = ({ type, allocateLoadBalancerNodePorts }: ServiceSpec): boolean =>
  type === 'NodePort' || (type === 'LoadBalancer' && allocateLoadBalancerNodePorts !== false)

/** Whether load balancers ask a port of every node if it has endpoints of the service. */
export const needsHealthCheckPort = ({ type, externalTrafficPolicy }: ServiceSpec): boolean => type === 'LoadBalancer' && externalTrafficPolicy === 'Local'

/** A service without an address of its own: its names resolve to its pods. */
export const isHeadless = ({ spec }: { spec: ServiceSpec }): boolean => spec.clusterIP === 'None'

function dropUnusedFields(spec: ServiceSpec): void {
  if (spec.type === 'ExternalName') delete spec.internalTrafficPolicy
  if (!isExternal(spec) && spec.externalTrafficPolicy === 'Cluster') delete spec.externalTrafficPolicy
}

const familyOf = (address: string): 'IPv4' | 'IPv6' => (address.includes(':') ? 'IPv6' : 'IPv4')

function defaultFamilies(spec: ServiceSpec): void {
  if (spec.type === 'ExternalName') return
  const headless = spec.clusterIP === 'None'
  const addresses = headless ? [] : spec.clusterIPs ?? []
  if (!spec.ipFamilies?.length && addresses.length && addresses.every(address => /^[0-9a-fA-F.:]+$/.test(address))) spec.ipFamilies = [...new Set(addresses.map(familyOf))]
  if (headless && !Object.keys(spec.selector ?? {}).length) {
    // Nobody but its author knows what such a service points to, so no family is left out.
    spec.ipFamilyPolicy ??= 'RequireDualStack'
    const first = spec.ipFamilies?.[0] ?? 'IPv4'
    if (spec.ipFamilyPolicy === 'SingleStack') spec.ipFamilies = [first]
    else if ((spec.ipFamilies?.length ?? 0) < 2) spec.ipFamilies = [first, first === 'IPv4' ? 'IPv6' : 'IPv4']
    return
  }
  spec.ipFamilyPolicy ??= 'SingleStack'
  if (!spec.ipFamilies?.length) spec.ipFamilies = ['IPv4']
}
