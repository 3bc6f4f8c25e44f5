import { dnsLabel, dnsSubdomain, qualifiedName } from '../../machinery/names.ts'
import type { Cause } from '../../machinery/status.ts'
import { CIDR_EXAMPLE, addressProblems, isCIDR, isIPv4 } from '../addresses.ts'
import { validateLabels } from '../meta/validation.ts'
import { duplicate, forbidden, inRange, invalid, invalidBy, notSupported, required, sameJson } from '../validation.ts'
import { endpointAddressProblems } from './endpoint-address.ts'
import { portNameProblems } from './pod/validation/handlers.ts'
import type { Service, ServicePort, ServiceSpec } from './service-schema.ts'
import { isExternallyAccessible, isHeadless, needsHealthCheckPort } from './service-strategy.ts'

const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']
const PROTOCOLS = ['SCTP', 'TCP', 'UDP']
const SOURCE_RANGES = 'service.beta.kubernetes.io/load-balancer-source-ranges'
const HINTS = ['service.kubernetes.io/topology-aware-hints', 'service.kubernetes.io/topology-mode'] as const
const LONGEST_AFFINITY_SECONDS = 86_400
const FOR_LOAD_BALANCERS = "may only be used when `type` is 'LoadBalancer'"

/** What holds for every service; addresses and node ports are looked after where they are given out. */
export function validateService(service: Service): Cause[] {
  const { spec } = service
  const headless = isHeadless(service)
  const causes: Cause[] = validateHints(service)
  if (!spec.ports?.length && !headless && spec.clusterIPs?.[0] !== 'None' && spec.type !== 'ExternalName') causes.push(required('spec.ports'))
  causes.push(...validateType(spec, headless), ...validatePorts(spec), ...validateLabels(spec.selector ?? undefined, 'spec.selector'), ...validateAffinity(spec), ...validateFamilies(spec))
  for (const [index, address] of (spec.externalIPs ?? []).entries()) {
    const problems = addressProblems(address)
    causes.push(...(problems.length ? problems : endpointAddressProblems(address)).map(problem => invalid(`spec.externalIPs[${index}]`, address, problem)))
  }
  if (!spec.type) causes.push(required('spec.type'))
  else if (!TYPES.includes(spec.type)) causes.push(notSupported('spec.type', spec.type, TYPES))
  if (spec.type === 'ClusterIP') {
    for (const [index, { nodePort }] of (spec.ports ?? []).entries()) if (nodePort) causes.push(forbidden(`spec.ports[${index}].nodePort`, "may not be used when `type` is 'ClusterIP'"))
  }
  return [...causes, ...validateRepeatedPorts(spec), ...validateLoadBalancer(service), ...validatePolicies(service)]
}

function validateHints({ metadata: { annotations = {} } }: Service): Cause[] {
  const [old, mode] = HINTS.map(key => annotations[key])
  return old !== undefined && mode !== undefined && old !== mode
    ? [invalid(`metadata.annotations[${HINTS[1]}]`, mode, `must match annotations[${HINTS[0]}] when both are specified`)] : []
}

function validateType({ type, ports, clusterIPs, clusterIP, externalName }: ServiceSpec, headless: boolean): Cause[] {
  if (type === 'LoadBalancer' || type === 'NodePort') {
    const exposed = type === 'LoadBalancer' ? (ports ?? []).flatMap(({ port }, index) => (port === 10250 ? [invalid(`spec.ports[${index}]`, port, 'may not expose port 10250 externally since it is used by kubelet')] : [])) : []
    return headless ? [...exposed, invalid('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${type} services`)] : exposed
  }
  if (type !== 'ExternalName') return []
  const causes = clusterIPs?.length || clusterIP ? [forbidden('spec.clusterIPs', 'may not be set for ExternalName services')] : []
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

function validateRepeatedPorts({ ports }: ServiceSpec): Cause[] {
  const seen = new Set<string>()
  return (ports ?? []).flatMap(({ port, protocol }, index) => {
    const key = `${protocol}/${port}`
    if (!seen.has(key)) {
      seen.add(key)
      return []
    }
    return [duplicate(`spec.ports[${index}]`, { Name: '', Protocol: protocol, AppProtocol: null, Port: port, TargetPort: 0, NodePort: 0 })]
  })
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

/** Addresses and IP families, as far as the service alone tells. */
function validateFamilies(spec: ServiceSpec): Cause[] {
  const { clusterIP = '', clusterIPs = [], ipFamilies = [], ipFamilyPolicy, type } = spec
  const causes: Cause[] = []
  if (type === 'ExternalName') {
    if (ipFamilies.length) causes.push(forbidden('spec.ipFamilies', 'may not be set for ExternalName services'))
    if (ipFamilyPolicy !== undefined) causes.push(forbidden('spec.ipFamilyPolicy', 'may not be set for ExternalName services'))
    return causes
  }
  if (clusterIPs.length && !clusterIP) return [invalid('spec.clusterIPs', clusterIPs, 'must be empty when `clusterIP` is not specified')]
  if (clusterIP && clusterIPs.length && clusterIPs[0] !== clusterIP) return [invalid('spec.clusterIPs', clusterIPs, 'first value must match `clusterIP`')]
  for (const [index, family] of ipFamilies.entries()) {
    if (family !== 'IPv4' && family !== 'IPv6') causes.push(notSupported(`spec.ipFamilies[${index}]`, family, ['IPv4', 'IPv6']))
    else if (ipFamilies.indexOf(family) !== index) causes.push(duplicate(`spec.ipFamilies[${index}]`, family))
  }
  if (ipFamilyPolicy !== undefined && !['SingleStack', 'PreferDualStack', 'RequireDualStack'].includes(ipFamilyPolicy)) {
    causes.push(notSupported('spec.ipFamilyPolicy', ipFamilyPolicy, ['PreferDualStack', 'RequireDualStack', 'SingleStack']))
  }
  return [...causes, ...validateStack(spec), ...validateClusterIPs(clusterIPs, ipFamilies)]
}

/** One family is the promise of SingleStack. Which families the cluster has is known where addresses are given out. */
function validateStack({ clusterIPs = [], ipFamilies = [], ipFamilyPolicy }: ServiceSpec): Cause[] {
  if (ipFamilyPolicy !== 'SingleStack') return []
  const families = new Set(clusterIPs.filter(address => addressProblems(address).length === 0).map(isIPv4))
  const many = families.size > 1 ? 'cluster IPs' : ipFamilies.length === 2 && ipFamilies[0] !== ipFamilies[1] ? 'IP families' : undefined
  return many ? [invalid('spec.ipFamilyPolicy', ipFamilyPolicy, `must be 'RequireDualStack' or 'PreferDualStack' when multiple ${many} are specified`)] : []
}

function validateClusterIPs(clusterIPs: readonly string[], families: readonly string[]): Cause[] {
  const field = 'spec.clusterIPs'
  const causes = clusterIPs.length > 2 ? [invalid(field, clusterIPs, 'may only hold up to 2 values')] : []
  for (const [index, address] of clusterIPs.entries()) {
    if (index === 0 && address === 'None') {
      if (clusterIPs.length > 1) causes.push(invalid(field, clusterIPs, "'None' must be the first and only value"))
      return causes
    }
    const problems = addressProblems(address)
    causes.push(...problems.map(problem => invalid(`${field}[${index}]`, address, problem)))
    const family = families[index]
    if (!problems.length && family && (family === 'IPv4') !== isIPv4(address)) causes.push(invalid(`${field}[${index}]`, address, `expected an ${family} value as indicated by \`ipFamilies[${index}]\``))
  }
  const valid = clusterIPs.filter(address => addressProblems(address).length === 0)
  const single = (family: boolean): boolean => valid.filter(address => isIPv4(address) === family).length <= 1
  if (valid.length === clusterIPs.length && clusterIPs.length > 1 && !(single(true) && single(false))) causes.push(invalid(field, clusterIPs, 'may specify no more than one IP for each IP family'))
  return causes
}

function validateLoadBalancer({ metadata, spec }: Service): Cause[] {
  const causes: Cause[] = []
  const isBalancer = spec.type === 'LoadBalancer'
  const annotation = metadata.annotations?.[SOURCE_RANGES]
  if (spec.loadBalancerSourceRanges?.length) {
    if (!isBalancer) causes.push(forbidden('spec.LoadBalancerSourceRanges', FOR_LOAD_BALANCERS))
    spec.loadBalancerSourceRanges.forEach((range, index) => { if (!isCIDR(range.trim())) causes.push(invalid(`spec.LoadBalancerSourceRanges[${index}]`, range.trim(), CIDR_EXAMPLE)) })
  } else if (annotation !== undefined) {
    const field = `metadata.annotations[${SOURCE_RANGES}]`
    if (!isBalancer) causes.push(forbidden(field, FOR_LOAD_BALANCERS))
    else for (const range of annotation.trim() ? annotation.split(',').map(each => each.trim()) : []) if (!isCIDR(range)) causes.push(invalid(field, range, CIDR_EXAMPLE))
  }
  if (spec.allocateLoadBalancerNodePorts !== undefined && !isBalancer) causes.push(forbidden('spec.allocateLoadBalancerNodePorts', FOR_LOAD_BALANCERS))
  if (spec.loadBalancerClass === undefined) return causes
  if (!isBalancer) return [...causes, forbidden('spec.loadBalancerClass', FOR_LOAD_BALANCERS)]
  return [...causes, ...invalidBy('spec.loadBalancerClass', spec.loadBalancerClass, qualifiedName)]
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
  if (spec.type !== 'ExternalName') causes.push(...(spec.internalTrafficPolicy ? policy('internalTrafficPolicy') : [required('spec.internalTrafficPolicy')]))
  const { trafficDistribution: distribution } = spec
  const known = ['PreferClose', 'PreferSameZone', 'PreferSameNode']
  return distribution !== undefined && !known.includes(distribution) ? [...causes, notSupported('spec.trafficDistribution', distribution, known)] : causes
}

/** An address stays for as long as the service has one. */
export function validateServiceUpdate({ spec }: Service, { spec: old }: Service): Cause[] {
  const had = old.type !== 'ExternalName' && old.clusterIP
  if (!had || spec.type === 'ExternalName') return []
  const next = spec.clusterIPs ?? []
  if (spec.clusterIP !== next[0]) return []
  if (next[0] !== old.clusterIPs?.[0] && !sameJson(next, [])) return [invalid('spec.clusterIPs[0]', next, 'may not change once set')]
  return next[1] !== undefined && old.clusterIPs?.[1] !== undefined && next[1] !== old.clusterIPs[1] ? [invalid('spec.clusterIPs[1]', next, 'may not change once set')] : []
}
