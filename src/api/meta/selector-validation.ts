import { labelValue, qualifiedName } from '../../machinery/names.ts'
import type { Cause } from '../../machinery/status.ts'
import { forbidden, invalid, invalidBy, required } from '../validation.ts'
import type { LabelSelector, LabelSelectorRequirement } from './selectors.ts'

const OPERATORS = ['In', 'NotIn', 'Exists', 'DoesNotExist']

/** The form of a label selector: its keys, values and operators. `field` is the selector's own path. */
export function validateLabelSelector(selector: LabelSelector | undefined, field: string): Cause[] {
  if (!selector) return []
  return [
    ...Object.entries(selector.matchLabels ?? {}).flatMap(([key, value]) => [
      ...invalidBy(`${field}.matchLabels`, key, qualifiedName), ...invalidBy(`${field}.matchLabels`, value, labelValue),
    ]),
    ...(selector.matchExpressions ?? []).flatMap((requirement, index) => validateRequirement(requirement, `${field}.matchExpressions[${index}]`)),
  ]
}

function validateRequirement({ key, operator, values }: LabelSelectorRequirement, field: string): Cause[] {
  const causes: Cause[] = []
  if ((operator === 'In' || operator === 'NotIn') && !values?.length) causes.push(required(`${field}.values`, "must be specified when `operator` is 'In' or 'NotIn'"))
  if ((operator === 'Exists' || operator === 'DoesNotExist') && values?.length) causes.push(forbidden(`${field}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"))
  if (!OPERATORS.includes(operator)) causes.push(invalid(`${field}.operator`, operator, 'not a valid selector operator'))
  causes.push(...invalidBy(`${field}.key`, key, qualifiedName))
  return [...causes, ...(values ?? []).flatMap((value, index) => invalidBy(`${field}.values[${index}]`, value, labelValue))]
}
