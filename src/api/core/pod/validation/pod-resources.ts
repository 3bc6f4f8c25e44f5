import { compareQuantities, fromMilli, fromNumber } from '../../../../machinery/quantity.ts'
import { qualifiedName } from '../../../../machinery/names.ts'
import type { Cause } from '../../../../machinery/status.ts'
import { forbidden, invalid, invalidBy, notSupported } from '../../../validation.ts'
import type { PodSpec } from '../pod-spec.ts'
import { podAmounts, type Amounts } from '../predicates.ts'
import { isHugePages, validateResources } from './resources.ts'

const isPodLevel = (name: string): boolean => name === 'cpu' || name === 'memory' || isHugePages(name)

/** KEP-2837: what a pod asks for as a whole must be enough for its containers together. */
export function validatePodResources(spec: PodSpec, field: string): Cause[] {
  const { resources } = spec
  if (!resources) return []
  if (spec.os?.name === 'windows') return [forbidden(field, 'may not be set for a windows pod')]
  const causes = resources.claims !== undefined ? [forbidden(`${field}.claims`, 'claims may not be set for Resources at pod-level')] : []
  causes.push(...validateResources(resources, field, new Set(), podResourceName))
  const { overhead: _, ...containersOnly } = spec
  for (const kind of ['requests', 'limits'] as const) {
    const together = podAmounts(containersOnly as PodSpec, kind, false)
    for (const name in resources[kind]) {
      const own = resources[kind][name]!
      const sum = together[name] === undefined ? undefined : shown(name, together)
      if (sum !== undefined && (kind === 'requests' || isHugePages(name)) && compareQuantities(own, sum) < 0) {
        causes.push(invalid(`${field}.${kind}[${name}]`, own, `must be greater than or equal to aggregate container ${kind} of ${sum}`))
      }
    }
  }
  return [...causes, ...validateContainerLimits(spec, field)]
}

const shown = (name: string, amounts: Amounts): string => (name === 'cpu' ? fromMilli(amounts[name]!) : fromNumber(amounts[name]!, 'binary'))

function validateContainerLimits({ containers, initContainers, resources }: PodSpec, field: string): Cause[] {
  const limits = resources?.limits ?? {}
  return ([['initContainers', initContainers], ['containers', containers]] as const).flatMap(([list, all]) => (all ?? []).flatMap((container, index) =>
    Object.entries(container.resources?.limits ?? {}).flatMap(([name, own]) => (limits[name] !== undefined && compareQuantities(own, limits[name]) > 0
      ? [invalid(`${field}.${list}[${index}][${name}].limits`, own, `must be less than or equal to pod limits of ${limits[name]}`)] : []))))
}

function podResourceName(name: string, field: string): Cause[] {
  const causes = invalidBy(field, name, qualifiedName)
  if (causes.length) return causes
  if (isPodLevel(name)) return []
  if (!name.includes('/') && name !== 'ephemeral-storage' && name !== 'storage') return [invalid(field, name, 'must be a standard resource type or fully qualified')]
  return [notSupported(field, name, ['cpu', 'hugepages-', 'memory'])]
}
