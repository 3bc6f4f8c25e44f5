import { Nodes } from '../../api/core/node.ts'
import { tolerates } from '../../api/core/pod/predicates.ts'
import { definePlugin, FITS, on, unresolvable } from '../plugin.ts'

const CORDONED = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }

/** Keeps pods off cordoned nodes. */
export const nodeUnschedulable = definePlugin({
  name: 'NodeUnschedulable',
  requeueOn: [on(Nodes, (_pod, old, node) => node !== undefined && !node.spec.unschedulable && (!old || old.spec.unschedulable === true))],
  filter: (pod, { node }) => (!node.spec.unschedulable || tolerates(pod.spec.tolerations, CORDONED) ? FITS : unresolvable('node(s) were unschedulable')),
})
