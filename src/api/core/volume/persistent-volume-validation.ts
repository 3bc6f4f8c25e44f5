import { dnsSubdomain } from '../../../machinery/names.ts'
import { compareQuantities, value } from '../../../machinery/quantity.ts'
import type { Cause } from '../../../machinery/status.ts'
import { deprecatedNodeLabel } from '../../meta/deprecated-labels.ts'
import { forbidden, immutable, invalid, invalidBy, notSupported, required, sameJson } from '../../validation.ts'
import type { PersistentVolume } from '../persistent-volume-schema.ts'
import type { PersistentVolumeSpec } from '../pod/pod-spec.ts'
import { validateNodeSelector } from '../pod/validation/scheduling.ts'
import { SOURCES, validateVolumeSource } from './persistent-volume-sources.ts'
import { ACCESS_MODES, storageClassAnnotationWarning, VOLUME_MODES } from './shared.ts'

const RECLAIM_POLICIES = ['Delete', 'Recycle', 'Retain']

export const validatePersistentVolume = ({ spec }: PersistentVolume): Cause[] => validatePersistentVolumeSpec(spec, 'spec', false)

/** A volume; one that stands inside another object says only where it is. */
export function validatePersistentVolumeSpec(spec: PersistentVolumeSpec, field: string, inline: boolean): Cause[] {
  const { accessModes, persistentVolumeReclaimPolicy, storageClassName, volumeMode, volumeAttributesClassName } = spec
  const causes: Cause[] = inline ? INLINE_FORBIDDEN.filter(name => given(spec[name])).map(name => forbidden(`${field}.${name}`, 'may not be specified in the context of inline volumes')) : []
  if (!accessModes?.length) causes.push(required(`${field}.accessModes`))
  for (const mode of accessModes ?? []) if (!ACCESS_MODES.includes(mode)) causes.push(notSupported(`${field}.accessModes`, mode, ACCESS_MODES))
  if (accessModes?.includes('ReadWriteOncePod') && accessModes.length > 1) causes.push(forbidden(`${field}.accessModes`, 'may not use ReadWriteOncePod with other access modes'))
  if (!inline) {
    causes.push(...validateCapacity(spec.capacity, `${field}.capacity`))
    if (persistentVolumeReclaimPolicy && !RECLAIM_POLICIES.includes(persistentVolumeReclaimPolicy)) {
      causes.push(notSupported(`${field}.persistentVolumeReclaimPolicy`, persistentVolumeReclaimPolicy, RECLAIM_POLICIES))
    }
  }
  if (spec.nodeAffinity) {
    const at = `${field}.nodeAffinity.required`
    causes.push(...(spec.nodeAffinity.required ? validateNodeSelector(spec.nodeAffinity.required, at) : [required(at, 'must specify required node constraints')]))
  }
  causes.push(...validateVolumeSource(spec, field))
  if (spec.hostPath && /^\/+(\.?\/*)*$/.test(spec.hostPath.path) && persistentVolumeReclaimPolicy === 'Recycle') {
    causes.push(forbidden(`${field}.persistentVolumeReclaimPolicy`, "may not be 'recycle' for a hostPath mount of '/'"))
  }
  if (storageClassName && !inline) causes.push(...invalidBy(`${field}.storageClassName`, storageClassName, dnsSubdomain))
  if (volumeMode !== undefined && !inline && !VOLUME_MODES.includes(volumeMode)) causes.push(notSupported(`${field}.volumeMode`, volumeMode, VOLUME_MODES))
  return inline ? causes : [...causes, ...validateAttributesClass(volumeAttributesClassName, spec, field)]
}

const INLINE_FORBIDDEN = ['claimRef', 'capacity', 'persistentVolumeReclaimPolicy', 'storageClassName', 'volumeMode', 'volumeAttributesClassName'] as const
const given = (part: unknown): boolean => (typeof part === 'object' && part !== null ? Object.keys(part).length > 0 : Boolean(part))

function validateCapacity(capacity: Readonly<Record<string, string>> | undefined, field: string): Cause[] {
  const causes = capacity && Object.keys(capacity).length > 0 ? [] : [required(field)]
  if (capacity?.storage === undefined || Object.keys(capacity).length > 1) return [...causes, notSupported(field, capacity ?? null, ['storage'])]
  const { storage } = capacity
  if (compareQuantities(storage, '0') < 0) causes.push(invalid(`${field}[storage]`, value(storage), 'must be a valid resource quantity'))
  if (compareQuantities(storage, '0') <= 0) causes.push(invalid(`${field}[storage]`, storage, 'must be greater than zero'))
  return causes
}

function validateAttributesClass(name: string | undefined, { csi }: PersistentVolumeSpec, field: string): Cause[] {
  if (name === undefined) return []
  const causes = name === '' ? [required(`${field}.volumeAttributesClassName`, 'an empty string is disallowed')] : invalidBy(`${field}.volumeAttributesClassName`, name, dnsSubdomain)
  return csi ? causes : [...causes, required(`${field}.csi`, 'has to be specified when using volumeAttributesClassName')]
}

/** Where a volume is and who reaches it does not change. */
export function validatePersistentVolumeUpdate({ spec }: PersistentVolume, { spec: old }: PersistentVolume): Cause[] {
  const causes: Cause[] = []
  if (!sameJson(sourceOf(spec, old), sourceOf(old, old))) causes.push(forbidden('spec.persistentvolumesource', 'spec.persistentvolumesource is immutable after creation'))
  causes.push(...immutable('volumeMode', spec.volumeMode, old.volumeMode))
  if (old.nodeAffinity && !sameJson(withNewLabels(spec.nodeAffinity), withNewLabels(old.nodeAffinity))) {
    causes.push(invalid('nodeAffinity', shownAffinity(spec.nodeAffinity), 'field is immutable, except for updating from beta label to GA'))
  }
  if (spec.volumeAttributesClassName === undefined && old.volumeAttributesClassName !== undefined) {
    causes.push(forbidden('spec.volumeAttributesClassName', 'update from non-nil value to nil is forbidden'))
  }
  return causes
}

/** Which secret expands the volume may be said later, once. */
function sourceOf(spec: PersistentVolumeSpec, old: PersistentVolumeSpec): unknown {
  return SOURCES.map(kind => (kind === 'csi' && spec.csi && old.csi && !old.csi.controllerExpandSecretRef ? { ...spec.csi, controllerExpandSecretRef: undefined } : spec[kind] ?? null))
}

const GA_LABELS: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/arch': 'kubernetes.io/arch', 'beta.kubernetes.io/os': 'kubernetes.io/os', 'beta.kubernetes.io/instance-type': 'node.kubernetes.io/instance-type',
  'failure-domain.beta.kubernetes.io/region': 'topology.kubernetes.io/region', 'failure-domain.beta.kubernetes.io/zone': 'topology.kubernetes.io/zone',
}

type Affinity = PersistentVolumeSpec['nodeAffinity']

const withNewLabels = (affinity: Affinity): unknown => affinity?.required?.nodeSelectorTerms?.map(term => ({
  ...term, matchExpressions: term.matchExpressions?.map(requirement => ({ ...requirement, key: GA_LABELS[requirement.key] ?? requirement.key })),
})) ?? null

function shownAffinity(affinity: Affinity): unknown {
  if (!affinity) return null
  const requirements = (list: readonly { key: string; operator: string; values?: string[] | undefined }[] | undefined): unknown =>
    list?.length ? list.map(({ key, operator, values }) => ({ Key: key, Operator: operator, Values: values ?? null })) : null
  const terms = affinity.required?.nodeSelectorTerms?.map(({ matchExpressions, matchFields }) => ({ MatchExpressions: requirements(matchExpressions), MatchFields: requirements(matchFields) }))
  return { Required: affinity.required ? { NodeSelectorTerms: terms ?? null } : null }
}

const GONE: readonly (readonly [kind: (typeof SOURCES)[number], warning: string])[] = [
  ['photonPersistentDisk', 'spec.photonPersistentDisk: deprecated in v1.11, non-functional in v1.16+'], ['scaleIO', 'spec.scaleIO: deprecated in v1.16, non-functional in v1.22+'],
  ['storageos', 'spec.storageOS: deprecated in v1.22, non-functional in v1.25+'], ['glusterfs', 'spec.glusterfs: deprecated in v1.25, non-functional in v1.26+'],
  ['cephfs', 'spec.cephfs: deprecated in v1.28, non-functional in v1.31+'], ['rbd', 'spec.rbd: deprecated in v1.28, non-functional in v1.31+'],
]
const MOUNT_OPTIONS = 'volume.beta.kubernetes.io/mount-options'

export function persistentVolumeWarnings({ metadata, spec }: PersistentVolume): string[] {
  return [
    ...storageClassAnnotationWarning(metadata),
    ...(metadata.annotations?.[MOUNT_OPTIONS] === undefined ? [] : [`metadata.annotations[${MOUNT_OPTIONS}]: deprecated since v1.31; use "mountOptions" attribute instead`]),
    ...(spec.persistentVolumeReclaimPolicy === 'Recycle'
      ? ['spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.'] : []),
    ...(spec.nodeAffinity?.required?.nodeSelectorTerms ?? []).flatMap(({ matchExpressions }, term) =>
      (matchExpressions ?? []).flatMap(({ key }, index) => deprecatedNodeLabel(key, `spec.nodeAffinity.required.nodeSelectorTerms[${term}].matchExpressions[${index}].key`))),
    ...GONE.filter(([kind]) => spec[kind] !== undefined).map(([, warning]) => warning),
  ]
}
