import { ReplicaSets } from '../api/apps/replica-set.ts'
import { StatefulSets } from '../api/apps/stateful-set.ts'
import type { Pod } from '../api/core/pod/pod.ts'
import { ReplicationControllers } from '../api/core/replication-controller.ts'
import { Services } from '../api/core/service.ts'
import type { AnyResource } from '../api/resource.ts'
import type { CacheReader } from '../client/cache.ts'
import { everything, matchesLabels, selectorFrom, type LabelSelector, type LabelSelectorObject } from '../machinery/selector.ts'

/** The kinds that say which pods belong together. */
export const selectorKinds: readonly AnyResource[] = [Services, ReplicaSets, StatefulSets, ReplicationControllers]

/** Selects the pods that belong together with this one: those of its services and of its workload. Everything: there are none. */
export function defaultSelector(pod: Pod, objects: CacheReader): LabelSelector {
  const matchLabels: Record<string, string> = {}
  const { namespace, labels } = pod.metadata
  for (const { spec } of labels ? objects.list(Services, { namespace }) : []) {
    if (spec.selector && Object.keys(spec.selector).length > 0 && matchesLabels(spec.selector, labels)) Object.assign(matchLabels, spec.selector)
  }
  const workload = selectorOfOwner(pod, objects)
  Object.assign(matchLabels, workload?.matchLabels)
  const selector = { matchLabels, matchExpressions: workload?.matchExpressions }
  return Object.keys(matchLabels).length + (selector.matchExpressions?.length ?? 0) === 0 ? everything : selectorFrom(selector)
}

function selectorOfOwner({ metadata }: Pod, objects: CacheReader): LabelSelectorObject | undefined {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller)
  if (!owner) return undefined
  const ref = { name: owner.name, namespace: metadata.namespace }
  switch (`${owner.apiVersion} ${owner.kind}`) {
    case 'apps/v1 ReplicaSet': return objects.get(ReplicaSets, ref)?.spec.selector
    case 'apps/v1 StatefulSet': return objects.get(StatefulSets, ref)?.spec.selector
    case 'v1 ReplicationController': return { matchLabels: objects.get(ReplicationControllers, ref)?.spec.selector }
    default: return undefined
  }
}
