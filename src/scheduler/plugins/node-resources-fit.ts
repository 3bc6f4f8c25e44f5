import { Nodes } from '../../api/core/node.ts'
import { Pods, type Pod } from '../../api/core/pod/pod.ts'
import { isPodFinished, type Amounts } from '../../api/core/pod/predicates.ts'
import { requestsOf, type NodeInfo } from '../node-info.ts'
import { definePlugin, FITS, MAX_SCORE, requeueOn } from '../plugin.ts'

/** Keeps the sum of what pods ask for below what a node has, and prefers nodes that have most left. */
export const nodeResourcesFit = definePlugin<Amounts>({
  name: 'NodeResourcesFit',
  weight: 1,
  requeueOn: [
    requeueOn(Nodes, (_pod, old, next) => next !== undefined && (old === undefined || old.status.allocatable !== next.status.allocatable)),
    requeueOn(Pods, (_pod, old, next) => !!old?.spec.nodeName && (next === undefined || isPodFinished(next) || next.spec !== old.spec)),
    // The pod itself may ask for less now.
    requeueOn(Pods, (pod, old, next) => next?.metadata.uid === pod.metadata.uid && old?.spec !== next.spec),
  ],
  prepare: pod => ({ state: requestsOf(pod).requests }),
  filter(_pod, node, requests) {
    const lacking = insufficient(node, requests)
    if (lacking.length === 0) return FITS
    return { fits: false, reasons: lacking.map(({ reason }) => reason), resolvable: lacking.every(({ everFits }) => everFits) }
  },
  score: (pod, node) => leastAllocated(pod, node),
})

/** What a node lacks for a pod, and whether it would suffice if it were empty. */
function insufficient({ pods, allocatable, requested }: NodeInfo, requests: Amounts): { reason: string; everFits: boolean }[] {
  const lacking: { reason: string; everFits: boolean }[] = []
  if (pods.length + 1 > (allocatable.pods ?? 0)) lacking.push({ reason: 'Too many pods', everFits: (allocatable.pods ?? 0) > 0 })
  for (const [name, wanted] of Object.entries(requests)) {
    const has = allocatable[name] ?? 0
    if (wanted > 0 && wanted > has - (requested[name] ?? 0)) lacking.push({ reason: `Insufficient ${name}`, everFits: wanted <= has })
  }
  return lacking
}

/** The free share of CPU and memory after the pod, of 100. */
function leastAllocated(pod: Pod, { allocatable, assumed }: NodeInfo): number {
  const own = requestsOf(pod).assumed
  const shares = (['cpu', 'memory'] as const).filter(name => (allocatable[name] ?? 0) > 0).map(name => {
    const [has, used] = [allocatable[name]!, assumed[name] + own[name]]
    return used > has ? 0 : Math.floor(((has - used) * MAX_SCORE) / has)
  })
  return shares.length > 0 ? Math.floor(shares.reduce((sum, share) => sum + share, 0) / shares.length) : 0
}
