import { dnsLabel, dnsSubdomain, pathSegment, rule } from '../../machinery/names.ts'
import type { Cause } from '../../machinery/status.ts'
import { validateAddress } from '../addresses.ts'
import { parseAddress } from '../cidr.ts'
import { portNameProblems } from '../core/pod/validation/handlers.ts'
import { inRange, invalid, invalidBy, notSupported, required } from '../validation.ts'
import type { HTTPIngressPath, Ingress, IngressBackend, IngressRule, IngressSpec, IngressTLS } from './ingress-schema.ts'

/** The annotation that named the class before `ingressClassName` did. */
export const CLASS_ANNOTATION = 'kubernetes.io/ingress.class'
const PATH_TYPES = ['Exact', 'ImplementationSpecific', 'Prefix']
const FORBIDDEN_IN_PATHS = ['//', '/./', '/../', '%2f', '%2F']
const FORBIDDEN_ENDS = ['/..', '/.']
const WILDCARD_PATTERN = String.raw`\*\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*`
const wildcard = new RegExp(`^${WILDCARD_PATTERN}$`)

/** What old objects may keep because they were stored when the rules were laxer. */
interface Leniency {
  readonly secretNames: boolean
  readonly wildcardRules: boolean
}

export function validateIngress({ metadata, spec }: Ingress): Cause[] {
  const causes = validateSpec(spec, { secretNames: false, wildcardRules: false })
  const annotation = metadata.annotations?.[CLASS_ANNOTATION]
  if (annotation !== undefined && spec.ingressClassName !== undefined && annotation !== spec.ingressClassName) {
    causes.push(invalid(`annotations.${CLASS_ANNOTATION}`, annotation, 'must match `ingressClassName` when both are specified'))
  }
  return causes
}

export const validateIngressUpdate = ({ spec }: Ingress, old: Ingress): Cause[] => validateSpec(spec, {
  secretNames: (old.spec.tls ?? []).some(({ secretName }) => secretName && dnsSubdomain(secretName).length > 0),
  wildcardRules: (old.spec.rules ?? []).some(each => each.host?.includes('*') && validatePaths(each, '').length > 0),
})

export function validateIngressStatus({ status }: Ingress, old: Ingress): Cause[] {
  const known = new Set((old.status.loadBalancer.ingress ?? []).map(({ ip }) => ip))
  return (status.loadBalancer.ingress ?? []).flatMap(({ ip, hostname }, index) => {
    const field = `status.loadBalancer.ingress[${index}]`
    return [
      ...(ip && !known.has(ip) ? validateAddress(`${field}.ip`, ip) : []),
      ...(hostname ? [...invalidBy(`${field}.hostname`, hostname, dnsSubdomain), ...notAnAddress(`${field}.hostname`, hostname)] : []),
    ]
  })
}

function validateSpec(spec: IngressSpec, leniency: Leniency): Cause[] {
  const causes: Cause[] = []
  if (!spec.rules?.length && !spec.defaultBackend) causes.push(invalid('spec', spec.rules, 'either `defaultBackend` or `rules` must be specified'))
  if (spec.defaultBackend) causes.push(...validateBackend(spec.defaultBackend, 'spec.defaultBackend'))
  for (const [index, each] of (spec.rules ?? []).entries()) {
    const field = `spec.rules[${index}]`
    causes.push(...validateRuleHost(each.host, `${field}.host`))
    if (!leniency.wildcardRules || !each.host?.includes('*')) causes.push(...validatePaths(each, field))
  }
  for (const [index, tls] of (spec.tls ?? []).entries()) causes.push(...validateTls(tls, `spec.tls[${index}]`, leniency))
  if (spec.ingressClassName !== undefined) causes.push(...invalidBy('spec.ingressClassName', spec.ingressClassName, dnsSubdomain))
  return causes
}

const validateRuleHost = (host: string | undefined, field: string): Cause[] => (host ? [...notAnAddress(field, host), ...invalidBy(field, host, hostProblems)] : [])

const notAnAddress = (field: string, host: string): Cause[] => (parseAddress(host) ? [invalid(field, host, 'must be a DNS name, not an IP address')] : [])

const hostProblems = (host: string): string[] => (host.includes('*') ? wildcardSubdomain(host) : dnsSubdomain(host))

/** `*.example.com`. */
function wildcardSubdomain(name: string): string[] {
  const problems = name.length > 253 ? ['must be no more than 253 characters'] : []
  return wildcard.test(name) ? problems : [...problems, rule(
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
    WILDCARD_PATTERN, '*.example.com',
  )]
}

const validateTls = ({ hosts, secretName }: IngressTLS, field: string, { secretNames }: Leniency): Cause[] => [
  ...(hosts ?? []).flatMap((host, index) => invalidBy(`${field}.hosts[${index}]`, host, hostProblems)),
  ...(secretName && !secretNames ? invalidBy(`${field}.secretName`, secretName, dnsSubdomain) : []),
]

function validatePaths({ http }: IngressRule, field: string): Cause[] {
  if (!http) return []
  if (!http.paths?.length) return [required(`${field}.http.paths`)]
  return http.paths.flatMap((path, index) => validatePath(path, `${field}.http.paths[${index}]`))
}

function validatePath({ path = '', pathType, backend }: HTTPIngressPath, field: string): Cause[] {
  if (pathType === undefined || pathType === null) return [required(`${field}.pathType`, 'pathType must be specified')]
  if (!PATH_TYPES.includes(pathType)) return [notSupported(`${field}.pathType`, pathType, PATH_TYPES), ...validateBackend(backend, `${field}.backend`)]
  const causes: Cause[] = []
  const wrong = (why: string): void => void causes.push(invalid(`${field}.path`, path, why))
  const exact = pathType !== 'ImplementationSpecific'
  if (!path.startsWith('/') && (exact || path)) wrong('must be an absolute path')
  for (const part of exact ? FORBIDDEN_IN_PATHS : []) if (path.includes(part)) wrong(`must not contain '${part}'`)
  for (const end of exact ? FORBIDDEN_ENDS : []) if (path.endsWith(end)) wrong(`cannot end with '${end}'`)
  return [...causes, ...validateBackend(backend, `${field}.backend`)]
}

function validateBackend({ resource, service }: IngressBackend, field: string): Cause[] {
  if (resource && service) return [invalid(field, '', 'cannot set both resource and service backends')]
  if (resource) return validateTypedReference(resource, `${field}.resource`)
  if (!service) return [invalid(field, '', 'resource or service backend is required')]
  const causes = service.name ? invalidBy(`${field}.service.name`, service.name, dnsLabel) : [required(`${field}.service.name`)]
  const { name, number } = service.port
  if (name && number) return [...causes, invalid(field, '', 'cannot set both port name & port number')]
  if (name) return [...causes, ...invalidBy(`${field}.service.port.name`, name, portNameProblems)]
  return [...causes, ...(number ? inRange(`${field}.service.port.number`, number, 1, 65535) : [required(field, 'port name or number is required')])]
}

/** A reference to an object of some kind, by group, kind and name. */
export function validateTypedReference({ apiGroup, kind, name }: { apiGroup?: string | null | undefined; kind: string; name: string }, field: string): Cause[] {
  return [
    ...(apiGroup === undefined || apiGroup === null ? [] : invalidBy(`${field}.apiGroup`, apiGroup, dnsSubdomain)),
    ...(kind ? invalidBy(`${field}.kind`, kind, pathSegment) : [required(`${field}.kind`)]),
    ...(name ? invalidBy(`${field}.name`, name, pathSegment) : [required(`${field}.name`)]),
  ]
}
