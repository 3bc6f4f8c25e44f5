import type { Cause } from '../../../../machinery/status.ts'
import { validateAnnotations, validateLabels } from '../../../meta/validation.ts'
import { forbidden } from '../../../validation.ts'
import { validateClaimSpec } from '../../volume/persistent-volume-claim-validation.ts'
import type { PersistentVolumeClaimTemplate } from '../volumes.ts'

/** What a claim gets from the pod that it is made for, or from the server. */
const NOT_FOR_TEMPLATES = [
  'name', 'generateName', 'namespace', 'selfLink', 'uid', 'resourceVersion', 'generation', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds',
  'ownerReferences', 'finalizers', 'managedFields',
] as const
const SHOWN: Partial<Record<(typeof NOT_FOR_TEMPLATES)[number], string>> = { uid: 'uID' }

/** The claim that an ephemeral volume makes for its pod. */
export function validateClaimTemplate({ metadata, spec }: PersistentVolumeClaimTemplate, field: string): Cause[] {
  const causes = [...validateAnnotations(metadata?.annotations, `${field}.metadata.annotations`), ...validateLabels(metadata?.labels, `${field}.metadata.labels`)]
  for (const name of NOT_FOR_TEMPLATES) {
    const given: unknown = metadata?.[name]
    const isSet = typeof given === 'number' && name === 'generation' ? given !== 0 : given !== undefined && given !== null && given !== ''
    if (isSet) causes.push(forbidden(`${field}.metadata.${SHOWN[name] ?? name}`, 'cannot be set'))
  }
  return [...causes, ...validateClaimSpec(spec, `${field}.spec`)]
}
