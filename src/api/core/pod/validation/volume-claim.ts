import { compareQuantities } from '../../../../machinery/quantity.ts'
import type { Cause } from '../../../../machinery/status.ts'
import { validateAnnotations, validateLabels, validateLabelSelector } from '../../../meta/validation.ts'
import { forbidden, invalid, notSupported, required } from '../../../validation.ts'
import type { PersistentVolumeClaimSpec, PersistentVolumeClaimTemplate } from '../volumes.ts'

const ACCESS_MODES = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod']

/** The claim that an ephemeral volume makes for its pod. */
export function validateClaimTemplate({ metadata, spec }: PersistentVolumeClaimTemplate, field: string): Cause[] {
  const causes = [...validateAnnotations(metadata?.annotations, `${field}.metadata.annotations`), ...validateLabels(metadata?.labels, `${field}.metadata.labels`)]
  for (const name of ['name', 'generateName', 'namespace', 'finalizers', 'ownerReferences'] as const) {
    const given: unknown = metadata?.[name]
    if (Array.isArray(given) ? given.length > 0 : given) causes.push(forbidden(`${field}.metadata.${name}`, 'cannot be set'))
  }
  return [...causes, ...validateClaimSpec(spec, `${field}.spec`)]
}

/** What a claim asks for. */
export function validateClaimSpec({ accessModes, resources, selector, volumeMode }: PersistentVolumeClaimSpec, field: string): Cause[] {
  const causes: Cause[] = []
  if (!accessModes?.length) causes.push(required(`${field}.accessModes`, 'at least 1 access mode is required'))
  causes.push(...validateLabelSelector(selector, `${field}.selector`))
  for (const mode of accessModes ?? []) if (!ACCESS_MODES.includes(mode)) causes.push(notSupported(`${field}.accessModes`, mode, ACCESS_MODES))
  if (accessModes?.includes('ReadWriteOncePod') && accessModes.length > 1) causes.push(forbidden(`${field}.accessModes`, 'may not use ReadWriteOncePod with other access modes'))
  const storage = resources?.requests?.storage
  if (storage === undefined) causes.push(required(`${field}.resources[storage]`))
  else if (compareQuantities(storage, '0') <= 0) causes.push(invalid(`${field}.resources[storage]`, storage, 'must be greater than zero'))
  if (volumeMode !== undefined && volumeMode !== 'Block' && volumeMode !== 'Filesystem') causes.push(notSupported(`${field}.volumeMode`, volumeMode, ['Block', 'Filesystem']))
  return causes
}
