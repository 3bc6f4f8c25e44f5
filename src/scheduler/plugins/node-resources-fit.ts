import { Nodes } from '../../api/core/node.ts'
import { Pods } from '../../api/core/pod/pod.ts'
import { isPodFinished, podRequests, type Amounts } from '../../api/core/pod/predicates.ts'
import { definePlugin, FITS, MAX_SCORE, on, prepared, type Verdict } from '../plugin.ts'
import { assumedAmounts } from '../pod-facts.ts'
import { nodeInfo, type NodeInfo } from '../snapshot.ts'

/** What of a node is not enough for the requests. */
export function shortage(requests: Amounts, node: NodeInfo): Verdict {
  let reasons: string[] | undefined
  let resolvable = true
  if (node.pods.length + 1 > (node.allocatable.pods ?? 0)) reasons = ['Too many pods']
  for (const name in requests) {
    const wanted = requests[name]!
    const there = node.allocatable[name] ?? 0
    if (wanted === 0 || wanted <= there - (node.requested[name] ?? 0)) continue
    ;(reasons ??= []).push(`Insufficient ${name}`)
    // More than the whole node: nobody's going would make room.
    if (wanted > there) resolvable = false
  }
  return reasons ? { resolvable, reasons } : FITS
}

/** Free part of the node after the pod has come, in hundredths. */
const freeScore = (requested: number, there: number): number => (there === 0 || requested > there ? 0 : Math.floor(((there - requested) * MAX_SCORE) / there))

const couldHold = ({ allocatable }: NodeInfo, requests: Amounts): boolean => {
  for (const name in requests) if (requests[name]! > (allocatable[name] ?? 0)) return false
  return true
}

/** A node must have what the pod asks for; the less is taken, the better (LeastAllocated). */
export const nodeResourcesFit = definePlugin({
  name: 'NodeResourcesFit',
  requeueOn: [
    on(Nodes, (pod, old, node) => node !== undefined && (!old || JSON.stringify(old.status.allocatable) !== JSON.stringify(node.status.allocatable)) && couldHold(nodeInfo(node), podRequests(pod))),
    on(Pods, (_pod, old, object) => old?.spec.nodeName !== undefined && (!object || isPodFinished(object) || old.metadata.generation !== object.metadata.generation)),
  ],
  prepare: pod => prepared(podRequests(pod)),
  filter: (_pod, node, requests) => shortage(requests, node),
  prepareScores: pod => prepared(assumedAmounts(pod, podRequests(pod))),
  score(_pod, { allocatable, assumedCpu, assumedMemory }, pod) {
    const [cpu, memory] = [allocatable.cpu ?? 0, allocatable.memory ?? 0]
    const weights = (cpu ? 1 : 0) + (memory ? 1 : 0)
    if (weights === 0) return 0
    return Math.floor((freeScore(assumedCpu + pod.assumedCpu, cpu) + freeScore(assumedMemory + pod.assumedMemory, memory)) / weights)
  },
})
