import { dnsSubdomain, qualifiedName } from '../../../machinery/names.ts'
import { compareQuantities, value } from '../../../machinery/quantity.ts'
import type { Cause } from '../../../machinery/status.ts'
import { validateLabelSelector } from '../../meta/selector-validation.ts'
import { forbidden, immutable, invalid, invalidBy, notSupported, required, sameJson } from '../../validation.ts'
import type { PersistentVolumeClaim } from '../persistent-volume-claim-schema.ts'
import type { PersistentVolumeClaimSpec } from '../pod/volumes.ts'
import { specDiff } from '../../spec-diff.ts'
import { ACCESS_MODES, CLASS_ANNOTATION, fractionalBytes, storageClassAnnotationWarning, VOLUME_MODES } from './shared.ts'

type DataSource = NonNullable<PersistentVolumeClaimSpec['dataSource']>

/** What a claim asks for. */
export function validateClaimSpec(spec: PersistentVolumeClaimSpec, field: string): Cause[] {
  const { accessModes, selector, resources, storageClassName, volumeMode, volumeAttributesClassName, dataSource, dataSourceRef } = spec
  const causes: Cause[] = accessModes?.length ? [] : [required(`${field}.accessModes`, 'at least 1 access mode is required')]
  causes.push(...validateLabelSelector(selector, `${field}.selector`))
  for (const mode of accessModes ?? []) if (!ACCESS_MODES.includes(mode)) causes.push(notSupported(`${field}.accessModes`, mode, ACCESS_MODES))
  if (accessModes?.includes('ReadWriteOncePod') && accessModes.length > 1) causes.push(forbidden(`${field}.accessModes`, 'may not use ReadWriteOncePod with other access modes'))
  const storage = resources?.requests?.storage
  if (storage === undefined) causes.push(required(`${field}.resources[storage]`))
  else if (compareQuantities(storage, '0') <= 0) causes.push(invalid(`${field}.resources[storage]`, storage, 'must be greater than zero'))
  if (storageClassName) causes.push(...invalidBy(`${field}.storageClassName`, storageClassName, dnsSubdomain))
  if (volumeMode !== undefined && !VOLUME_MODES.includes(volumeMode)) causes.push(notSupported(`${field}.volumeMode`, volumeMode, VOLUME_MODES))
  if (dataSource) causes.push(...validateDataSource(dataSource, `${field}.dataSource`))
  if (dataSourceRef) causes.push(...validateDataSource(dataSourceRef, `${field}.dataSourceRef`))
  // Upstream shows a path where it means a value, and paths have no JSON.
  if (dataSource && dataSourceRef && !sameSource(dataSource, dataSourceRef)) causes.push(invalid(field, {}, 'must match dataSourceRef'))
  if (volumeAttributesClassName) causes.push(...invalidBy(`${field}.volumeAttributesClassName`, volumeAttributesClassName, dnsSubdomain))
  return causes
}

function validateDataSource({ kind, name, apiGroup }: DataSource, field: string): Cause[] {
  const causes: Cause[] = []
  if (!name) causes.push(required(`${field}.name`))
  if (!kind) causes.push(required(`${field}.kind`))
  if (!apiGroup && kind !== 'PersistentVolumeClaim') causes.push(invalid(field, kind, "must be 'PersistentVolumeClaim' when referencing the default apiGroup"))
  return apiGroup ? [...causes, ...invalidBy(`${field}.apiGroup`, apiGroup, dnsSubdomain)] : causes
}

const sameSource = (a: DataSource, b: DataSource): boolean => a.kind === b.kind && a.name === b.name && (a.apiGroup ?? '') === (b.apiGroup ?? '')

/** A claim is what it is; only a bound one may grow and change its class of attributes, and what was open may be settled. */
export function validateClaimUpdate(claim: PersistentVolumeClaim, old: PersistentVolumeClaim): Cause[] {
  const [next, before] = [claim.spec, old.spec]
  const causes: Cause[] = []
  const fixed = fixedPart(claim, old)
  if (!sameJson(fixed, before)) {
    causes.push(forbidden('spec', `spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n${specDiff(before, fixed)}`))
  }
  const [size, oldSize, actual] = [next.resources?.requests?.storage ?? '0', before.resources?.requests?.storage ?? '0', old.status.capacity?.storage ?? '0']
  if (compareQuantities(size, oldSize) < 0 && compareQuantities(size, actual) <= 0) {
    causes.push(forbidden('spec.resources.requests.storage', 'field can not be less than status.capacity'))
  }
  const annotations = [claim, old].map(({ metadata }) => metadata.annotations?.[CLASS_ANNOTATION] ?? '')
  if (annotations[0] !== annotations[1]) causes.push(invalid(`metadata.annotations.${CLASS_ANNOTATION}`, annotations[0], 'field is immutable'))
  causes.push(...immutable('volumeMode', next.volumeMode, before.volumeMode))
  if (next.volumeAttributesClassName !== before.volumeAttributesClassName && !next.volumeAttributesClassName && old.status.currentVolumeAttributesClassName !== undefined) {
    const what = next.volumeAttributesClassName === undefined ? 'nil' : 'empty string'
    causes.push(forbidden('spec.volumeAttributesClassName', `update to ${what} is forbidden when status.currentVolumeAttributesClassName is not nil`))
  }
  return causes
}

/** The new spec with everything taken back that was allowed to change. */
function fixedPart({ metadata, spec, status }: PersistentVolumeClaim, { spec: old }: PersistentVolumeClaim): unknown {
  const bound = status.phase === 'Bound'
  const classSettled = old.storageClassName === undefined && spec.storageClassName !== undefined && metadata.annotations?.[CLASS_ANNOTATION] === undefined
  const requests = bound && spec.resources?.requests ? { ...spec.resources.requests, storage: old.resources?.requests?.storage } : spec.resources?.requests
  return {
    ...spec,
    resources: { ...spec.resources, requests },
    volumeName: old.volumeName ? spec.volumeName : old.volumeName,
    storageClassName: classSettled ? undefined : spec.storageClassName,
    volumeAttributesClassName: bound && spec.volumeAttributesClassName !== undefined ? old.volumeAttributesClassName : spec.volumeAttributesClassName,
  }
}

const RESIZE_STATES = ['ControllerResizeInProgress', 'ControllerResizeInfeasible', 'NodeResizeInProgress', 'NodeResizeInfeasible', 'NodeResizePending']

export function validateClaimStatus({ spec, status }: PersistentVolumeClaim): Cause[] {
  const causes: Cause[] = spec.accessModes?.length ? [] : [required('spec.accessModes')]
  const amounts = (list: Readonly<Record<string, string>> | undefined, field: string): Cause[] =>
    Object.keys(list ?? {}).filter(name => compareQuantities(list![name]!, '0') < 0).map(name => invalid(`${field}[${name}]`, value(list![name]!), 'must be a valid resource quantity'))
  causes.push(...amounts(status.capacity, 'status.capacity'))
  for (const [name, state] of Object.entries(status.allocatedResourceStatuses ?? {})) {
    causes.push(...validateKey(name, 'status.allocatedResourceStatuses'))
    if (!RESIZE_STATES.includes(state)) causes.push(notSupported('status.allocatedResourceStatuses', name, RESIZE_STATES))
  }
  const unknown = Object.keys(status.allocatedResources ?? {}).flatMap(name => validateKey(name, 'status.allocatedResources'))
  return [...causes, ...unknown, ...(unknown.length > 0 ? [] : amounts(status.allocatedResources, 'status.allocatedResources'))]
}

function validateKey(name: string, field: string): Cause[] {
  const causes = invalidBy(field, name, qualifiedName)
  return causes.length > 0 || name === 'storage' || name.includes('/') ? causes : [notSupported(field, name, ['storage'])]
}

export const claimWarnings = ({ metadata, spec }: PersistentVolumeClaim): string[] => [
  ...storageClassAnnotationWarning(metadata), ...fractionalBytes(spec.resources?.requests, 'spec.resources.requests'), ...fractionalBytes(spec.resources?.limits, 'spec.resources.limits'),
]
