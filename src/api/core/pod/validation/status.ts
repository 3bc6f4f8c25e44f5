import type { Cause } from '../../../../machinery/status.ts'
import { validateAddress } from '../../../addresses.ts'
import { duplicate, invalid, notSupported } from '../../../validation.ts'
import type { ContainerStatus } from '../container-status.ts'
import type { Container } from '../container.ts'
import type { Pod } from '../schema.ts'

const HEALTH = ['Healthy', 'Unhealthy', 'Unknown']

/** The addresses of a pod and of its node; what was there before may stay. */
export function validateAddresses({ status }: Pod, { status: old }: Pod): Cause[] {
  // Where the list begins with another address than the single field says, that one counts.
  const own = status.podIP && status.podIPs?.[0]?.ip !== status.podIP ? [{ ip: status.podIP }] : status.podIPs
  const causes = validateNewAddresses('status.podIPs', own, old.podIPs)
  const first = status.hostIPs?.[0]
  if (first && first.ip !== (status.hostIP ?? '')) causes.push(invalid('status.hostIPs[0].ip', first.ip, 'must be equal to `hostIP`'))
  return [...causes, ...validateNewAddresses('status.hostIPs', status.hostIPs, old.hostIPs)]
}

interface Address {
  readonly ip: string
}

function validateNewAddresses(field: string, next: readonly Address[] = [], old: readonly Address[] = []): Cause[] {
  const known = new Set(old.map(({ ip }) => ip))
  return next.flatMap(({ ip }, index) => (known.has(ip) ? [] : validateAddress(`${field}[${index}]`, ip)))
}

/** The health of devices: only of what a container asked for (KEP-4680). */
export function validateDeviceHealth(statuses: readonly ContainerStatus[] = [], containers: readonly Container[] = [], field: string): Cause[] {
  const causes: Cause[] = []
  for (const [index, { name, allocatedResourcesStatus = [] }] of statuses.entries()) {
    const container = containers.find(each => each.name === name)
    for (const [at, resource] of allocatedResourcesStatus.entries()) {
      const place = `${field}[${index}].allocatedResourcesStatus[${at}]`
      const problem = container && notAskedFor(container, resource.name)
      if (problem) causes.push(invalid(`${place}.name`, resource.name, problem))
      const seen = new Set<string>()
      for (const [position, { resourceID, health = '' }] of (resource.resources ?? []).entries()) {
        if (seen.has(resourceID)) causes.push(duplicate(`${place}.resources[${position}].resourceID`, resourceID))
        seen.add(resourceID)
        if (!HEALTH.includes(health)) causes.push(notSupported(`${place}.resources[${position}].health`, health, HEALTH))
      }
    }
  }
  return causes
}

function notAskedFor({ resources }: Container, name: string): string | undefined {
  if (!name.startsWith('claim:')) return Object.hasOwn(resources?.requests ?? {}, name) ? undefined : 'must match one of the container\'s resource requests'
  const isClaimed = (resources?.claims ?? []).some(claim => name === `claim:${claim.name}${claim.request ? `/${claim.request}` : ''}`)
  return isClaimed ? undefined : 'must match one of the container\'s resource claims in a format \'claim:<claimName>/<request>\' or \'claim:<claimName>\' if request is empty'
}
