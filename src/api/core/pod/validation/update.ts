import { dnsLabel, dnsSubdomain, qualifiedName } from '../../../../machinery/names.ts'
import type { Cause } from '../../../../machinery/status.ts'
import { duplicate, forbidden, inRange, invalid, invalidBy, required, sameJson } from '../../../validation.ts'
import { validatePodAnnotations } from './annotations.ts'
import { validateAddresses, validateDeviceHealth } from './status.ts'
import type { ContainerStatus } from '../container-status.ts'
import type { Container } from '../container.ts'
import type { PodSpec } from '../pod-spec.ts'
import { isSidecar } from '../predicates.ts'
import type { NodeSelector, Toleration } from '../scheduling.ts'
import type { Pod } from '../schema.ts'

const MIRROR = 'kubernetes.io/config.mirror'
const APPARMOR = 'container.apparmor.security.beta.kubernetes.io/'
const LARGEST_SECONDS = 2 ** 31 - 1
const MAY_CHANGE = 'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)'

/** What an update may change of a pod: images, a deadline that comes nearer, more tolerations, fewer gates. */
export function validatePodUpdate(pod: Pod, old: Pod): Cause[] {
  const { spec } = pod
  const causes = [...validateAnnotationUpdate(pod, old), ...validatePodAnnotations(pod.metadata, spec), ...validateContainerLists(spec, old.spec)]
  if (causes.some(({ message }) => message.endsWith('may not add or remove containers'))) return causes
  causes.push(...validateImages(spec), ...validateDeadline(spec.activeDeadlineSeconds, old.spec.activeDeadlineSeconds), ...validateMoreTolerations(spec.tolerations, old.spec.tolerations))
  causes.push(...validateFewerGates(spec, old.spec))
  const gated = !!old.spec.schedulingGates?.length
  if (gated) causes.push(...validateGatedChanges(spec, old.spec))
  // The fields that may change are put back, and the rest must be what it was.
  const rest = withOldFields(spec, old.spec, gated)
  if (!sameJson(rest, old.spec) && !causes.some(({ field }) => field === 'spec.tolerations' || field?.startsWith('spec.schedulingGates') || field?.startsWith('spec.affinity') || field === 'spec.nodeSelector')) {
    causes.push(forbidden('spec', MAY_CHANGE))
  }
  return causes
}

function withOldFields(spec: PodSpec, old: PodSpec, gated: boolean): PodSpec {
  const images = (list: readonly Container[] | undefined, before: readonly Container[] | undefined): Container[] | undefined =>
    list?.map((container, index) => ({ ...container, image: before?.[index]?.image }))
  const { activeDeadlineSeconds: _, ...kept } = spec
  const rest: PodSpec = { ...kept, containers: images(spec.containers, old.containers) ?? [] }
  if (spec.initContainers) rest.initContainers = images(spec.initContainers, old.initContainers)
  if (old.activeDeadlineSeconds !== undefined) rest.activeDeadlineSeconds = old.activeDeadlineSeconds
  rest.tolerations = old.tolerations
  rest.schedulingGates = old.schedulingGates
  if ((old.terminationGracePeriodSeconds ?? 0) < 0 && spec.terminationGracePeriodSeconds === 1) rest.terminationGracePeriodSeconds = old.terminationGracePeriodSeconds
  if (gated) {
    rest.nodeSelector = old.nodeSelector
    // Only the choice of nodes is checked above; the rest of the affinity stays.
    const { nodeAffinity: _node, ...pods } = spec.affinity ?? {}
    const affinity = old.affinity?.nodeAffinity ? { ...pods, nodeAffinity: old.affinity.nodeAffinity } : pods
    rest.affinity = Object.keys(affinity).length ? affinity : old.affinity
  }
  return rest
}

function validateContainerLists(spec: PodSpec, old: PodSpec): Cause[] {
  return (['containers', 'initContainers'] as const).flatMap(list =>
    (spec[list]?.length ?? 0) === (old[list]?.length ?? 0) ? [] : [forbidden(`spec.${list}`, 'pod updates may not add or remove containers')])
}

/** Images are looked at again: whoever reads the causes finds them twice, as upstream says them. */
function validateImages(spec: PodSpec): Cause[] {
  return (['containers', 'initContainers'] as const).flatMap(list => (spec[list] ?? []).flatMap(({ image = '' }, index) => {
    const field = `spec.${list}[${index}].image`
    if (!image) return [required(field)]
    return image.trim() === image ? [] : [invalid(field, image, 'must not have leading or trailing whitespace')]
  }))
}

function validateDeadline(next: number | undefined, old: number | undefined): Cause[] {
  const field = 'spec.activeDeadlineSeconds'
  if (next !== undefined) {
    const causes = inRange(field, next, 0, LARGEST_SECONDS)
    return !causes.length && old !== undefined && next > old ? [invalid(field, next, 'must be less than or equal to previous value')] : causes
  }
  return old === undefined ? [] : [invalid(field, undefined, 'must not update from a positive integer to nil value')]
}

function validateMoreTolerations(next: readonly Toleration[] = [], old: readonly Toleration[] = []): Cause[] {
  const timeless = ({ tolerationSeconds: _, ...rest }: Toleration): Omit<Toleration, 'tolerationSeconds'> => rest
  const kept = old.every(before => next.some(after => sameJson(timeless(after), timeless(before))))
  return kept ? [] : [forbidden('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds')]
}

function validateFewerGates({ schedulingGates: next = [] }: PodSpec, { schedulingGates: old = [] }: PodSpec): Cause[] {
  return next.flatMap(({ name }, index) => (old.some(gate => gate.name === name) ? [] : [forbidden(`spec.schedulingGates[${index}].name`, `only deletion is allowed, but found new scheduling gate '${name}'`)]))
}

/** KEP-3838: while a pod is held back by gates, its choice of nodes may be narrowed. */
function validateGatedChanges(spec: PodSpec, old: PodSpec): Cause[] {
  const causes: Cause[] = []
  if (Object.entries(old.nodeSelector ?? {}).some(([key, value]) => spec.nodeSelector?.[key] !== value)) causes.push(invalid('spec.nodeSelector', spec.nodeSelector, 'only additions to spec.nodeSelector are allowed (no mutations or deletions)'))
  const [chosen, before] = [spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution, old.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution]
  if (before) causes.push(...validateNarrower(chosen, before, 'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms'))
  return causes
}

function validateNarrower(next: NodeSelector | undefined, old: NodeSelector, field: string): Cause[] {
  const terms = next?.nodeSelectorTerms ?? []
  const shown = (term: (typeof terms)[number]): unknown => ({
    MatchExpressions: term.matchExpressions?.map(({ key, operator, values }) => ({ Key: key, Operator: operator, Values: values ?? null })) ?? null,
    MatchFields: term.matchFields?.map(({ key, operator, values }) => ({ Key: key, Operator: operator, Values: values ?? null })) ?? null,
  })
  if (old.nodeSelectorTerms.length > 0 && old.nodeSelectorTerms.length !== terms.length) {
    return [invalid(field, next ? terms.map(shown) : undefined, 'no additions/deletions to non-empty NodeSelectorTerms list are allowed')]
  }
  return old.nodeSelectorTerms.flatMap((before, index) => {
    const after = terms[index]!
    const starts = (list: readonly unknown[] = [], base: readonly unknown[] = []): boolean => sameJson(list.slice(0, base.length), base)
    if (!before.matchExpressions?.length && !before.matchFields?.length) return sameJson(after, before) ? [] : [invalid(`${field}[${index}]`, shown(after), 'only additions are allowed (no mutations or deletions)')]
    const narrower = starts(after.matchExpressions, before.matchExpressions) && starts(after.matchFields, before.matchFields)
    return narrower ? [] : [invalid(`${field}[${index}]`, shown(after), 'only additions are allowed (no mutations or deletions)')]
  })
}

function validateAnnotationUpdate({ metadata }: Pod, { metadata: old }: Pod): Cause[] {
  const causes: Cause[] = []
  const [next = {}, before = {}] = [metadata.annotations, old.annotations]
  const mirror = `metadata.annotations[${MIRROR}]`
  if (before[MIRROR] !== undefined && next[MIRROR] !== before[MIRROR]) causes.push(forbidden(mirror, 'may not remove or update mirror pod annotation'))
  if (before[MIRROR] === undefined && next[MIRROR] !== undefined) causes.push(forbidden(mirror, 'may not add mirror pod annotation'))
  for (const key of Object.keys(before)) if (key.startsWith(APPARMOR) && next[key] !== before[key]) causes.push(forbidden(`metadata.annotations[${key}]`, 'may not remove or update AppArmor annotations'))
  for (const key of Object.keys(next)) if (key.startsWith(APPARMOR) && before[key] === undefined) causes.push(forbidden(`metadata.annotations[${key}]`, 'may not add AppArmor annotations'))
  return causes
}

/** What an update of the status may say. */
export function validatePodStatusUpdate(pod: Pod, old: Pod): Cause[] {
  const { spec, status } = pod
  const causes: Cause[] = []
  for (const [index, { type, observedGeneration }] of (status.conditions ?? []).entries()) {
    causes.push(...invalidBy(`status.conditions[${index}].Type`, type, qualifiedName))
    if ((observedGeneration ?? 0) < 0) causes.push(invalid(`status.conditions[${index}].observedGeneration`, observedGeneration, 'must be a non-negative integer'))
  }
  if (status.nominatedNodeName) {
    if (spec.nodeName && status.nominatedNodeName !== old.status.nominatedNodeName) causes.push(forbidden('status.nominatedNodeName', 'may not be set on pods that are already bound to a node'))
    causes.push(...invalidBy('status.nominatedNodeName', status.nominatedNodeName, dnsSubdomain))
  }
  if (old.status.qosClass && status.qosClass && status.qosClass !== old.status.qosClass) causes.push(invalid('status.qosClass', status.qosClass, 'field is immutable'))
  causes.push(...validateTransitions(status.containerStatuses, old.status.containerStatuses, 'status.containerStatuses', name => canRunAgain(spec.containers, name, spec.restartPolicy)))
  causes.push(...validateTransitions(status.initContainerStatuses, old.status.initContainerStatuses, 'status.initContainerStatuses', name => canInitRunAgain(spec, name)))
  causes.push(...validateTransitions(status.ephemeralContainerStatuses, old.status.ephemeralContainerStatuses, 'status.ephemeralContainerStatuses', () => 'never'))
  return [
    ...causes, ...validateAddresses(pod, old), ...validateClaimStatuses(pod),
    ...validateDeviceHealth(status.containerStatuses, spec.containers, 'status.containerStatuses'),
    ...validateDeviceHealth(status.initContainerStatuses, spec.initContainers, 'status.initContainerStatuses'),
  ]
}

/** Which claims were made for a pod (KEP-3063, KEP-5004). */
function validateClaimStatuses({ spec, status }: Pod): Cause[] {
  const causes: Cause[] = []
  const claims = new Set((spec.resourceClaims ?? []).map(({ name }) => name))
  const seen = new Set<string>()
  for (const [index, { name, resourceClaimName }] of (status.resourceClaimStatuses ?? []).entries()) {
    const field = `status.resourceClaimStatuses[${index}]`
    if (seen.has(name)) causes.push(duplicate(`${field}.name`, name))
    seen.add(name)
    if (!claims.has(name)) causes.push(invalid(`${field}.name`, name, 'must match the name of an entry in `spec.resourceClaims`'))
    if (resourceClaimName) causes.push(...invalidBy(`${field}.resourceClaimName`, resourceClaimName, dnsSubdomain))
  }
  return [...causes, ...validateExtendedClaim(spec, status)]
}

function validateExtendedClaim(spec: PodSpec, { extendedResourceClaimStatus: claim }: Pod['status']): Cause[] {
  if (!claim) return []
  const field = 'status.extendedResourceClaimStatus'
  const names = new Set([...spec.initContainers ?? [], ...spec.containers].map(({ name }) => name))
  const mappings = claim.requestMappings ?? []
  return [
    ...(mappings.length === 0 ? [required(`${field}.requestMappings`, 'at least one request mapping is required')] : []),
    ...mappings.flatMap(({ containerName, requestName }, index) => [
      ...(names.has(containerName) ? [] : [invalid(`${field}.requestMappings[${index}].containerName`, containerName, 'must match the name of an entry in spec.initContainers.name or spec.containers.name')]),
      ...requestName.split('/').flatMap(part => invalidBy(`${field}.requestName`, part, dnsLabel)),
    ]),
    ...(claim.resourceClaimName ? invalidBy(`${field}.resourceClaimName`, claim.resourceClaimName, dnsSubdomain) : [required(`${field}.resourceClaimName`)]),
  ]
}

type Again = 'always' | 'on failure' | 'never'

const canRunAgain = (containers: readonly Container[], name: string, policy: string | undefined): Again => {
  const own = containers.find(container => container.name === name)
  if (own?.restartPolicyRules?.length) return 'always'
  const effective = own?.restartPolicy ?? policy
  return effective === 'Always' ? 'always' : effective === 'OnFailure' ? 'on failure' : 'never'
}

function canInitRunAgain(spec: PodSpec, name: string): Again {
  const own = spec.initContainers?.find(container => container.name === name)
  if ((own && isSidecar(own)) || own?.restartPolicyRules?.length) return 'always'
  return spec.restartPolicy === 'Never' ? 'never' : 'on failure'
}

/** A container that has ended for good does not come back. */
function validateTransitions(next: readonly ContainerStatus[] = [], old: readonly ContainerStatus[] = [], field: string, again: (name: string) => Again): Cause[] {
  const causes: Cause[] = []
  for (const before of old) {
    const ended = before.state.terminated
    const policy = again(before.name)
    if (!ended || policy === 'always' || (policy === 'on failure' && ended.exitCode !== 0)) continue
    const index = next.findIndex(({ name }) => name === before.name)
    if (index >= 0 && !next[index]!.state.terminated) causes.push(forbidden(`${field}[${index}].state`, 'may not be transitioned to non-terminated state'))
  }
  return causes
}
