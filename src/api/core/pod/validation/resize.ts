import type { Cause } from '../../../../machinery/status.ts'
import { forbidden, invalid, sameJson } from '../../../validation.ts'
import type { Container } from '../container.ts'
import { qosClass } from '../predicates.ts'
import type { Pod } from '../schema.ts'

const MIRROR = 'kubernetes.io/config.mirror'

/** KEP-1287: what the subresource `resize` may change of a running pod. Other fields never reach this: the server carries over resources alone. */
export function validateResize(pod: Pod, old: Pod): Cause[] {
  if (old.spec.os?.name === 'windows') return [forbidden('[]', 'windows pods cannot be resized')]
  if (old.metadata.annotations?.[MIRROR] !== undefined) return [forbidden('[]', 'static pods cannot be resized')]
  const causes: Cause[] = []
  const quality = qosClass(pod.spec)
  if (old.status.qosClass && quality !== old.status.qosClass) causes.push(invalid('spec', old.status.qosClass, 'Pod QOS Class may not change as a result of resizing'))
  if (old.spec.resources && !pod.spec.resources) causes.push(forbidden('spec.resources', 'pod-level resources cannot be removed'))
  for (const list of ['containers', 'initContainers'] as const) {
    for (const [index, container] of (pod.spec[list] ?? []).entries()) causes.push(...validateOne(container, old.spec[list]?.[index], `spec.${list}[${index}].resources`))
  }
  return causes
}

function validateOne({ resources }: Container, old: Container | undefined, field: string): Cause[] {
  if (!old || sameJson(resources, old.resources)) return []
  const others = (list: Readonly<Record<string, string>> | undefined): object => Object.fromEntries(Object.entries(list ?? {}).filter(([name]) => name !== 'cpu' && name !== 'memory'))
  const changed = (['requests', 'limits'] as const).filter(kind => !sameJson(others(resources[kind]), others(old.resources[kind])))
  return changed.length ? [forbidden(field, 'only cpu and memory resources are mutable')] : []
}
