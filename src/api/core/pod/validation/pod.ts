import { dnsLabel, dnsSubdomain, qualifiedName } from '../../../../machinery/names.ts'
import type { Cause } from '../../../../machinery/status.ts'
import { validateAnnotations, validateLabels } from '../../../meta/validation.ts'
import { duplicate, forbidden, inRange, invalid, invalidBy, notSupported, required } from '../../../validation.ts'
import type { PodSpec, PodTemplateSpec } from '../pod-spec.ts'
import type { Pod } from '../schema.ts'
import { validatePodAnnotations, validateProfileAgreement } from './annotations.ts'
import { validateContainers, validateImages, validateInitContainers, type PodFacts } from './containers.ts'
import { validateDNSConfig, validateDNSPolicy, validateHostAliases, validateHostnameOverride, validateNames } from './names.ts'
import { validateEphemeralContainers } from './ephemeral.ts'
import { validatePodResources } from './pod-resources.ts'
import { validateResources } from './resources.ts'
import { validateAffinity, validateSpread, validateTolerations } from './scheduling.ts'
import { validateHostNetworkPorts, validateHostProcess, validateHostUsers, validatePodSecurity } from './security.ts'
import { validateEnvFiles } from './env.ts'
import { validateVolumes } from './volumes.ts'
import { validateOS } from './windows.ts'

const RESTART_POLICIES = ['Always', 'OnFailure', 'Never']
const LARGEST_SECONDS = 2 ** 31 - 1

/** Everything that a pod must hold to. */
export function validatePod(pod: Pod): Cause[] {
  const { spec } = pod
  return [
    ...validatePodAnnotations(pod.metadata, spec), ...validatePodSpec(spec, 'spec', pod.metadata.name ?? ''), ...validateTokensOf(spec),
    ...validateImages(spec.containers, 'spec.containers'), ...validateImages(spec.initContainers, 'spec.initContainers'),
  ]
}

/** What only new pods must hold to. */
export function validateNewPod(pod: Pod): Cause[] {
  const causes = validatePod(pod)
  if (pod.spec.ephemeralContainers?.length) causes.push(forbidden('spec.ephemeralContainers', 'cannot be set on create'))
  if (pod.spec.nodeName && pod.spec.schedulingGates?.length) causes.push(forbidden('spec.nodeName', 'cannot be set until all schedulingGates have been cleared'))
  return [...causes, ...validateProfileAgreement(pod.metadata, pod.spec)]
}

/** Tokens are somebody's: without an account there is none to project. */
function validateTokensOf({ serviceAccountName, volumes }: PodSpec): Cause[] {
  if (serviceAccountName) return []
  return (volumes ?? []).flatMap(({ projected }, index) => (projected?.sources ?? []).flatMap(({ serviceAccountToken }, at) => (serviceAccountToken
    ? [forbidden(`spec.volumes[${index}].projected.sources[${at}].serviceAccountToken`, 'must not be specified when serviceAccountName is not set')] : [])))
}

/** The pods of a template; `field` is `spec.template`. */
export function validatePodTemplate({ metadata, spec }: PodTemplateSpec, field: string): Cause[] {
  const causes = [...validateLabels(metadata?.labels, `${field}.labels`), ...validateAnnotations(metadata?.annotations, `${field}.annotations`)]
  causes.push(...validatePodSpec(spec, `${field}.spec`, ''))
  if (spec.ephemeralContainers?.length) causes.push(forbidden(`${field}.spec.ephemeralContainers`, 'ephemeral containers not allowed in pod template'))
  return causes
}

/** What pods and pod templates have in common, in the order in which Kubernetes reports it. */
export function validatePodSpec(spec: PodSpec, field: string, podName: string): Cause[] {
  const claimNames = claimNamesOf(spec)
  const volumes = validateVolumes(spec.volumes, `${field}.volumes`, podName)
  const pod: PodFacts = { spec, volumes: volumes.usable, claimNames }
  const causes = [
    ...volumes.causes, ...validateClaims(spec, `${field}.resourceClaims`),
    ...validateContainers(pod, `${field}.containers`), ...validateInitContainers(pod, `${field}.initContainers`), ...validateEphemeralContainers(pod, `${field}.ephemeralContainers`), ...validatePodResources(spec, `${field}.resources`),
    ...validateHostNetworkPorts(spec, field),
    ...(spec.restartPolicy && RESTART_POLICIES.includes(spec.restartPolicy) ? [] : spec.restartPolicy ? [notSupported(`${field}.restartPolicy`, spec.restartPolicy, RESTART_POLICIES)] : [required(`${field}.restartPolicy`)]),
    ...validateDNSPolicy(spec, field), ...validateLabels(spec.nodeSelector, `${field}.nodeSelector`), ...validatePodSecurity(spec, field),
  ]
  causes.push(...validateAffinity(spec, `${field}.affinity`), ...validateDNSConfig(spec, field), ...validateGates(spec, field))
  causes.push(...validateSpread(spec.topologySpreadConstraints, `${field}.topologySpreadConstraints`), ...validateHostProcess(spec, field), ...validateHostUsers(spec, field), ...validateHostnameOverride(spec, field))
  if (spec.serviceAccountName) causes.push(...invalidBy(`${field}.serviceAccountName`, spec.serviceAccountName, dnsSubdomain))
  if (spec.nodeName) causes.push(...invalidBy(`${field}.nodeName`, spec.nodeName, dnsSubdomain))
  if (spec.activeDeadlineSeconds !== undefined) causes.push(...inRange(`${field}.activeDeadlineSeconds`, spec.activeDeadlineSeconds, 1, LARGEST_SECONDS))
  causes.push(...validateNames(spec, field), ...validateTolerations(spec.tolerations, `${field}.tolerations`), ...validateHostAliases(spec, `${field}.hostAliases`))
  if (spec.priorityClassName) causes.push(...invalidBy(`${field}.priorityClassName`, spec.priorityClassName, dnsSubdomain))
  if (spec.runtimeClassName !== undefined) causes.push(...invalidBy(`${field}.runtimeClassName`, spec.runtimeClassName, dnsSubdomain))
  if (spec.preemptionPolicy !== undefined) causes.push(...validatePreemption(spec.preemptionPolicy, `${field}.preemptionPolicy`))
  if (spec.overhead) causes.push(...validateResources({ limits: spec.overhead }, `${field}.overhead`, NO_CLAIMS))
  return [...causes, ...validateOS(spec, field), ...validateEnvFiles(spec, field)]
}

const NO_CLAIMS: ReadonlySet<string> = new Set<string>()

/** The claims that containers can name. */
const claimNamesOf = ({ resourceClaims }: PodSpec): ReadonlySet<string> => new Set((resourceClaims ?? []).map(({ name }) => name).filter(Boolean))

function validatePreemption(policy: string, field: string): Cause[] {
  if (policy === '') return [required(field)]
  return PREEMPTION.includes(policy) ? [] : [notSupported(field, policy, PREEMPTION)]
}
const PREEMPTION = ['PreemptLowerPriority', 'Never']

function validateClaims({ resourceClaims }: PodSpec, field: string): Cause[] {
  const causes: Cause[] = []
  const names = new Set<string>()
  for (const [index, { name, resourceClaimName, resourceClaimTemplateName }] of (resourceClaims ?? []).entries()) {
    const path = `${field}[${index}]`
    if (!name) causes.push(required(`${path}.name`))
    else if (names.has(name)) causes.push(duplicate(`${path}.name`, name))
    else causes.push(...invalidBy(`${path}.name`, name, dnsLabel))
    names.add(name)
    const shown = { Name: name, ResourceClaimName: resourceClaimName ?? null, ResourceClaimTemplateName: resourceClaimTemplateName ?? null }
    if (resourceClaimName !== undefined && resourceClaimTemplateName !== undefined) causes.push(invalid(path, shown, 'at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified'))
    if (resourceClaimName === undefined && resourceClaimTemplateName === undefined) causes.push(invalid(path, shown, 'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`'))
    if (resourceClaimName !== undefined) causes.push(...invalidBy(`${path}.resourceClaimName`, resourceClaimName, dnsSubdomain))
    if (resourceClaimTemplateName !== undefined) causes.push(...invalidBy(`${path}.resourceClaimTemplateName`, resourceClaimTemplateName, dnsSubdomain))
  }
  return causes
}

function validateGates({ readinessGates, schedulingGates }: PodSpec, field: string): Cause[] {
  const causes = (readinessGates ?? []).flatMap(({ conditionType }, index) => invalidBy(`${field}.readinessGates[${index}].conditionType`, conditionType, qualifiedName))
  const names = new Set<string>()
  for (const [index, { name }] of (schedulingGates ?? []).entries()) {
    causes.push(...invalidBy(`${field}.schedulingGates[${index}]`, name, qualifiedName))
    if (names.has(name)) causes.push(duplicate(`${field}.schedulingGates[${index}]`, name))
    names.add(name)
  }
  return causes
}
