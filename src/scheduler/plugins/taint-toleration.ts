import { Nodes } from '../../api/core/node.ts'
import { toleratesTaint, tolerates } from '../../api/core/pod/predicates.ts'
import { definePlugin, FITS, requeueOn, scaleToMax, unresolvable } from '../plugin.ts'

/** Keeps pods off nodes whose taints they do not tolerate, and prefers nodes without soft ones. */
export const taintToleration = definePlugin({
  name: 'TaintToleration',
  weight: 3,
  requeueOn: [requeueOn(Nodes, (_pod, old, next) => next !== undefined && (old === undefined || old.spec.taints !== next.spec.taints))],
  filter(pod, { node }) {
    const hard = node.spec.taints?.filter(({ effect }) => effect === 'NoSchedule' || effect === 'NoExecute') ?? []
    return hard.every(taint => tolerates(pod.spec.tolerations, taint)) ? FITS : unresolvable('node(s) had untolerated taint(s)')
  },
  score(pod, { node }) {
    const soft = (pod.spec.tolerations ?? []).filter(({ effect }) => !effect || effect === 'PreferNoSchedule')
    return (node.spec.taints ?? []).filter(taint => taint.effect === 'PreferNoSchedule' && !soft.some(toleration => toleratesTaint(toleration, taint))).length
  },
  normalize: scores => scaleToMax(scores, true),
})
