import { hostPortsClash, podHostPorts } from '../api/core/pod/host-ports.ts'
import type { Pod } from '../api/core/pod/pod.ts'
import { milliValue, value } from '../machinery/quantity.ts'
import { podRequests } from './container/resources.ts'

/** Why a pod that was given to this node cannot run on it. */
export interface Rejection {
  readonly reason: string
  readonly message: string
}

const active = ({ status }: Pod): boolean => status.phase !== 'Succeeded' && status.phase !== 'Failed'
const sum = (values: readonly number[]): number => values.reduce((total, each) => total + each, 0)

/** Looks once more, when a pod arrives, whether there is room for it and its ports: who sets `nodeName` passes the scheduler by. */
export function admitPod(pod: Pod, others: readonly Pod[], allocatable: Readonly<Record<string, string>>): Rejection | undefined {
  // It ran here already: a kubelet that comes back does not turn out what it has taken in.
  if (!active(pod) || pod.status.startTime || pod.metadata.deletionTimestamp != null) return undefined
  const requests = others.filter(active).map(podRequests)
  const own = podRequests(pod)
  const wanted = [
    { name: 'pods', requested: 1, used: requests.length, capacity: value(allocatable['pods'] ?? '0') },
    { name: 'cpu', requested: own.milliCpu, used: sum(requests.map(({ milliCpu }) => milliCpu)), capacity: milliValue(allocatable['cpu'] ?? '0') },
    { name: 'memory', requested: own.memoryBytes, used: sum(requests.map(({ memoryBytes }) => memoryBytes)), capacity: value(allocatable['memory'] ?? '0') },
  ]
  const short = wanted.find(({ requested, used, capacity }) => requested > 0 && used + requested > capacity)
  if (short) return {
    reason: `OutOf${short.name}`,
    message: `Node didn't have enough resource: ${short.name}, requested: ${short.requested}, used: ${short.used}, capacity: ${short.capacity}`,
  }
  const clashes = hostPortsClash(podHostPorts(pod), others.filter(active).flatMap(podHostPorts))
  return clashes ? { reason: 'NodePorts', message: "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports" } : undefined
}
