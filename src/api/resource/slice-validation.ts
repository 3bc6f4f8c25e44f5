import { dnsSubdomain } from '../../machinery/names.ts'
import type { Cause } from '../../machinery/status.ts'
import { validateNodeSelector } from '../core/pod/validation/scheduling.ts'
import { nodeSelectorTerm } from '../core/pod/scheduling.ts'
import { goForm } from '../go-form.ts'
import { immutable, invalid, invalidBy, required } from '../validation.ts'
import { MOST, validateCounters, validateDriver, validatePool, validateSet, validateShortName } from './checks.ts'
import { validateDevice } from './device-validation.ts'
import type { CounterSet, ResourcePool, ResourceSliceSpec } from './resource-slice-schema.ts'

const CHOICES = '`nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection`'

export function validateSliceSpec(spec: ResourceSliceSpec, old?: ResourceSliceSpec): Cause[] {
  const { driver, pool, devices = [], sharedCounters = [] } = spec
  const causes = [...validateDriver(driver, 'spec.driver'), ...validateResourcePool(pool, 'spec.pool')]
  if (old) {
    causes.push(...immutable('spec.pool.name', pool.name, old.pool.name), ...immutable('spec.driver', driver, old.driver), ...immutable('spec.nodeName', spec.nodeName, old.nodeName))
  }
  causes.push(...validateNodes(spec))
  if (devices.length > 0 && sharedCounters.length > 0) causes.push(invalid('spec', '', 'only one of `sharedCounters` or `devices` is allowed'))
  const advanced = devices.some(({ taints, consumesCounters }) => taints?.length || consumesCounters?.length)
  causes.push(...validateSet(devices, 'spec.devices', advanced ? MOST.advancedDevices : MOST.devices, (device, at) => validateDevice(device, at, spec.perDeviceNodeSelection ?? false), ({ name }) => name))
  return [...causes, ...validateSet(sharedCounters, 'spec.sharedCounters', MOST.counterSets, validateCounterSet, ({ name }) => name)]
}

const validateResourcePool = ({ name, resourceSliceCount, generation }: ResourcePool, field: string): Cause[] => [
  ...validatePool(name, `${field}.name`),
  ...(resourceSliceCount <= 0 ? [invalid(`${field}.resourceSliceCount`, resourceSliceCount, 'must be greater than zero')] : []),
  ...(generation < 0 ? [invalid(`${field}.generation`, generation, 'must be greater than or equal to zero')] : []),
]

/** From which nodes the devices can be reached: said in exactly one way. */
function validateNodes({ nodeName, nodeSelector, allNodes, perDeviceNodeSelection }: ResourceSliceSpec): Cause[] {
  const causes: Cause[] = []
  const set: string[] = []
  if (nodeName) {
    set.push('`nodeName`')
    causes.push(...invalidBy('spec.nodeName', nodeName, dnsSubdomain))
  } else if (nodeName !== undefined) causes.push(invalid('spec.nodeName', nodeName, 'must be either unset or set to a non-empty string'))
  if (nodeSelector) {
    set.push('`nodeSelector`')
    const terms = nodeSelector.nodeSelectorTerms ?? []
    causes.push(...validateNodeSelector(nodeSelector, 'spec.nodeSelector'))
    if (terms.length !== 1) causes.push(invalid('spec.nodeSelector.nodeSelectorTerms', nodeSelector.nodeSelectorTerms?.map(term => goForm(nodeSelectorTerm, term)), 'must have exactly one node selector term'))
  }
  for (const [name, value] of Object.entries({ allNodes, perDeviceNodeSelection })) {
    if (value) set.push(`\`${name}\``)
    else if (value === false) causes.push(invalid(`spec.${name}`, value, 'must be either unset or set to true'))
  }
  if (set.length === 0) causes.push(required('spec', `exactly one of ${CHOICES} is required`))
  if (set.length > 1) causes.push(invalid('spec', `{${set.join(', ')}}`, `exactly one of ${CHOICES} is required, but multiple fields are set`))
  return causes
}

function validateCounterSet({ name, counters }: CounterSet, field: string): Cause[] {
  return [...(name ? validateShortName(name, `${field}.name`) : [required(`${field}.name`)]), ...validateCounters(counters, `${field}.counters`)]
}
