import { PriorityClasses } from '../../api/scheduling/priority-class.ts'
import type { BootstrapObject } from './bootstrap-object.ts'

const systemClass = (name: string, value: number, description: string): BootstrapObject => ({
  resource: PriorityClasses,
  object: { kind: 'PriorityClass', apiVersion: 'scheduling.k8s.io/v1', metadata: { name }, value, description },
})

/** The two classes of pods without which a cluster does not work. */
export const priorityClasses: readonly BootstrapObject[] = [
  systemClass('system-node-critical', 2_000_001_000, 'Used for system critical pods that must not be moved from their current node.'),
  systemClass('system-cluster-critical', 2_000_000_000, 'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.'),
]
