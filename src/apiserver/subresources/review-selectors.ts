import type { ResourceAttributes } from '../../api/authorization/shared.ts'
import { invalidBy } from '../../api/validation.ts'
import { forbidden, invalid as invalidValue, required } from '../../api/validation.ts'
import { qualifiedName } from '../../machinery/names.ts'
import { parseFieldSelector, parseLabelSelector } from '../../machinery/selector.ts'
import type { Cause } from '../../machinery/status.ts'

type Selector = ResourceAttributes['labelSelector'] | ResourceAttributes['fieldSelector']

const OPERATORS = ['In', 'NotIn', 'Exists', 'DoesNotExist']
const KINDS = ['fieldSelector', 'labelSelector'] as const

/** A review's selector as a query would write it; undefined for none, and for one that cannot be read. */
export function selectorText(selector: Selector): string | undefined {
  if (!selector) return undefined
  if (selector.rawSelector) return isReadable(selector.rawSelector, parseLabelSelector) ? selector.rawSelector : undefined
  if (selector.requirements?.some(({ operator }) => !OPERATORS.includes(operator))) return undefined
  return (selector.requirements ?? []).map(({ key, operator, values = [] }) => {
    if (operator === 'Exists') return key
    if (operator === 'DoesNotExist') return `!${key}`
    if (values.length === 1) return `${key}${operator === 'In' ? '=' : '!='}${values[0]}`
    return `${key} ${operator === 'In' ? 'in' : 'notin'} (${values.join(',')})`
  }).join(',')
}

/** What the answer says of selectors that were left out of the decision. */
export function selectorProblem(attributes: ResourceAttributes): string {
  const ignored = KINDS.filter(kind => {
    const selector = attributes[kind]
    if (!selector) return false
    if (selector.rawSelector) return !isReadable(selector.rawSelector, kind === 'labelSelector' ? parseLabelSelector : parseFieldSelector)
    return selector.requirements?.some(({ operator }) => !OPERATORS.includes(operator))
  })
  return ignored.map(kind => `spec.resourceAttributes.${kind} ignored due to parse error`).join(', ')
}

function isReadable(text: string, parse: (text: string) => unknown): boolean {
  try {
    parse(text)
    return true
  } catch {
    return false
  }
}

/** What is wrong with a review's selectors (KEP-4601). */
export const selectorCauses = (attributes: ResourceAttributes): Cause[] => KINDS.flatMap(kind => causesOf(attributes[kind], `spec.resourceAttributes.${kind}`, kind === 'labelSelector'))

function causesOf(selector: Selector, field: string, isLabels: boolean): Cause[] {
  if (!selector) return []
  const { rawSelector, requirements = [] } = selector
  if (rawSelector && requirements.length > 0) return [invalidValue(`${field}.rawSelector`, rawSelector, 'may not specified at the same time as requirements')]
  if (!rawSelector && requirements.length === 0) return [required(`${field}.requirements`, `when ${field} is specified, requirements or rawSelector is required`)]
  return requirements.flatMap(({ key, operator, values = [] }, index) => {
    const at = `${field}.requirements[${index}]`
    const causes = isLabels ? invalidBy(`${at}.key`, key, qualifiedName) : key === '' ? [required(`${at}.key`, 'must be specified')] : []
    if ((operator === 'In' || operator === 'NotIn') && values.length === 0) causes.push(required(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'"))
    if ((operator === 'Exists' || operator === 'DoesNotExist') && values.length > 0) causes.push(forbidden(`${at}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"))
    return causes
  })
}
