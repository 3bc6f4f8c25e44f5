import { Nodes } from '../../api/core/node.ts'
import { hostPortsClash, podHostPorts } from '../../api/core/pod/host-ports.ts'
import { Pods } from '../../api/core/pod/pod.ts'
import { definePlugin, FITS, on, prepared, SKIP, unschedulable } from '../plugin.ts'

/** Two pods cannot have the same port of a node. */
export const nodePorts = definePlugin({
  name: 'NodePorts',
  requeueOn: [
    on(Nodes, (_pod, old) => !old),
    on(Pods, (pod, old, object) => old?.spec.nodeName !== undefined && (!object || object.status.phase !== old.status.phase) && hostPortsClash(podHostPorts(old), podHostPorts(pod))),
  ],
  prepare(pod) {
    const ports = podHostPorts(pod)
    return ports.length ? prepared(ports) : SKIP
  },
  filter: (_pod, { ports: taken }, ports) => (hostPortsClash(taken, ports) ? unschedulable("node(s) didn't have free ports for the requested pod ports") : FITS),
})
