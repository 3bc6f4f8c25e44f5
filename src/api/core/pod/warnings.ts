import { dnsLabel, labelValue } from '../../../machinery/names.ts'
import { addressWarnings } from '../../cidr.ts'
import { sameJson } from '../../validation.ts'
import type { Container, ContainerPort } from './container.ts'
import type { PodSpec, PodTemplateSpec } from './pod-spec.ts'
import type { NodeSelectorTerm } from './scheduling.ts'
import type { Pod } from './schema.ts'
import type { AppArmorProfile } from './security.ts'
import { volumeWarnings } from './volume-warnings.ts'
import { fractionalBytes } from '../volume/shared.ts'

const OLD_LABELS: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/arch': 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  'beta.kubernetes.io/os': 'deprecated since v1.14; use "kubernetes.io/os" instead',
  'failure-domain.beta.kubernetes.io/region': 'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  'failure-domain.beta.kubernetes.io/zone': 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  'beta.kubernetes.io/instance-type': 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
  'app.kubernetes.io/created-by': 'deprecated since v1.9',
  'scheduler.alpha.kubernetes.io/preferAvoidPods': 'deprecated since v1.22; use Taints and Tolerations instead',
  'node-role.kubernetes.io/master': 'use "node-role.kubernetes.io/control-plane" instead',
}

const OLD_ANNOTATIONS: Readonly<Record<string, string>> = {
  'scheduler.alpha.kubernetes.io/critical-pod': 'non-functional in v1.16+; use the "priorityClassName" field instead',
  'security.alpha.kubernetes.io/sysctls': 'non-functional in v1.11+; use the "sysctls" field instead',
  'security.alpha.kubernetes.io/unsafe-sysctls': 'non-functional in v1.11+; use the "sysctls" field instead',
}
const SECCOMP = 'seccomp.security.alpha.kubernetes.io/pod'
const CONTAINER_SECCOMP = 'container.seccomp.security.alpha.kubernetes.io/'
const OLD_SECCOMP = 'non-functional in v1.27+; use the "seccompProfile" field instead'
const APPARMOR = 'container.apparmor.security.beta.kubernetes.io/'
const OLD_APPARMOR = 'deprecated since v1.30; use the "appArmorProfile" field instead'
const NO_POD = 'a null labelSelector results in matching no pod'

/** What a new pod's author should know. Updates come from machines, which do not read. */
export function podWarnings(pod: Pod, old: Pod | undefined): string[] {
  if (old) return []
  const { metadata, spec } = pod
  const problems = metadata.name ? dnsLabel(metadata.name) : []
  const name = problems.length ? [`metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: [${problems.join(' ')}]`] : []
  return [...name, ...warningsFor(spec, metadata.annotations, '')]
}

/** The same for the pods of a template, when it is new or was changed. */
export const templateWarnings = (template: PodTemplateSpec, field = 'spec.template'): string[] => warningsFor(template.spec, template.metadata?.annotations, `${field}.`)

function warningsFor(spec: PodSpec, annotations: Annotations, prefix: string): string[] {
  const field = `${prefix}spec`
  const named = `${prefix}metadata.annotations`
  const warnings = [...schedulingWarnings(spec, field)]
  for (const [key, why] of Object.entries(OLD_ANNOTATIONS)) if (annotations?.[key] !== undefined) warnings.push(`${named}[${key}]: ${why}`)
  warnings.push(...volumeWarnings(spec.volumes, `${field}.volumes`), ...repeatedWarnings(spec, field))
  for (const name of BYTES) warnings.push(...fractionalBytes(spec.overhead, `${field}.overhead`, name))
  if (!spec.securityContext?.seccompProfile && annotations?.[SECCOMP] !== undefined) warnings.push(`${named}[${SECCOMP}]: ${OLD_SECCOMP}`)
  const containers = containersOf(spec, field)
  for (const { container, path } of containers) {
    warnings.push(...profileWarnings(container, spec, annotations, named, prefix !== ''))
    for (const name of BYTES) for (const kind of ['limits', 'requests'] as const) warnings.push(...fractionalBytes(container.resources?.[kind], `${path}.resources.${kind}`, name))
    warnings.push(...envWarnings(container, path))
  }
  warnings.push(...portWarnings(containers), ...portNameWarnings(containers))
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0) warnings.push(`${field}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1`)
  return [...warnings, ...affinityWarnings(spec, field), ...addressesWarnings(spec, field)]
}

type Annotations = Readonly<Record<string, string>> | undefined

interface Placed {
  readonly container: Container
  readonly path: string
}

/** All containers in the order in which they start. */
const containersOf = ({ initContainers, containers, ephemeralContainers }: PodSpec, field: string): Placed[] =>
  Object.entries({ initContainers, containers, ephemeralContainers: ephemeralContainers as Container[] | undefined })
    .flatMap(([list, all]) => (all ?? []).map((container, index) => ({ container, path: `${field}.${list}[${index}]` })))

function schedulingWarnings({ nodeSelector, affinity, topologySpreadConstraints }: PodSpec, field: string): string[] {
  const warnings = Object.keys(nodeSelector ?? {}).filter(key => OLD_LABELS[key]).map(key => `${field}.nodeSelector[${key}]: ${OLD_LABELS[key]}`)
  const { requiredDuringSchedulingIgnoredDuringExecution: wanted, preferredDuringSchedulingIgnoredDuringExecution: preferred } = affinity?.nodeAffinity ?? {}
  const path = `${field}.affinity.nodeAffinity`
  for (const [index, term] of (wanted?.nodeSelectorTerms ?? []).entries()) warnings.push(...termWarnings(term, false, `${path}.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[${index}]`))
  for (const [index, { preference }] of (preferred ?? []).entries()) warnings.push(...termWarnings(preference, true, `${path}.preferredDuringSchedulingIgnoredDuringExecution[${index}].preference`))
  for (const [index, { topologyKey, labelSelector }] of (topologySpreadConstraints ?? []).entries()) {
    const at = `${field}.topologySpreadConstraints[${index}]`
    if (OLD_LABELS[topologyKey]) warnings.push(`${at}.topologyKey: ${topologyKey} is ${OLD_LABELS[topologyKey]}`)
    if (!labelSelector) warnings.push(`${at}.labelSelector: ${NO_POD}`)
  }
  return warnings
}

/** A preference for labels that no node can have is let through, with a word. */
function termWarnings({ matchExpressions }: NodeSelectorTerm, checksValues: boolean, field: string): string[] {
  return (matchExpressions ?? []).flatMap(({ key, values }, index) => {
    const path = `${field}.matchExpressions[${index}]`
    const old = OLD_LABELS[key] ? [`${path}.key: ${key} is ${OLD_LABELS[key]}`] : []
    return [...old, ...(checksValues ? values ?? [] : []).flatMap((value, at) => labelValue(value).map(problem => `${path}.values[${at}]: ${value} is invalid, ${problem}`))]
  })
}

function affinityWarnings({ affinity }: PodSpec, field: string): string[] {
  return (['podAffinity', 'podAntiAffinity'] as const).flatMap(kind => {
    const path = `${field}.affinity.${kind}`
    const { requiredDuringSchedulingIgnoredDuringExecution: wanted = [], preferredDuringSchedulingIgnoredDuringExecution: preferred = [] } = affinity?.[kind] ?? {}
    return [
      ...wanted.flatMap(({ labelSelector }, index) => (labelSelector ? [] : [`${path}.requiredDuringSchedulingIgnoredDuringExecution[${index}].labelSelector: ${NO_POD}`])),
      ...preferred.flatMap(({ podAffinityTerm }, index) => (podAffinityTerm?.labelSelector ? [] : [`${path}.preferredDuringSchedulingIgnoredDuringExecution[${index}].podAffinityTerm.labelSelector: ${NO_POD}`])),
    ]
  })
}

const addressesWarnings = ({ dnsConfig, hostAliases }: PodSpec, field: string): string[] => [
  ...(dnsConfig?.nameservers ?? []).flatMap((address, index) => addressWarnings(`${field}.dnsConfig.nameservers[${index}]`, address)),
  ...(hostAliases ?? []).flatMap(({ ip }, index) => addressWarnings(`${field}.hostAliases[${index}].ip`, ip)),
]

function repeatedWarnings({ hostAliases = [], imagePullSecrets = [] }: PodSpec, field: string): string[] {
  const repeats = (values: readonly string[]): number[] => values.flatMap((value, index) => (values.indexOf(value) < index ? [index] : []))
  const names = imagePullSecrets.map(({ name }) => name ?? '')
  return [
    ...repeats(hostAliases.map(({ ip }) => ip)).map(index => `${field}.hostAliases[${index}].ip: duplicate ip ${JSON.stringify(hostAliases[index]!.ip)}`),
    ...repeats(names).map(index => `${field}.imagePullSecrets[${index}].name: duplicate name ${JSON.stringify(names[index])}`),
    ...names.flatMap((name, index) => (name ? [] : [`${field}.imagePullSecrets[${index}].name: invalid empty name ""`])),
  ]
}

/** Annotations of before there were fields. Those of a pod itself become fields, which tells more. */
function profileWarnings({ name, securityContext }: Container, spec: PodSpec, annotations: Annotations, field: string, isTemplate: boolean): string[] {
  const [seccomp, apparmor] = [CONTAINER_SECCOMP + name, APPARMOR + name]
  const warnings = !securityContext?.seccompProfile && annotations?.[seccomp] !== undefined ? [`${field}[${seccomp}]: ${OLD_SECCOMP}`] : []
  const profile = annotations?.[apparmor]
  if (profile === undefined || !isTemplate || securityContext?.appArmorProfile) return warnings
  const ofPod = spec.securityContext?.appArmorProfile
  return ofPod && sameJson(ofPod, appArmorOf(profile)) ? warnings : [...warnings, `${field}[${apparmor}]: ${OLD_APPARMOR}`]
}

/** The profile that an old annotation means; undefined when it means none. */
export function appArmorOf(annotation: string): AppArmorProfile | undefined {
  if (annotation === 'unconfined') return { type: 'Unconfined' }
  if (annotation === 'runtime/default') return { type: 'RuntimeDefault' }
  return annotation.startsWith('localhost/') ? { type: 'Localhost', localhostProfile: annotation.slice('localhost/'.length) } : undefined
}

const BYTES = ['memory', 'ephemeral-storage'] as const

function envWarnings({ env }: Container, field: string): string[] {
  const names = new Set<string>()
  return (env ?? []).flatMap(({ name, value = '', valueFrom }, index) => {
    if (!names.has(name)) return names.add(name) && []
    // A value that refers to the one before adds to it.
    const reference = `$(${name})`
    const adds = !valueFrom && value !== reference && value.includes(reference)
    return adds ? [] : [`${field}.env[${index}]: hides previous definition of ${JSON.stringify(name)}, which may be dropped when using apply`]
  })
}

function portWarnings(containers: readonly Placed[]): string[] {
  const warnings: string[] = []
  const seen = new Map<string, { port: ContainerPort; at: string }[]>()
  for (const { container, path } of containers) {
    for (const [index, port] of (container.ports ?? []).entries()) {
      const at = `${path}.ports[${index}]`
      if (port.hostIP && !port.hostPort) warnings.push(`${at}: hostIP set without hostPort: {Name:${port.name ?? ''} HostPort:0 ContainerPort:${port.containerPort} Protocol:${port.protocol} HostIP:${port.hostIP}}`)
      const key = `${port.containerPort}/${port.protocol}`
      const others = seen.get(key) ?? []
      for (const other of others) {
        const how = conflictOf(port, other.port)
        if (how) warnings.push(`${at}: ${how} port definition with ${other.at}`)
      }
      seen.set(key, [...others, { port, at }])
    }
  }
  return warnings
}

function conflictOf(one: ContainerPort, other: ContainerPort): 'duplicate' | 'overlapping' | 'dangerously ambiguous' | undefined {
  const [here, there] = [one.hostPort ?? 0, other.hostPort ?? 0]
  if ((one.hostIP ?? '') === (other.hostIP ?? '') && here === there) return 'duplicate'
  if (!here || !there) return 'overlapping'
  return here === there && !one.hostIP !== !other.hostIP ? 'dangerously ambiguous' : undefined
}

/** Services and probes find a port by its name in the first container that has it. */
function portNameWarnings(containers: readonly Placed[]): string[] {
  const first = new Map<string, string>()
  return containers.flatMap(({ container, path }) => (container.ports ?? []).flatMap(({ name }, index) => {
    if (!name) return []
    const [at, known] = [`${path}.ports[${index}]`, first.get(name)]
    if (known === undefined) return first.set(name, at) && []
    return [`${at}: duplicate port name ${JSON.stringify(name)} with ${known}, services and probes that select ports by name will use ${known}`]
  }))
}
