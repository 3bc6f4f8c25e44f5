import { Nodes } from '../../api/core/node.ts'
import { allowsNode, matchesTerm } from '../../api/core/node-selector.ts'
import { definePlugin, FITS, requeueOn, scaleToMax, unresolvable } from '../plugin.ts'

/** Holds a pod's node selector and node affinity. */
export const nodeAffinity = definePlugin({
  name: 'NodeAffinity',
  weight: 2,
  requeueOn: [requeueOn(Nodes, (pod, old, next) => next !== undefined && allowsNode(pod, next) && !(old && allowsNode(pod, old)))],
  prepare: pod => ({ skipScore: !pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution?.length }),
  filter: (pod, { node }) => allowsNode(pod, node) ? FITS : unresolvable("node(s) didn't match Pod's node affinity/selector"),
  score: (pod, { node }) => (pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [])
    .reduce((total, { weight, preference }) => total + (matchesTerm(node, preference) ? weight : 0), 0),
  normalize: scores => scaleToMax(scores),
})
