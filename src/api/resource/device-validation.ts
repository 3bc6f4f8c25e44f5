import { byteLength, dnsSubdomain } from '../../machinery/names.ts'
import type { Cause } from '../../machinery/status.ts'
import { validateNodeSelector } from '../core/pod/validation/scheduling.ts'
import { goForm } from '../go-form.ts'
import { validateLabelName, validateLabelValue } from '../meta/condition-validation.ts'
import { invalid, invalidBy, notSupported, required, tooLong } from '../validation.ts'
import { validateCapacity } from './capacity-policy.ts'
import { LONGEST, MOST, validateAttributeKey, validateCounters, validateEach, validateSet, validateShortName } from './checks.ts'
import { EFFECTS, validateBindingConditions } from './claim-validation.ts'
import type { Device, DeviceAttribute, DeviceCounterConsumption, DeviceTaint } from './resource-slice-schema.ts'
import { deviceAttribute } from './resource-slice-schema.ts'

const SEMVER = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(\.(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?(\+[0-9a-zA-Z-]+(\.[0-9a-zA-Z-]+)*)?$/
const CHOICE = 'exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required when `perDeviceNodeSelection` is set to true in the ResourceSlice spec'
const GO_NAMES = Object.fromEntries(['int', 'bool', 'string', 'version'].flatMap(type => [[type, `${goCase(type)}Value`], [`${type}s`, `${goCase(type)}Values`]]))

function goCase(type: string): string {
  return type[0]!.toUpperCase() + type.slice(1)
}

export function validateDevice(device: Device, field: string, choosesNodes: boolean): Cause[] {
  const { attributes = {}, capacity = {} } = device
  const count = Object.keys(attributes).length + Object.keys(capacity).length
  return [
    ...validateShortName(device.name, `${field}.name`),
    ...(count > MOST.attributes ? [invalid(field, count, `the total number of attributes and capacities must not exceed ${MOST.attributes}`)] : []),
    ...Object.entries(attributes).flatMap(([key, attribute]) => [...validateAttributeKey(key, `${field}.attributes`), ...validateAttribute(attribute, `${field}.attributes[${key}]`)]),
    ...Object.entries(capacity).flatMap(([key, each]) =>
      [...validateAttributeKey(key, `${field}.capacity`), ...validateCapacity(each, `${field}.capacity[${key}]`, device.allowMultipleAllocations ?? false)]),
    ...validateEach(device.taints, `${field}.taints`, MOST.taints, validateTaint),
    ...validateSet(device.consumesCounters, `${field}.consumesCounters`, MOST.consumptions, validateConsumption, ({ counterSet }) => counterSet),
    ...(choosesNodes ? validateNodes(device, field) : forbidNodes(device, field)), ...validateBindingConditions(device, field),
  ]
}

function validateAttribute(attribute: DeviceAttribute, field: string): Cause[] {
  const { string: text, version } = attribute
  const values = Object.values(attribute).filter(value => value !== undefined)
  return [
    ...(text !== undefined && byteLength(text) > LONGEST.attribute ? [tooLong(`${field}.string`, LONGEST.attribute)] : []),
    ...(version !== undefined && !SEMVER.test(version) ? [invalid(`${field}.version`, version, 'must be a string compatible with semver.org spec 2.0.0')] : []),
    ...(version !== undefined && byteLength(version) > LONGEST.attribute ? [tooLong(`${field}.version`, LONGEST.attribute)] : []),
    ...(values.length === 1 ? [] : [invalid(field, values.length === 0 ? '' : goForm(deviceAttribute, attribute, GO_NAMES), 'exactly one value must be specified')]),
  ]
}

function validateTaint({ key, value, effect }: DeviceTaint, field: string): Cause[] {
  const causes = [...validateLabelName(key, `${field}.key`), ...(value ? validateLabelValue(value, `${field}.value`) : [])]
  if (!effect) return [...causes, required(`${field}.effect`)]
  return EFFECTS.includes(effect) ? causes : [...causes, notSupported(`${field}.effect`, effect, EFFECTS)]
}

const validateConsumption = ({ counterSet, counters }: DeviceCounterConsumption, field: string): Cause[] => [
  ...(counterSet ? validateShortName(counterSet, `${field}.counterSet`) : [required(`${field}.counterSet`)]), ...validateCounters(counters, `${field}.counters`),
]

function validateNodes({ nodeName, nodeSelector, allNodes }: Device, field: string): Cause[] {
  const causes: Cause[] = []
  const set = [...(nodeName ? ['`nodeName`'] : []), ...(nodeSelector ? ['`nodeSelector`'] : []), ...(allNodes ? ['`allNodes`'] : [])]
  if (nodeName) causes.push(...invalidBy(`${field}.nodeName`, nodeName, dnsSubdomain))
  else if (nodeName !== undefined) causes.push(invalid(`${field}.nodeName`, nodeName, 'must not be empty'))
  if (nodeSelector) causes.push(...validateNodeSelector(nodeSelector, `${field}.nodeSelector`))
  if (allNodes === false) causes.push(invalid(`${field}.allNodes`, allNodes, 'must be either unset or set to true'))
  if (set.length === 0) causes.push(required(field, CHOICE))
  if (set.length > 1) causes.push(invalid(field, `{${set.join(', ')}}`, CHOICE))
  return causes
}

const forbidNodes = ({ nodeName, nodeSelector, allNodes }: Device, field: string): Cause[] => (nodeName === undefined && !nodeSelector && allNodes === undefined ? [] : [
  invalid(field, null, '`nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is set to true in the ResourceSlice spec'),
])
