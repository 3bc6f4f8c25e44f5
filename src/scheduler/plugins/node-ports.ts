import { Nodes } from '../../api/core/node.ts'
import { Pods } from '../../api/core/pod/pod.ts'
import { collides, hostPortsOf } from '../node-info.ts'
import { definePlugin, FITS, requeueOn, unschedulable } from '../plugin.ts'

/** Keeps two pods from taking the same port of a node. */
export const nodePorts = definePlugin<readonly string[]>({
  name: 'NodePorts',
  requeueOn: [
    requeueOn(Nodes, (_pod, old) => old === undefined),
    requeueOn(Pods, (pod, old, next) => {
      if (!old?.spec.nodeName || (next && !next.metadata.deletionTimestamp && next.status.phase !== 'Failed' && next.status.phase !== 'Succeeded')) return false
      const freed = new Set(hostPortsOf(old))
      return hostPortsOf(pod).some(port => collides(port, freed))
    }),
  ],
  prepare(pod) {
    const state = hostPortsOf(pod)
    return { state, skipFilter: state.length === 0 }
  },
  filter: (_pod, { usedPorts }, ports) => ports.some(port => collides(port, usedPorts)) ? unschedulable("node(s) didn't have free ports for the requested pod ports") : FITS,
})
