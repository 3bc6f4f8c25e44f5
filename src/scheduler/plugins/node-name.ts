import { Nodes } from '../../api/core/node.ts'
import { definePlugin, FITS, requeueOn, unresolvable } from '../plugin.ts'

/** A pod that names its node goes there or nowhere. */
export const nodeName = definePlugin({
  name: 'NodeName',
  requeueOn: [requeueOn(Nodes, (pod, old, next) => old === undefined && next?.metadata.name === pod.spec.nodeName)],
  filter: (pod, { name }) => !pod.spec.nodeName || pod.spec.nodeName === name ? FITS : unresolvable("node(s) didn't match the requested node name"),
})
