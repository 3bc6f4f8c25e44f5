import { compareQuantities, milliValue, value } from '../../../../machinery/quantity.ts'
import { qualifiedName } from '../../../../machinery/names.ts'
import type { Cause } from '../../../../machinery/status.ts'
import { duplicate, forbidden, invalid, invalidBy, notFound, required } from '../../../validation.ts'
import { dnsLabel } from '../../../../machinery/names.ts'
import type { ResourceRequirements } from '../container.ts'

const STANDARD = new Set(['cpu', 'memory', 'ephemeral-storage'])
const NATIVE_PREFIX = 'kubernetes.io/'

export const isHugePages = (name: string): boolean => name.startsWith('hugepages-')
const isNative = (name: string): boolean => !name.includes('/') || name.includes(NATIVE_PREFIX)

/** A resource that a node advertises under a name of its own: `example.com/gpu`. */
export const isExtended = (name: string): boolean => !isNative(name) && !name.startsWith('requests.') && qualifiedName(`requests.${name}`).length === 0

/** What a container may ask for by this name. */
function validateName(name: string, field: string): Cause[] {
  const causes = invalidBy(field, name, qualifiedName)
  if (causes.length) return [...causes, ...beyond(name, field)]
  if (!name.includes('/')) {
    if (isStandardAnywhere(name)) return beyond(name, field)
    return [invalid(field, name, 'must be a standard resource type or fully qualified'), ...beyond(name, field)]
  }
  return beyond(name, field)
}

const isStandardAnywhere = (name: string): boolean =>
  STANDARD.has(name) || isHugePages(name) || ['storage', 'pods', 'services', 'secrets', 'configmaps', 'resourcequotas', 'replicationcontrollers', 'persistentvolumeclaims', 'services.nodeports', 'services.loadbalancers'].includes(name)
    || /^(requests|limits)\.(cpu|memory|ephemeral-storage|storage)$/.test(name) || name.startsWith('requests.hugepages-')

function beyond(name: string, field: string): Cause[] {
  if (isNative(name)) return STANDARD.has(name) || isHugePages(name) || name.includes('/') ? [] : [invalid(field, name, 'must be a standard resource for containers')]
  return isExtended(name) ? [] : [invalid(field, name, "doesn't follow extended resource name standard")]
}

/** One quantity: not negative, and whole where the resource has no parts. */
export function validateQuantity(name: string, quantity: string, field: string): Cause[] {
  if (compareQuantities(quantity, '0') < 0) return [invalid(field, quantity, 'must be greater than or equal to 0')]
  if (!isNative(name) && milliValue(quantity) % 1000 !== 0) return [invalid(field, quantity, 'must be an integer')]
  return []
}

function validateHugePageSize(name: string, quantity: string, field: string): Cause[] {
  let size = 0
  try {
    size = value(name.slice('hugepages-'.length))
  } catch {
    // Not a size: no quantity is a multiple of it.
  }
  return size > 0 && value(quantity) % size === 0 ? [] : [invalid(field, quantity, `${quantity} is not positive integer multiple of ${name}`)]
}

/** Requests and limits of a container (or, with other rules for names, of a pod). */
export function validateResources(resources: ResourceRequirements, field: string, claimNames: ReadonlySet<string>, nameRule: (name: string, field: string) => Cause[] = validateName): Cause[] {
  const causes: Cause[] = []
  const limits = resources.limits ?? {}
  const requests = resources.requests ?? {}
  for (const name of Object.keys(limits)) {
    const path = `${field}.limits[${name}]`
    causes.push(...nameRule(name, path), ...validateQuantity(name, limits[name]!, path))
    if (isHugePages(name)) causes.push(...validateHugePageSize(name, limits[name]!, path))
  }
  for (const name of Object.keys(requests)) {
    const path = `${field}.requests[${name}]`
    const [request, limit] = [requests[name]!, limits[name]]
    causes.push(...nameRule(name, path), ...validateQuantity(name, request, path))
    // Only what the cluster knows itself can be promised twice.
    const fixed = !isNative(name) || isHugePages(name)
    if (limit !== undefined) {
      const order = compareQuantities(request, limit)
      if (order !== 0 && fixed) causes.push(invalid(`${field}.requests`, request, `must be equal to ${name} limit of ${limit}`))
      else if (order > 0) causes.push(invalid(`${field}.requests`, request, `must be less than or equal to ${name} limit of ${limit}`))
    } else if (fixed) causes.push(required(`${field}.limits`, 'Limit must be set for non overcommitable resources'))
    if (isHugePages(name)) causes.push(...validateHugePageSize(name, request, path))
  }
  const all = new Set([...Object.keys(limits), ...Object.keys(requests)])
  if ([...all].some(isHugePages) && !all.has('cpu') && !all.has('memory')) causes.push(forbidden(field, 'HugePages require cpu or memory'))
  return [...causes, ...validateClaims(resources, field, claimNames)]
}

function validateClaims({ claims }: ResourceRequirements, field: string, claimNames: ReadonlySet<string>): Cause[] {
  const causes: Cause[] = []
  const seen = new Set<string>()
  for (const [index, { name, request }] of (claims ?? []).entries()) {
    const path = `${field}.claims[${index}]`
    const shown = request ? `${name}/${request}` : name
    if (!name) causes.push(required(path))
    else {
      if (seen.has(name)) causes.push(duplicate(path, name))
      else {
        if (request) causes.push(...invalidBy(`${path}.request`, request, dnsLabel))
        if (seen.has(shown)) causes.push(duplicate(path, shown))
        else if (!request) for (const each of seen) if (each.startsWith(`${name}/`)) causes.push(duplicate(path, name))
        seen.add(shown)
      }
      if (!claimNames.has(name)) {
        const allowed = claimNames.size ? `must be one of the names in pod.spec.resourceClaims: ${[...claimNames].sort().join(', ')}` : 'must be one of the names in pod.spec.resourceClaims which is empty'
        const cause = notFound(path, name)
        causes.push({ ...cause, message: `${cause.message}: ${allowed}` })
      }
    }
  }
  return causes
}
