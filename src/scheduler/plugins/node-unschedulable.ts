import { Nodes } from '../../api/core/node.ts'
import { tolerates } from '../../api/core/pod/predicates.ts'
import { definePlugin, FITS, requeueOn, unresolvable } from '../plugin.ts'

const TAINT = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' } as const

/** Keeps pods off nodes that were cordoned. */
export const nodeUnschedulable = definePlugin({
  name: 'NodeUnschedulable',
  requeueOn: [requeueOn(Nodes, (_pod, old, next) => next !== undefined && !next.spec.unschedulable && (old === undefined || !!old.spec.unschedulable))],
  filter: (pod, { node }) => !node.spec.unschedulable || tolerates(pod.spec.tolerations, TAINT) ? FITS : unresolvable('node(s) were unschedulable'),
})
