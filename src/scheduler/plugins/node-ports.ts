import { Nodes } from '../../api/core/node.ts'
import { Pods } from '../../api/core/pod/pod.ts'
import { definePlugin, FITS, on, prepared, SKIP, unschedulable } from '../plugin.ts'
import { podHostPorts, type HostPort } from '../pod-facts.ts'

const ANY = '0.0.0.0'

const clash = (a: HostPort, b: HostPort): boolean => a.port === b.port && a.protocol === b.protocol && (a.ip === b.ip || a.ip === ANY || b.ip === ANY)
const anyClash = (some: readonly HostPort[], others: readonly HostPort[]): boolean => some.some(a => others.some(b => clash(a, b)))

/** Two pods cannot have the same port of a node. */
export const nodePorts = definePlugin({
  name: 'NodePorts',
  requeueOn: [
    on(Nodes, (_pod, old) => !old),
    on(Pods, (pod, old, object) => old?.spec.nodeName !== undefined && (!object || object.status.phase !== old.status.phase) && anyClash(podHostPorts(old), podHostPorts(pod))),
  ],
  prepare(pod) {
    const ports = podHostPorts(pod)
    return ports.length ? prepared(ports) : SKIP
  },
  filter: (_pod, { ports: taken }, ports) => (anyClash(taken, ports) ? unschedulable("node(s) didn't have free ports for the requested pod ports") : FITS),
})
