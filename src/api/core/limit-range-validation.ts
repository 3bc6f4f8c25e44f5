import { compareQuantities, milliValue, value } from '../../machinery/quantity.ts'
import { qualifiedName } from '../../machinery/names.ts'
import type { Cause } from '../../machinery/status.ts'
import { duplicate, forbidden, invalid, invalidBy, required } from '../validation.ts'
import type { LimitRange, LimitRangeItem } from './limit-range-schema.ts'
import { isOvercommitAllowed, validateContainerResourceName, validateResourceName } from './resource-names.ts'

const TYPES = ['Pod', 'Container', 'PersistentVolumeClaim']
/** Above this, thousandths would not fit into upstream's integers. */
const LARGEST_IN_MILLI = Math.trunc(2 ** 63 / 1000)

export function validateLimitRange({ spec }: LimitRange): Cause[] {
  const seen = new Set<string>()
  return (spec.limits ?? []).flatMap((item, index) => {
    const field = `spec.limits[${index}]`
    const causes = validateType(item.type, `${field}.type`)
    if (seen.has(item.type)) causes.push(duplicate(`${field}.type`, item.type))
    seen.add(item.type)
    causes.push(...validateNames(item, field))
    for (const name of namesIn(item)) causes.push(...validateOrder(item, name, field))
    return causes
  })
}

function validateType(type: string, field: string): Cause[] {
  const causes = invalidBy(field, type, qualifiedName)
  if (causes.length > 0 || type.includes('/') || TYPES.includes(type)) return causes
  return [invalid(field, type, 'must be a standard limit type or fully qualified')]
}

const namesIn = ({ max, min, default: limit, defaultRequest, maxLimitRequestRatio }: LimitRangeItem): string[] =>
  [...new Set([max, min, limit, defaultRequest, maxLimitRequestRatio].flatMap(list => Object.keys(list ?? {})))].sort()

function validateNames(item: LimitRangeItem, field: string): Cause[] {
  const rule = item.type === 'Pod' || item.type === 'Container' ? validateContainerResourceName : validateResourceName
  const names = (part: 'max' | 'min' | 'default' | 'defaultRequest' | 'maxLimitRequestRatio'): Cause[] =>
    Object.keys(item[part] ?? {}).sort().flatMap(name => rule(name, `${field}.${part}[${name}]`))
  const causes = [...names('max'), ...names('min')]
  for (const part of ['default', 'defaultRequest'] as const) {
    if (item.type !== 'Pod') causes.push(...names(part))
    else if (Object.keys(item[part] ?? {}).length > 0) causes.push(forbidden(`${field}.${part}`, "may not be specified when `type` is 'Pod'"))
  }
  if (item.type === 'PersistentVolumeClaim' && item.min?.storage === undefined && item.max?.storage === undefined) {
    causes.push(required(`${field}.limits`, 'either minimum or maximum storage value is required, but neither was provided'))
  }
  return [...causes, ...names('maxLimitRequestRatio')]
}

/** min ≤ defaultRequest ≤ default ≤ max, and a ratio that these leave room for. */
function validateOrder(item: LimitRangeItem, name: string, field: string): Cause[] {
  const causes: Cause[] = []
  const [min, max, request, limit] = [item.min?.[name], item.max?.[name], item.type === 'Pod' ? undefined : item.defaultRequest?.[name], item.type === 'Pod' ? undefined : item.default?.[name]]
  const ordered = (low: string | undefined, high: string | undefined, part: string, shown: string | undefined, detail: string): void => {
    if (low !== undefined && high !== undefined && compareQuantities(low, high) > 0) causes.push(invalid(`${field}.${part}[${name}]`, shown, detail))
  }
  ordered(min, max, 'min', min, `min value ${min} is greater than max value ${max}`)
  ordered(min, request, 'defaultRequest', request, `min value ${min} is greater than default request value ${request}`)
  ordered(request, max, 'defaultRequest', request, `default request value ${request} is greater than max value ${max}`)
  ordered(request, limit, 'defaultRequest', request, `default request value ${request} is greater than default limit value ${limit}`)
  ordered(min, limit, 'default', min, `min value ${min} is greater than default value ${limit}`)
  ordered(limit, max, 'default', max, `default value ${limit} is greater than max value ${max}`)
  causes.push(...validateRatio(item, name, `${field}.maxLimitRequestRatio[${name}]`))
  if (request !== undefined && limit !== undefined && !isOvercommitAllowed(name) && compareQuantities(request, limit) !== 0) {
    causes.push(invalid(`${field}.defaultRequest[${name}]`, request, `default value ${limit} must equal to defaultRequest value ${request} in ${name}`))
  }
  return causes
}

function validateRatio({ min, max, maxLimitRequestRatio }: LimitRangeItem, name: string, field: string): Cause[] {
  const [least, most, ratio] = [min?.[name], max?.[name], maxLimitRequestRatio?.[name]]
  if (ratio === undefined) return []
  const causes = compareQuantities(ratio, '1') < 0 ? [invalid(field, ratio, `ratio ${ratio} is less than 1`)] : []
  if (least === undefined || most === undefined) return causes
  const exact = [ratio, least, most].every(quantity => value(quantity) < LARGEST_IN_MILLI)
  const largest = exact ? milliValue(most) / milliValue(least) : value(most) / value(least)
  if ((exact ? milliValue(ratio) / 1000 : value(ratio)) > largest) causes.push(invalid(field, ratio, `ratio ${ratio} is greater than max/min = ${largest.toFixed(6)}`))
  return causes
}
