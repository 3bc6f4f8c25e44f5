import { byteLength, labelValue, qualifiedName, rule } from '../../machinery/names.ts'
import type { Cause } from '../../machinery/status.ts'
import { duplicate, invalid, invalidBy, notSupported, required, tooLong } from '../validation.ts'
import type { Condition } from './condition.ts'

const STATUSES = ['False', 'True', 'Unknown']
const REASON_PATTERN = '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?'
const reasonForm = new RegExp(`^${REASON_PATTERN}$`)
const LONGEST_REASON = 1024
const LONGEST_MESSAGE = 32 * 1024

/** Conditions of the common form (metav1.Condition). */
export function validateConditions(conditions: readonly Condition[] | null | undefined, field: string): Cause[] {
  const types = (conditions ?? []).map(({ type }) => type)
  return (conditions ?? []).flatMap((condition, index) => [
    ...(types.indexOf(condition.type) < index ? [duplicate(`${field}[${index}].type`, condition.type)] : []), ...validateCondition(condition, `${field}[${index}]`),
  ])
}

function validateCondition({ type, status, observedGeneration, lastTransitionTime, reason, message }: Condition, field: string): Cause[] {
  return [
    ...invalidBy(`${field}.type`, type, qualifiedName),
    ...(STATUSES.includes(status) ? [] : [notSupported(`${field}.status`, status, STATUSES)]),
    ...((observedGeneration ?? 0) < 0 ? [invalid(`${field}.observedGeneration`, observedGeneration, 'must be greater than or equal to zero')] : []),
    ...(lastTransitionTime ? [] : [required(`${field}.lastTransitionTime`)]),
    ...(reason ? invalidBy(`${field}.reason`, reason, reasonProblems) : [required(`${field}.reason`)]),
    ...(byteLength(reason) > LONGEST_REASON ? [tooLong(`${field}.reason`, LONGEST_REASON)] : []),
    ...(byteLength(message) > LONGEST_MESSAGE ? [tooLong(`${field}.message`, LONGEST_MESSAGE)] : []),
  ]
}

const reasonProblems = (reason: string): string[] => (reasonForm.test(reason) ? [] : [rule(
  "a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_'",
  REASON_PATTERN, 'my_name', 'MY_NAME', 'MyName', 'ReasonA,ReasonB', 'ReasonA:ReasonB',
)])

/** A label's key where upstream speaks of label names. */
export const validateLabelName = (name: string, field: string): Cause[] => invalidBy(field, name, qualifiedName)

export const validateLabelValue = (value: string, field: string): Cause[] => invalidBy(field, value, labelValue)
