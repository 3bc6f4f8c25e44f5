import { timestamp } from '../../../machinery/clock.ts'
import type { Container } from './container.ts'
import type { PodTemplateSpec } from './pod-spec.ts'
import type { Pod } from './schema.ts'
import { qosClass } from './predicates.ts'
import { validateAppArmor } from './validation/security.ts'
import { appArmorOf } from './warnings.ts'
import { sameJson } from '../../validation.ts'
import type { PodAffinityTerm } from './scheduling.ts'

/** A new pod is Pending, whatever its author says, and its class of service is fixed from now on. */
export function preparePodForCreate(pod: Pod, now = 0, warn: (text: string) => void = () => {}): void {
  pod.status = { phase: 'Pending', qosClass: qosClass(pod.spec) } as Pod['status']
  if (pod.spec.schedulingGates?.length) {
    pod.status.conditions = [{
      type: 'PodScheduled', status: 'False', lastProbeTime: null as never, lastTransitionTime: timestamp(now),
      reason: 'SchedulingGated', message: 'Scheduling is blocked due to non-empty scheduling gates',
    }]
  }
  // A negative time once meant one second.
  if ((pod.spec.terminationGracePeriodSeconds ?? 0) < 0) pod.spec.terminationGracePeriodSeconds = 1
  dropUnserved(pod)
  appArmorFromAnnotations(pod, warn)
  mergeMatchLabelKeys(pod)
}

/** The status comes from the status subresource alone. */
export function preparePodForUpdate(pod: Pod, old: Pod): void {
  pod.status = old.status
  dropUnserved(pod)
}

/** Subresources change one part of a pod, whatever else the client says. */
export function preparePodPart(pod: Pod, old: Pod, subresource: string): void {
  if (subresource === 'status') {
    keepOwners(pod, old)
    pod.status.qosClass ||= old.status.qosClass!
    return
  }
  const { ephemeralContainers, resources } = pod.spec
  const wanted = pod.spec
  if (subresource === 'ephemeralcontainers') {
    const { ephemeralContainers: _old, ...spec } = old.spec
    pod.spec = { ...spec, ...(ephemeralContainers?.length && { ephemeralContainers }) } as Pod['spec']
  } else if (subresource === 'resize') {
    const { resources: _old, ...spec } = old.spec
    const initContainers = resized(old.spec.initContainers, wanted.initContainers)
    pod.spec = { ...spec, containers: resized(spec.containers, wanted.containers)!, ...(initContainers && { initContainers }), ...(resources && { resources }) } as Pod['spec']
  } else return
  const { managedFields } = pod.metadata
  pod.metadata = { ...old.metadata, ...(managedFields && { managedFields }) }
  pod.status = old.status
}

/** Old kubelets send back owner references without what the garbage collector needs of them. */
function keepOwners(pod: Pod, old: Pod): void {
  const { ownerReferences } = old.metadata
  if (ownerReferences) pod.metadata.ownerReferences = ownerReferences
  else delete pod.metadata.ownerReferences
}

function resized<T extends Container>(containers: readonly T[] | undefined, others: readonly T[] | undefined): T[] | undefined {
  return containers?.map(container => {
    const other = others?.find(({ name }) => name === container.name)
    return other ? { ...container, resources: other.resources, ...(other.resizePolicy !== undefined && { resizePolicy: other.resizePolicy }) } : container
  })
}

const allContainers = ({ spec }: Pick<PodTemplateSpec, 'spec'>): Container[] => [...spec.initContainers ?? [], ...spec.containers ?? []]

/** Fields whose feature gates are off in v1.36, of pods and of templates. */
export function dropUnserved(pod: Pick<PodTemplateSpec, 'spec'>): void {
  for (const container of allContainers(pod)) {
    if (container.lifecycle?.stopSignal === undefined) continue
    delete container.lifecycle.stopSignal
    if (Object.keys(container.lifecycle).length === 0) delete container.lifecycle
  }
  for (const { projected } of pod.spec.volumes ?? []) {
    for (const source of projected?.sources ?? []) {
      delete source.clusterTrustBundle
      delete source.podCertificate
    }
  }
  delete pod.spec.schedulingGroup
}

const APPARMOR = 'container.apparmor.security.beta.kubernetes.io/'

/** KEP-24: the annotations of before v1.30 still count where the field is not set. */
function appArmorFromAnnotations(pod: Pod, warn: (text: string) => void): void {
  if (pod.spec.os?.name === 'windows') return
  for (const container of allContainers(pod)) {
    const annotation = pod.metadata.annotations?.[APPARMOR + container.name]
    if (annotation === undefined || container.securityContext?.appArmorProfile) continue
    const profile = appArmorOf(annotation)
    const isValid = profile && validateAppArmor(profile, '').length === 0
    const isOfPod = isValid && sameJson(profile, pod.spec.securityContext?.appArmorProfile)
    if (isValid && !isOfPod) container.securityContext = { ...container.securityContext, appArmorProfile: profile }
    if (!isOfPod) warn(`metadata.annotations[${APPARMOR}${container.name}]: deprecated since v1.30; use the "appArmorProfile" field instead`)
  }
}

/** KEP-3633, KEP-3243: the keys that a term takes from the pod itself become part of its selector. */
function mergeMatchLabelKeys({ metadata, spec }: Pod): void {
  const labels = metadata.labels ?? {}
  const add = (term: Pick<PodAffinityTerm, 'labelSelector'>, keys: readonly string[] | undefined, operator: string): void => {
    for (const key of keys ?? []) {
      if (!term.labelSelector || labels[key] === undefined) continue
      term.labelSelector.matchExpressions = [...term.labelSelector.matchExpressions ?? [], { key, operator, values: [labels[key]] }]
    }
  }
  for (const affinity of [spec.affinity?.podAffinity, spec.affinity?.podAntiAffinity]) {
    const preferred = affinity?.preferredDuringSchedulingIgnoredDuringExecution?.map(({ podAffinityTerm }) => podAffinityTerm) ?? []
    for (const term of [...affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [], ...preferred]) {
      add(term, term.matchLabelKeys, 'In')
      add(term, term.mismatchLabelKeys, 'NotIn')
    }
  }
  for (const term of spec.topologySpreadConstraints ?? []) add(term, term.matchLabelKeys, 'In')
}
