import { labelValue, qualifiedName } from '../../machinery/names.ts'
import type { LabelSelectorObject } from '../../machinery/selector.ts'
import type { Cause } from '../../machinery/status.ts'
import { forbidden, invalid, invalidBy, required, tooLong } from '../validation.ts'

const ANNOTATIONS_LIMIT = 256 * 1024

/** Labels' keys and values. */
export function validateLabels(labels: Readonly<Record<string, string>> | undefined, field: string): Cause[] {
  const causes: Cause[] = []
  for (const key in labels) causes.push(...invalidBy(field, key, qualifiedName), ...invalidBy(field, labels[key]!, labelValue))
  return causes
}

/** Annotations' keys, whose case does not matter, and their size in all. */
export function validateAnnotations(annotations: Readonly<Record<string, string>> | undefined, field: string): Cause[] {
  const causes: Cause[] = []
  let size = 0
  for (const key in annotations) {
    causes.push(...qualifiedName(key.toLowerCase()).map(problem => invalid(field, key, problem)))
    size += key.length + annotations[key]!.length
  }
  return size > ANNOTATIONS_LIMIT ? [...causes, tooLong(field, ANNOTATIONS_LIMIT)] : causes
}

/** A LabelSelector's keys, operators and values. */
export function validateLabelSelector(selector: LabelSelectorObject | undefined, field: string): Cause[] {
  if (!selector) return []
  const causes = validateLabels(selector.matchLabels, `${field}.matchLabels`)
  for (const [index, { key, operator, values = [] }] of (selector.matchExpressions ?? []).entries()) {
    const path = `${field}.matchExpressions[${index}]`
    if (operator === 'In' || operator === 'NotIn') {
      if (values.length === 0) causes.push(required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'"))
    } else if (operator === 'Exists' || operator === 'DoesNotExist') {
      if (values.length > 0) causes.push(forbidden(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"))
    } else causes.push(invalid(`${path}.operator`, operator, 'not a valid selector operator'))
    causes.push(...invalidBy(`${path}.key`, key, qualifiedName))
    values.forEach((value, at) => causes.push(...invalidBy(`${path}.values[${at}]`, value, labelValue)))
  }
  return causes
}
