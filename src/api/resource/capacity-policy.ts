import { addQuantities, canonicalQuantity, compareQuantities, value as valueOf } from '../../machinery/quantity.ts'
import type { Cause } from '../../machinery/status.ts'
import { forbidden, invalid, required } from '../validation.ts'
import { MOST, validateSet } from './checks.ts'
import type { CapacityRequestPolicy, CapacityRequestPolicyRange, DeviceCapacity } from './resource-slice-schema.ts'

/** How much of a capacity one request may take; only for devices that several requests share. */
export function validateCapacity({ value, requestPolicy: policy }: DeviceCapacity, field: string, shared: boolean): Cause[] {
  if (!policy) return []
  const path = `${field}.requestPolicy`
  if (!shared) return [forbidden(path, 'allowMultipleAllocations must be true')]
  const values = policy.validValues ?? []
  if (values.length > 0 && policy.validRange) return [forbidden(path, 'exactly one policy can be specified, cannot specify "validValues" and "validRange" at the same time')]
  if (values.length > 0) return validateValues(policy, value, path)
  return policy.validRange ? validateRange(policy, policy.validRange, value, path) : []
}

const isMore = (a: string, b: string): boolean => compareQuantities(a, b) > 0

function validateValues({ default: preset, validValues: values = [] }: CapacityRequestPolicy, capacity: string, policy: string): Cause[] {
  if (preset === undefined || preset === null) return [required(`${policy}.default`, 'required when validValues is defined')]
  const field = `${policy}.validValues`
  const sorted = values.flatMap((value, index) => (index > 0 && isMore(values[index - 1]!, value) ? [invalid(`${field}[${index}]`, value, 'values must be sorted in ascending order')] : []))
  const within = (value: string, at: string): Cause[] => (isMore(value, capacity) ? [invalid(at, value, `option is larger than capacity value: ${capacity}`)] : [])
  const found = values.some(value => compareQuantities(value, preset) === 0)
  return [
    ...sorted, ...validateSet(values, field, MOST.validValues, within, value => String(valueOf(value))),
    ...(found ? [] : [invalid(field, preset, 'default value is not valid according to the requestPolicy')]),
  ]
}

function validateRange({ default: preset }: CapacityRequestPolicy, { min, max, step }: CapacityRequestPolicyRange, capacity: string, policy: string): Cause[] {
  if (preset === undefined || preset === null) return [required(`${policy}.default`, 'required when validRange is defined')]
  const field = `${policy}.validRange`
  if (min === undefined || min === null) return [required(`${field}.min`, 'required when validRange is defined')]
  const causes: Cause[] = []
  if (isMore(min, capacity)) causes.push(invalid(`${field}.min`, min, `min is larger than capacity value: ${capacity}`))
  if (isMore(min, preset)) causes.push(invalid(`${field}.min`, preset, `default is less than min: ${min}`))
  if (max !== undefined) {
    if (isMore(min, max)) causes.push(invalid(`${field}.max`, min, `min is larger than max: ${max}`))
    if (isMore(max, capacity)) causes.push(invalid(`${field}.max`, max, `max is larger than capacity value: ${capacity}`))
    if (isMore(preset, max)) causes.push(invalid(`${field}.max`, preset, `default is more than max: ${max}`))
  }
  if (step === undefined) return causes
  const one = addQuantities(min, step)
  if (isMore(one, capacity)) causes.push(invalid(`${field}.step`, step, `one step ${canonicalQuantity(one)} is larger than capacity value: ${capacity}`))
  const stepped = (value: string): Cause[] => {
    // A step of nothing reaches the least value only.
    const [size, distance] = [valueOf(step), valueOf(value) - valueOf(min)]
    return (size === 0 ? distance === 0 : distance % size === 0) ? [] : [invalid(`${field}.step`, value, `value is not a multiple of a given step (${step}) from (${min})`)]
  }
  return [...causes, ...stepped(preset), ...(max === undefined ? [] : stepped(max))]
}
