import { dnsLabel } from '../../../machinery/names.ts'
import type { Container, ContainerPort } from './container.ts'
import type { PodSpec, PodTemplateSpec } from './pod-spec.ts'
import type { Pod } from './schema.ts'

const OLD_ANNOTATIONS: readonly (readonly [RegExp, string])[] = [
  [/^container\.apparmor\.security\.beta\.kubernetes\.io\//, 'deprecated since v1.30; use the "appArmorProfile" field instead'],
  [/^(container\.)?seccomp\.security\.alpha\.kubernetes\.io\//, 'non-functional in v1.27+; use the "seccompProfile" field instead'],
]
const OLD_LABELS: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/arch': 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  'beta.kubernetes.io/os': 'deprecated since v1.14; use "kubernetes.io/os" instead',
  'failure-domain.beta.kubernetes.io/region': 'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  'failure-domain.beta.kubernetes.io/zone': 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  'beta.kubernetes.io/instance-type': 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
}

/** What a new pod's author should know. Updates come from machines, which do not read. */
export function podWarnings(pod: Pod, old: Pod | undefined): string[] {
  if (old) return []
  const problems = pod.metadata.name ? dnsLabel(pod.metadata.name) : []
  const name = problems.length ? [`metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: [${problems.join(' ')}]`] : []
  return [...name, ...annotationWarnings(pod.metadata.annotations, pod.spec, 'metadata'), ...podSpecWarnings(pod.spec, 'spec')]
}

/** The same for the pods of a template, when it is new or was changed. */
export const templateWarnings = (template: PodTemplateSpec, field = 'spec.template'): string[] =>
  [...annotationWarnings(template.metadata?.annotations, template.spec, `${field}.metadata`), ...podSpecWarnings(template.spec, `${field}.spec`)]

function annotationWarnings(annotations: Readonly<Record<string, string>> | undefined, spec: PodSpec, field: string): string[] {
  const replaced = (key: string): boolean => key === 'seccomp.security.alpha.kubernetes.io/pod' ? !!spec.securityContext?.seccompProfile
    : key.startsWith('container.seccomp.') && !!spec.containers?.find(({ name }) => key.endsWith(`/${name}`))?.securityContext?.seccompProfile
  return Object.keys(annotations ?? {}).filter(key => !replaced(key)).flatMap(key => OLD_ANNOTATIONS.filter(([pattern]) => pattern.test(key)).map(([, why]) => `${field}.annotations[${key}]: ${why}`))
}

function podSpecWarnings(spec: PodSpec, field: string): string[] {
  const warnings: string[] = []
  for (const key in spec.nodeSelector) if (OLD_LABELS[key]) warnings.push(`${field}.nodeSelector[${key}]: ${OLD_LABELS[key]}`)
  for (const [index, { topologyKey, labelSelector }] of (spec.topologySpreadConstraints ?? []).entries()) {
    const path = `${field}.topologySpreadConstraints[${index}]`
    if (OLD_LABELS[topologyKey]) warnings.push(`${path}.topologyKey: ${topologyKey} is ${OLD_LABELS[topologyKey]}`)
    if (!labelSelector) warnings.push(`${path}.labelSelector: a null labelSelector results in matching no pod`)
  }
  const addresses = new Set<string>()
  for (const [index, { ip }] of (spec.hostAliases ?? []).entries()) {
    if (addresses.has(ip)) warnings.push(`${field}.hostAliases[${index}].ip: duplicate ip ${JSON.stringify(ip)}`)
    addresses.add(ip)
  }
  for (const { name, projected } of spec.volumes ?? []) {
    if (projected?.sources?.some(source => Object.keys(source).length === 0)) warnings.push(`volume ${JSON.stringify(name)} (Projected) has no sources provided`)
  }
  warnings.push(...containersWarnings(spec.initContainers ?? [], `${field}.initContainers`), ...containersWarnings(spec.containers ?? [], `${field}.containers`), ...portNameWarnings(spec, field))
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0) warnings.push(`${field}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1`)
  return warnings
}

function containersWarnings(containers: readonly Container[], field: string): string[] {
  return containers.flatMap((container, index) => {
    const path = `${field}[${index}]`
    return [...amountWarnings(container, path), ...envWarnings(container, path), ...portWarnings(container.ports ?? [], `${path}.ports`)]
  })
}

function amountWarnings({ resources }: Container, field: string): string[] {
  return (['limits', 'requests'] as const).flatMap(kind => (['ephemeral-storage', 'memory'] as const).flatMap(name => {
    const quantity = resources?.[kind]?.[name]
    return quantity?.endsWith('m') ? [`${field}.resources.${kind}[${name}]: fractional byte value ${JSON.stringify(quantity)} is invalid, must be an integer`] : []
  }))
}

function envWarnings({ env }: Container, field: string): string[] {
  const names = new Set<string>()
  return (env ?? []).flatMap(({ name, value }, index) => {
    // A value that refers to itself adds to the one before.
    const hides = names.has(name) && !value?.includes(`$(${name})`)
    names.add(name)
    return hides ? [`${field}.env[${index}]: hides previous definition of ${JSON.stringify(name)}, which may be dropped when using apply`] : []
  })
}

function portWarnings(ports: readonly ContainerPort[], field: string): string[] {
  const warnings: string[] = []
  for (const [index, port] of ports.entries()) {
    if (port.hostIP && !port.hostPort) {
      warnings.push(`${field}[${index}]: hostIP set without hostPort: {Name:${port.name ?? ''} HostPort:0 ContainerPort:${port.containerPort} Protocol:${port.protocol} HostIP:${port.hostIP}}`)
    }
    for (const [before, other] of ports.slice(0, index).entries()) {
      if (other.containerPort !== port.containerPort || other.protocol !== port.protocol) continue
      const with_ = `port definition with ${field}[${before}]`
      const [here, there] = [port.hostPort ?? 0, other.hostPort ?? 0]
      if (here === there && (port.hostIP ?? '') === (other.hostIP ?? '')) warnings.push(`${field}[${index}]: duplicate ${with_}`)
      else if (here && there && here === there) warnings.push(`${field}[${index}]: dangerously ambiguous ${with_}`)
      else if (!here || !there) warnings.push(`${field}[${index}]: overlapping ${with_}`)
    }
  }
  return warnings
}

/** Services and probes find a port by its name in the first container that has it. */
function portNameWarnings({ containers }: PodSpec, field: string): string[] {
  const first = new Map<string, { path: string; container: number }>()
  return (containers ?? []).flatMap(({ ports }, container) => (ports ?? []).flatMap(({ name }, index) => {
    if (!name) return []
    const path = `${field}.containers[${container}].ports[${index}]`
    const known = first.get(name)
    if (!known) first.set(name, { path, container })
    return known && known.container !== container
      ? [`${path}: duplicate port name ${JSON.stringify(name)} with ${known.path}, services and probes that select ports by name will use ${known.path}`] : []
  }))
}
