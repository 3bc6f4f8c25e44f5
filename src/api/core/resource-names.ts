import { qualifiedName } from '../../machinery/names.ts'
import { compareQuantities, milliValue, roundToMilli } from '../../machinery/quantity.ts'
import type { Cause } from '../../machinery/status.ts'
import { invalid, invalidBy } from '../validation.ts'
import { isExtended, isHugePages } from './pod/validation/resources.ts'

/** What quotas count by objects: these have no halves. */
const COUNTED = new Set([
  'pods', 'resourcequotas', 'services', 'replicationcontrollers', 'secrets', 'configmaps', 'persistentvolumeclaims', 'services.nodeports', 'services.loadbalancers',
])
const COMPUTE = new Set(['cpu', 'memory', 'ephemeral-storage'])
const QUOTA_COMPUTE = /^(requests|limits)\.(cpu|memory|ephemeral-storage)$|^requests\.storage$/

const isQuotaHugePages = (name: string): boolean => isHugePages(name) || name.startsWith('requests.hugepages-')

/** The resources without a prefix that a ResourceQuota may limit. */
export const isQuotaResource = (name: string): boolean => COUNTED.has(name) || COMPUTE.has(name) || QUOTA_COMPUTE.test(name) || isQuotaHugePages(name)

const isStandard = (name: string): boolean => isQuotaResource(name) || name === 'storage'

/** A resource's name: one that Kubernetes knows, or one with a domain before it. */
export function validateResourceName(name: string, field: string): Cause[] {
  const causes = invalidBy(field, name, qualifiedName)
  if (causes.length > 0 || name.includes('/') || isStandard(name)) return causes
  return [invalid(field, name, 'must be a standard resource type or fully qualified')]
}

/** A resource's name where only what containers may ask for makes sense. */
export function validateContainerResourceName(name: string, field: string): Cause[] {
  const causes = validateResourceName(name, field)
  if (!name.includes('/')) return COMPUTE.has(name) || isHugePages(name) ? causes : [...causes, invalid(field, name, 'must be a standard resource for containers')]
  return name.includes('kubernetes.io/') || isExtended(name) ? causes : [...causes, invalid(field, name, "doesn't follow extended resource name standard")]
}

/** A quantity of a resource: not negative, and whole where the resource has no parts. */
export function validateResourceQuantity(name: string, quantity: string, field: string): Cause[] {
  const causes = compareQuantities(quantity, '0') < 0 ? [invalid(field, quantity, 'must be greater than or equal to 0')] : []
  if ((COUNTED.has(name) || isExtended(name)) && milliValue(quantity) % 1000 !== 0) causes.push(invalid(field, quantity, 'must be an integer'))
  return causes
}

/** Whether more of a resource may be promised than there is. */
export const isOvercommitAllowed = (name: string): boolean => !isExtended(name) && !isHugePages(name)

/** Amounts are counted in thousandths; finer ones are rounded up. The list may be changed in place. */
export function roundUpAmounts(...lists: (Record<string, string> | undefined)[]): void {
  for (const list of lists) for (const name in list) if (/[nue.]/.test(list[name]!)) list[name] = roundToMilli(list[name]!)
}
