import { dnsLabel } from '../../machinery/names.ts'
import { selectorFrom } from '../../machinery/selector.ts'
import type { Cause } from '../../machinery/status.ts'
import { validatePodTemplate } from '../core/pod/validation/pod.ts'
import { validateClaimSpec } from '../core/volume/persistent-volume-claim-validation.ts'
import { validateAtMostAll, validateIntOrPercent } from '../int-or-percent.ts'
import { validateAnnotations, validateLabels, validateLabelSelector } from '../meta/validation.ts'
import type { ValidationContext } from '../resource.ts'
import { forbidden, invalid, invalidBy, nonNegative, notSupported, required, sameJson } from '../validation.ts'
import type { StatefulSet, StatefulSetSpec, StatefulSetUpdateStrategy } from './stateful-set-schema.ts'
import { nonNegativeCounts, validateSelector } from './template-validation.ts'

const RETENTION = ['Retain', 'Delete']

/** What cannot be changed is not looked at again on updates. */
export function validateStatefulSet({ spec }: StatefulSet, { isNew = true }: Pick<ValidationContext, 'isNew'> = {}): Cause[] {
  const { podManagementPolicy, persistentVolumeClaimRetentionPolicy: retention } = spec
  const causes: Cause[] = []
  if (!podManagementPolicy) causes.push(required('spec.podManagementPolicy'))
  else if (podManagementPolicy !== 'OrderedReady' && podManagementPolicy !== 'Parallel') {
    causes.push(invalid('spec.podManagementPolicy', podManagementPolicy, "must be 'OrderedReady' or 'Parallel'"))
  }
  causes.push(...validateUpdateStrategy(spec.updateStrategy, 'spec.updateStrategy'))
  for (const when of ['whenDeleted', 'whenScaled'] as const) {
    const what = retention?.[when]
    if (what !== undefined && !RETENTION.includes(what)) causes.push(notSupported(`spec.persistentVolumeClaimRetentionPolicy.${when}`, what, RETENTION))
  }
  if (isNew) causes.push(...(spec.volumeClaimTemplates ?? []).flatMap((claim, index) => validateClaimSpec(claim.spec, `spec.volumeClaimTemplates[${index}].spec`)))
  causes.push(...nonNegative('spec.replicas', spec.replicas), ...nonNegative('spec.minReadySeconds', spec.minReadySeconds), ...nonNegative('spec.ordinals.start', spec.ordinals?.start))
  if (isNew && spec.serviceName) causes.push(...invalidBy('spec.serviceName', spec.serviceName, dnsLabel))
  return [...causes, ...validateSelector(spec.selector, 'statefulset'), ...validateTemplate(spec)]
}

function validateUpdateStrategy({ type, rollingUpdate }: StatefulSetUpdateStrategy, field: string): Cause[] {
  const shown = rollingUpdate ? { Partition: rollingUpdate.partition ?? 0, MaxUnavailable: rollingUpdate.maxUnavailable ?? null } : null
  if (!type) return [required(field)]
  if (type === 'OnDelete') return rollingUpdate ? [invalid(`${field}.rollingUpdate`, shown, "only allowed for updateStrategy 'RollingUpdate'")] : []
  if (type !== 'RollingUpdate') return [invalid(field, { Type: type, RollingUpdate: shown }, "must be 'RollingUpdate' or 'OnDelete'")]
  const causes = nonNegative(`${field}.rollingUpdate.partition`, rollingUpdate?.partition)
  const most = rollingUpdate?.maxUnavailable
  if (most === undefined) return causes
  const path = `${field}.rollingUpdate.maxUnavailable`
  causes.push(...validateIntOrPercent(path, most))
  if (most === 0 || (typeof most === 'string' && /^0+%$/.test(most))) causes.push(invalid(path, most, 'cannot be 0'))
  return [...causes, ...validateAtMostAll(path, most)]
}

/** A template is looked at where its selector can be read. */
function validateTemplate({ selector, template, volumeClaimTemplates }: StatefulSetSpec): Cause[] {
  const field = 'spec.template'
  if (validateLabelSelector(selector, '').length > 0) return [invalid('spec.selector', selector, '')]
  const causes: Cause[] = []
  if (!selectorFrom(selector).matches(template.metadata?.labels)) {
    causes.push(invalid(`${field}.metadata.labels`, template.metadata?.labels, '`selector` does not match template `labels`'))
  }
  // Claims become volumes of the pods, and hosts are called after the pods.
  const claimed = [...new Set((volumeClaimTemplates ?? []).map(({ metadata }) => metadata.name))]
  const others = (template.spec.volumes ?? []).filter(({ name }) => !claimed.includes(name))
  const volumes = [...claimed.map(name => ({ name, persistentVolumeClaim: { claimName: name } })), ...others]
  const { hostname: _, subdomain: __, ...spec } = template.spec
  // Upstream looks at a template's metadata twice here.
  causes.push(...validateLabels(template.metadata?.labels, `${field}.labels`), ...validateAnnotations(template.metadata?.annotations, `${field}.annotations`))
  causes.push(...validatePodTemplate({ ...template, spec: { ...spec, volumes } }, field))
  if (template.spec.restartPolicy !== 'Always') causes.push(notSupported(`${field}.spec.restartPolicy`, template.spec.restartPolicy ?? '', ['Always']))
  if (template.spec.activeDeadlineSeconds !== undefined) causes.push(forbidden(`${field}.spec.activeDeadlineSeconds`, 'activeDeadlineSeconds in StatefulSet is not Supported'))
  return causes
}

const FIXED = ['selector', 'volumeClaimTemplates', 'serviceName', 'podManagementPolicy'] as const

export const validateStatefulSetUpdate = ({ spec }: StatefulSet, old: StatefulSet): Cause[] =>
  FIXED.every(part => sameJson(spec[part], old.spec[part])) ? [] : [forbidden('spec', "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden")]

const COUNTS = ['replicas', 'readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas', 'observedGeneration', 'collisionCount'] as const

export function validateStatefulSetStatus({ status }: StatefulSet, old: StatefulSet): Cause[] {
  const causes = nonNegativeCounts(status, COUNTS)
  const { replicas, readyReplicas = 0, availableReplicas } = status
  for (const name of ['readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas'] as const) {
    const count = status[name] ?? 0
    if (count > replicas) causes.push(invalid(`status.${name}`, count, 'cannot be greater than status.replicas'))
  }
  if (availableReplicas > readyReplicas) causes.push(invalid('status.availableReplicas', availableReplicas, 'cannot be greater than status.readyReplicas'))
  return [...causes, ...validateCollisions(status.collisionCount, old.status.collisionCount)]
}

/** Names that collided are tried no more: their count only grows. */
export const validateCollisions = (next: number | undefined, old: number | undefined): Cause[] =>
  (old !== undefined && (next === undefined || next < old) ? [invalid('status.collisionCount', next ?? 0, 'cannot be decremented')] : [])
