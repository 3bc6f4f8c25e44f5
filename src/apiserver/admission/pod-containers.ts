import type { Container } from '../../api/core/pod/container.ts'
import type { PodSpec } from '../../api/core/pod/pod-spec.ts'

/** One container of a pod; `field` is its path in the pod. */
export interface PlacedContainer {
  readonly container: Container
  readonly field: string
}

/** All containers of a pod in upstream's order: those that start it, its own, those that were added to look into it. */
export function containersOf(spec: PodSpec): PlacedContainer[] {
  const placed = (list: readonly unknown[] | undefined, name: string): PlacedContainer[] => (list ?? []).map((container, index) => ({ container: container as Container, field: `spec.${name}[${index}]` }))
  return [...placed(spec.initContainers, 'initContainers'), ...placed(spec.containers, 'containers'), ...placed(spec.ephemeralContainers, 'ephemeralContainers')]
}
