import { dnsLabel, dnsSubdomain, qualifiedName } from '../../machinery/names.ts'
import type { Cause } from '../../machinery/status.ts'
import { addressProblems } from '../addresses.ts'
import { parseAddress, validateCidr } from '../cidr.ts'
import { validateLabels } from '../meta/validation.ts'
import type { ValidationContext } from '../resource.ts'
import { duplicate, forbidden, inRange, invalid, invalidBy, notSupported, required } from '../validation.ts'
import { endpointAddressProblems } from './endpoint-address.ts'
import { portNameProblems } from './pod/validation/handlers.ts'
import { validateAddresses, validateAddressUpdate } from './service-families.ts'
import type { Service, ServicePort, ServiceSpec } from './service-schema.ts'
import { isExternallyAccessible, isHeadless, needsHealthCheckPort } from './service-strategy.ts'

const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']
const IP_MODES = ['Proxy', 'VIP']
const PROTOCOLS = ['SCTP', 'TCP', 'UDP']
const SOURCE_RANGES = 'service.beta.kubernetes.io/load-balancer-source-ranges'
const HINTS = ['service.kubernetes.io/topology-aware-hints', 'service.kubernetes.io/topology-mode'] as const
const LONGEST_AFFINITY_SECONDS = 86_400
const FOR_LOAD_BALANCERS = "may only be used when `type` is 'LoadBalancer'"

/** What holds for every service; `old` is what was there before, which may have been held to older rules. */
function validateRules(service: Service, old: Service | undefined): Cause[] {
  const { spec } = service
  const headless = isHeadless(service)
  const causes: Cause[] = validateHints(service)
  if (!spec.ports?.length && !headless && spec.type !== 'ExternalName') causes.push(required('spec.ports'))
  causes.push(...validateType(spec, headless), ...validatePorts(spec), ...validateLabels(spec.selector ?? undefined, 'spec.selector'), ...validateAffinity(spec), ...validateAddresses(spec, old?.spec))
  for (const [index, address] of (spec.externalIPs ?? []).entries()) {
    const problems = old?.spec.externalIPs?.includes(address) ? [] : addressProblems(address)
    causes.push(...(problems.length ? problems : endpointAddressProblems(address)).map(problem => invalid(`spec.externalIPs[${index}]`, address, problem)))
  }
  if (!spec.type) causes.push(required('spec.type'))
  else if (!TYPES.includes(spec.type)) causes.push(notSupported('spec.type', spec.type, TYPES))
  if (spec.type === 'ClusterIP') {
    for (const [index, { nodePort }] of (spec.ports ?? []).entries()) if (nodePort) causes.push(forbidden(`spec.ports[${index}].nodePort`, "may not be used when `type` is 'ClusterIP'"))
  }
  return [...causes, ...validateRepeatedPorts(spec), ...validateLoadBalancer(service, old), ...validatePolicies(service)]
}

/** The rules for new services; changed ones are held to them by `validateServiceUpdate`. */
export const validateService = (service: Service, { isNew }: ValidationContext): Cause[] => (isNew === false ? [] : validateRules(service, undefined))

export function validateServiceUpdate(service: Service, old: Service): Cause[] {
  const { spec } = service
  const causes = validateAddressUpdate(spec, old.spec)
  if (spec.type === 'LoadBalancer' && old.spec.type === 'LoadBalancer' && spec.loadBalancerClass !== old.spec.loadBalancerClass) {
    causes.push(invalid('spec.loadBalancerClass', spec.loadBalancerClass ?? null, 'may not change once set'))
  }
  // Upstream checks what the class may look like twice.
  causes.push(...validateBalancerClass(spec))
  if (needsHealthCheckPort(old.spec) && needsHealthCheckPort(spec) && spec.healthCheckNodePort !== old.spec.healthCheckNodePort) causes.push(forbidden('spec.healthCheckNodePort', 'field is immutable'))
  return [...causes, ...validateRules(service, old)]
}

/** What a load balancer says of itself. */
export function validateServiceStatus({ spec, status }: Service, old: Service): Cause[] {
  const ingress = status.loadBalancer.ingress ?? []
  const field = 'status.loadBalancer.ingress'
  if (spec.type !== 'LoadBalancer') return ingress.length > 0 ? [forbidden(field, "may only be used when `spec.type` is 'LoadBalancer'")] : []
  const known = new Set((old.status.loadBalancer.ingress ?? []).map(({ ip }) => ip))
  return ingress.flatMap(({ ip, ipMode, hostname }, index) => {
    const path = `${field}[${index}]`
    const causes = ip && !known.has(ip) ? addressProblems(ip).map(problem => invalid(`${path}.ip`, ip, problem)) : []
    if (ipMode === undefined && ip) causes.push(required(`${path}.ipMode`, 'must be specified when `ip` is set'))
    else if (ipMode !== undefined && !ip) causes.push(forbidden(`${path}.ipMode`, 'may not be specified when `ip` is not set'))
    else if (ipMode !== undefined && !IP_MODES.includes(ipMode)) causes.push(notSupported(`${path}.ipMode`, ipMode, IP_MODES))
    if (hostname) causes.push(...invalidBy(`${path}.hostname`, hostname, dnsSubdomain), ...(parseAddress(hostname) ? [invalid(`${path}.hostname`, hostname, 'must be a DNS name, not an IP address')] : []))
    return causes
  })
}

function validateHints({ metadata: { annotations = {} } }: Service): Cause[] {
  const [old, mode] = HINTS.map(key => annotations[key])
  return old !== undefined && mode !== undefined && old !== mode
    ? [invalid(`metadata.annotations[${HINTS[1]}]`, mode, `must match annotations[${HINTS[0]}] when both are specified`)] : []
}

function validateType({ type, clusterIPs, ipFamilies, ipFamilyPolicy, externalName }: ServiceSpec, headless: boolean): Cause[] {
  if (type === 'LoadBalancer' || type === 'NodePort') return headless ? [invalid('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${type} services`)] : []
  if (type !== 'ExternalName') return []
  const given = [['clusterIPs', clusterIPs?.length], ['ipFamilies', ipFamilies?.length], ['ipFamilyPolicy', ipFamilyPolicy !== undefined]] as const
  const causes = given.filter(([, isGiven]) => isGiven).map(([name]) => forbidden(`spec.${name}`, 'may not be set for ExternalName services'))
  const name = (externalName ?? '').replace(/\.$/, '')
  return [...causes, ...(name ? invalidBy('spec.externalName', name, dnsSubdomain) : [required('spec.externalName')])]
}

function validatePorts({ ports }: ServiceSpec): Cause[] {
  const causes: Cause[] = []
  const names = new Set<string>()
  const many = (ports?.length ?? 0) > 1
  for (const [index, port] of (ports ?? []).entries()) {
    const field = `spec.ports[${index}]`
    if (!port.name) {
      if (many) causes.push(required(`${field}.name`))
    } else {
      causes.push(...invalidBy(`${field}.name`, port.name, dnsLabel))
      if (names.has(port.name)) causes.push(duplicate(`${field}.name`, port.name))
      names.add(port.name)
    }
    causes.push(...validatePort(port, field))
  }
  return causes
}

function validatePort({ port, protocol, targetPort, appProtocol }: ServicePort, field: string): Cause[] {
  const causes = inRange(`${field}.port`, port, 1, 65535)
  if (!protocol) causes.push(required(`${field}.protocol`))
  else if (!PROTOCOLS.includes(protocol)) causes.push(notSupported(`${field}.protocol`, protocol, PROTOCOLS))
  if (typeof targetPort === 'string') causes.push(...portNameProblems(targetPort).map(problem => invalid(`${field}.targetPort`, targetPort, problem)))
  else causes.push(...inRange(`${field}.targetPort`, targetPort ?? 0, 1, 65535))
  return appProtocol === undefined ? causes : [...causes, ...invalidBy(`${field}.appProtocol`, appProtocol, qualifiedName)]
}

function validateRepeatedPorts({ ports = [] }: ServiceSpec): Cause[] {
  const seen = new Set<string>()
  const again = (key: string): boolean => seen.has(key) || !seen.add(key)
  return [
    ...ports.flatMap(({ nodePort, protocol }, index) => (nodePort && again(`node ${protocol}/${nodePort}`) ? [duplicate(`spec.ports[${index}].nodePort`, nodePort)] : [])),
    ...ports.flatMap(({ port, protocol }, index) => (again(`${protocol}/${port}`)
      ? [duplicate(`spec.ports[${index}]`, { Name: '', Protocol: protocol, AppProtocol: null, Port: port, TargetPort: 0, NodePort: 0 })] : [])),
  ]
}

function validateAffinity({ sessionAffinity, sessionAffinityConfig }: ServiceSpec): Cause[] {
  if (!sessionAffinity) return [required('spec.sessionAffinity')]
  if (sessionAffinity !== 'ClientIP' && sessionAffinity !== 'None') return [notSupported('spec.sessionAffinity', sessionAffinity, ['ClientIP', 'None'])]
  if (sessionAffinity === 'None') return sessionAffinityConfig ? [forbidden('spec.sessionAffinityConfig', "must not be set when session affinity is 'None'")] : []
  const seconds = sessionAffinityConfig?.clientIP?.timeoutSeconds
  const field = 'spec.sessionAffinityConfig.clientIP.timeoutSeconds'
  if (seconds === undefined) return [required(field, 'when session affinity type is ClientIP')]
  return seconds <= 0 || seconds > LONGEST_AFFINITY_SECONDS ? [invalid(field, seconds, 'must be greater than 0 and less than 86400')] : []
}

function validateLoadBalancer(service: Service, old: Service | undefined): Cause[] {
  const { spec } = service
  const causes = validateSourceRanges(service, old)
  if (spec.allocateLoadBalancerNodePorts !== undefined && spec.type !== 'LoadBalancer') causes.push(forbidden('spec.allocateLoadBalancerNodePorts', FOR_LOAD_BALANCERS))
  if (spec.allocateLoadBalancerNodePorts === undefined && spec.type === 'LoadBalancer') causes.push(required('allocateLoadBalancerNodePorts'))
  return [...causes, ...validateBalancerClass(spec)]
}

/** Ranges may have spaces around them, for they come from an annotation. */
function validateSourceRanges({ metadata, spec }: Service, old: Service | undefined): Cause[] {
  const isBalancer = spec.type === 'LoadBalancer'
  const annotation = metadata.annotations?.[SOURCE_RANGES]
  if (spec.loadBalancerSourceRanges?.length) {
    const field = 'spec.LoadBalancerSourceRanges'
    const known = new Set(old?.spec.loadBalancerSourceRanges?.map(range => range.trim()))
    return [
      ...(isBalancer ? [] : [forbidden(field, FOR_LOAD_BALANCERS)]),
      ...spec.loadBalancerSourceRanges.map(range => range.trim()).flatMap((range, index) => (known.has(range) ? [] : validateCidr(`${field}[${index}]`, range))),
    ]
  }
  if (annotation === undefined) return []
  const field = `metadata.annotations[${SOURCE_RANGES}]`
  const isKept = old?.metadata.annotations?.[SOURCE_RANGES] === annotation
  return [
    ...(isBalancer ? [] : [forbidden(field, FOR_LOAD_BALANCERS)]),
    ...(isKept || !annotation.trim() ? [] : annotation.split(',').flatMap(range => validateCidr(field, range.trim()))),
  ]
}

function validateBalancerClass({ type, loadBalancerClass }: ServiceSpec): Cause[] {
  if (loadBalancerClass === undefined) return []
  return type === 'LoadBalancer' ? invalidBy('spec.loadBalancerClass', loadBalancerClass, qualifiedName) : [forbidden('spec.loadBalancerClass', FOR_LOAD_BALANCERS)]
}

function validatePolicies(service: Service): Cause[] {
  const { spec } = service
  const causes: Cause[] = []
  const policy = (name: 'externalTrafficPolicy' | 'internalTrafficPolicy'): Cause[] => (['Cluster', 'Local'].includes(spec[name] ?? '') ? [] : [notSupported(`spec.${name}`, spec[name], ['Cluster', 'Local'])])
  if (isExternallyAccessible(service)) causes.push(...(spec.externalTrafficPolicy ? policy('externalTrafficPolicy') : [required('spec.externalTrafficPolicy')]))
  else if (spec.externalTrafficPolicy) causes.push(invalid('spec.externalTrafficPolicy', spec.externalTrafficPolicy, 'may only be set for externally-accessible services'))
  if (spec.healthCheckNodePort && !needsHealthCheckPort(spec)) {
    causes.push(invalid('spec.healthCheckNodePort', spec.healthCheckNodePort, "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"))
  }
  if (needsHealthCheckPort(spec)) {
    causes.push(...(spec.healthCheckNodePort ? inRange('spec.healthCheckNodePort', spec.healthCheckNodePort, 1, 65535) : [required('spec.healthCheckNodePort')]))
  }
  if (spec.internalTrafficPolicy !== undefined) causes.push(...policy('internalTrafficPolicy'))
  else if (TYPES.includes(spec.type ?? '') && spec.type !== 'ExternalName') causes.push(required('spec.internalTrafficPolicy'))
  const { trafficDistribution: distribution } = spec
  const known = ['PreferClose', 'PreferSameZone', 'PreferSameNode']
  return distribution !== undefined && !known.includes(distribution) ? [...causes, notSupported('spec.trafficDistribution', distribution, known)] : causes
}
