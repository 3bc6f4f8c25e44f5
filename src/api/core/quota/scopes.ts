import type { PersistentVolumeClaim } from '../persistent-volume-claim.ts'
import { PersistentVolumeClaims } from '../persistent-volume-claim.ts'
import type { Pod } from '../pod/pod.ts'
import { Pods } from '../pod/pod.ts'
import { qosClass } from '../pod/predicates.ts'
import type { ResourceQuota, ScopedResourceSelectorRequirement } from '../resource-quota.ts'
import type { AnyResource, KubeObject } from '../../resource.ts'

/** Whether an object is of those that a quota is about; only pods and claims are told apart by scopes. */
export function inScope({ spec }: ResourceQuota, resource: AnyResource, object: KubeObject): boolean {
  const requirements: ScopedResourceSelectorRequirement[] = [
    ...(spec.scopes ?? []).map(scopeName => ({ scopeName, operator: 'Exists' }) as ScopedResourceSelectorRequirement), ...(spec.scopeSelector?.matchExpressions ?? []),
  ]
  if (requirements.length === 0) return true
  if (resource === Pods) return requirements.every(requirement => podMatches(requirement, object as Pod))
  if (resource === PersistentVolumeClaims) return requirements.every(requirement => claimMatches(requirement, object as PersistentVolumeClaim))
  return false
}

function podMatches(requirement: ScopedResourceSelectorRequirement, pod: Pod): boolean {
  const { activeDeadlineSeconds, priorityClassName } = pod.spec
  const terminating = activeDeadlineSeconds !== undefined && activeDeadlineSeconds !== null && activeDeadlineSeconds >= 0
  switch (requirement.scopeName) {
    case 'Terminating': return terminating
    case 'NotTerminating': return !terminating
    case 'BestEffort': return qosClass(pod.spec) === 'BestEffort'
    case 'NotBestEffort': return qosClass(pod.spec) !== 'BestEffort'
    case 'PriorityClass': return valueMatches(requirement, priorityClassName ? [priorityClassName] : [])
    case 'CrossNamespacePodAffinity': return reachesOtherNamespaces(pod)
    default: return false
  }
}

const claimMatches = (requirement: ScopedResourceSelectorRequirement, { spec, status }: PersistentVolumeClaim): boolean =>
  requirement.scopeName === 'VolumeAttributesClass' && valueMatches(requirement, [
    spec.volumeAttributesClassName, status?.currentVolumeAttributesClassName, status?.modifyVolumeStatus?.targetVolumeAttributesClassName,
  ].filter(name => !!name) as string[])

function valueMatches({ operator, values = [] }: ScopedResourceSelectorRequirement, own: readonly string[]): boolean {
  switch (operator) {
    case 'Exists': return own.length > 0
    case 'DoesNotExist': return own.length === 0
    case 'In': return own.some(value => values.includes(value))
    case 'NotIn': return !own.some(value => values.includes(value))
    default: return false
  }
}

function reachesOtherNamespaces({ spec }: Pod): boolean {
  const terms = [spec.affinity?.podAffinity, spec.affinity?.podAntiAffinity].flatMap(affinity => [
    ...(affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ podAffinityTerm }) => podAffinityTerm),
  ])
  return terms.some(({ namespaces, namespaceSelector }) => (namespaces?.length ?? 0) > 0 || !!namespaceSelector)
}
