import { qualifiedName, labelValue } from '../../machinery/names.ts'
import type { Cause } from '../../machinery/status.ts'
import { CIDR_EXAMPLE, isCIDR, isIPv4 } from '../addresses.ts'
import { duplicate, forbidden, invalid, invalidBy, notSupported, required } from '../validation.ts'
import type { Node, NodeSpec, NodeStatus } from './node-schema.ts'
import { isExtended, validateQuantity } from './pod/validation/resources.ts'

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute']
const WHOLE = new Set(['pods', 'services', 'secrets', 'configmaps', 'persistentvolumeclaims', 'replicationcontrollers', 'resourcequotas'])

export function validateNode({ metadata, spec, status }: Node): Cause[] {
  return [...validateAvoidedPods(metadata.annotations), ...validateTaints(spec), ...validateNodeStatus(status), ...validatePodCIDRs(spec)]
}

/** An annotation that the scheduler read long ago must still be JSON. */
function validateAvoidedPods(annotations: Readonly<Record<string, string>> | undefined): Cause[] {
  const text = annotations?.[AVOID_PODS]
  if (!text) return []
  try {
    JSON.parse(text)
    return []
  } catch {
    const first = /^\s*([^\s{["\d-])/.exec(text)?.[1]
    return [invalid('metadata.annotations.AvoidPods', AVOID_PODS, first ? `invalid character '${first}' looking for beginning of value` : 'unexpected end of JSON input')]
  }
}
const AVOID_PODS = 'scheduler.alpha.kubernetes.io/preferAvoidPods'

function validateTaints({ taints }: NodeSpec): Cause[] {
  const causes: Cause[] = []
  const seen = new Set<string>()
  for (const [index, { key, value = '', effect, timeAdded }] of (taints ?? []).entries()) {
    const field = `metadata.taints[${index}]`
    causes.push(...invalidBy(`${field}.key`, key, qualifiedName), ...invalidBy(`${field}.value`, value, labelValue))
    if (!effect) causes.push(required(`${field}.effect`))
    else if (!EFFECTS.includes(effect)) causes.push(notSupported(`${field}.effect`, effect, EFFECTS))
    const pair = `${key}:${effect}`
    if (seen.has(pair)) {
      const cause = duplicate(field, { Key: key, Value: value, Effect: effect, TimeAdded: timeAdded ?? null })
      causes.push({ ...cause, message: `${cause.message}: taints must be unique by key and effect pair` })
    }
    seen.add(pair)
  }
  return causes
}

function validatePodCIDRs({ podCIDRs = [] }: NodeSpec): Cause[] {
  const field = 'spec.podCIDRs'
  const causes = podCIDRs.flatMap((range, index) => rangeProblems(range).map(problem => invalid(`${field}[${index}]`, range, problem)))
  if (causes.length) return causes
  const families = podCIDRs.map(range => isIPv4(range.split('/')[0]!))
  const repeated = families.filter(each => each).length > 1 || families.filter(each => !each).length > 1
  return repeated ? [invalid(field, podCIDRs, 'may specify no more than one CIDR for each IP family')] : []
}

function rangeProblems(range: string): string[] {
  if (!isCIDR(range)) return [CIDR_EXAMPLE]
  const [address, length] = range.split('/') as [string, string]
  if (!isIPv4(address)) return []
  const bits = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
  return bits % 2 ** (32 - Number(length)) === 0 ? [] : ['must not have bits set beyond the prefix length']
}

export function validateNodeStatus({ capacity, allocatable, addresses, declaredFeatures = [] }: NodeStatus): Cause[] {
  const causes: Cause[] = []
  for (const [index, feature] of declaredFeatures.entries()) {
    if (index > 0 && feature < declaredFeatures[index - 1]!) causes.push(invalid(`status.declaredFeatures[${index}]`, feature, 'list must be sorted alphabetically'))
  }
  const seen = new Set<string>()
  for (const [index, { type, address }] of (addresses ?? []).entries()) {
    const key = `${type}/${address}`
    if (seen.has(key)) causes.push(duplicate(`status.addresses[${index}]`, { Type: type, Address: address }))
    seen.add(key)
  }
  for (const [name, list] of [['capacity', capacity], ['allocatable', allocatable]] as const) {
    for (const resource in list) causes.push(...validateAmount(resource, list[resource]!, `status.${name}.${resource}`))
  }
  return causes
}

function validateAmount(resource: string, quantity: string, field: string): Cause[] {
  const causes = validateQuantity(resource, quantity, field)
  const whole = WHOLE.has(resource) || isExtended(resource)
  return !causes.length && whole && /m$|\./.test(quantity) ? [invalid(field, quantity, 'must be an integer')] : causes
}

export function validateNodeUpdate({ spec }: Node, { spec: old }: Node): Cause[] {
  const causes: Cause[] = []
  const [next = [], before = []] = [spec.podCIDRs, old.podCIDRs]
  if (before.length > 0 && (next.length !== before.length || next.some((range, index) => range !== before[index]))) {
    causes.push(forbidden('spec.podCIDRs', 'node updates may not change podCIDR except from "" to valid'))
  }
  if (old.providerID && spec.providerID !== old.providerID) causes.push(forbidden('spec.providerID', 'node updates may not change providerID except from "" to valid'))
  causes.push(...validateTaints(spec))
  if ((spec.externalID ?? '') !== (old.externalID ?? '')) causes.push(forbidden('spec.externalID', 'may not be updated'))
  return causes
}
