import { podRequests } from '../../api/core/pod/predicates.ts'
import { definePlugin, MAX_SCORE, prepared, SKIP } from '../plugin.ts'

/** Prefers nodes where CPU and memory are taken in like parts. */
export const nodeResourcesBalancedAllocation = definePlugin({
  name: 'NodeResourcesBalancedAllocation',
  prepareScores(pod) {
    const { cpu = 0, memory = 0 } = podRequests(pod)
    return cpu || memory ? prepared({ cpu, memory }) : SKIP
  },
  score(_pod, { allocatable, requested }, { cpu, memory }) {
    const fraction = (wanted: number, there: number | undefined): number | undefined => (there ? Math.min(wanted / there, 1) : undefined)
    const parts = [fraction((requested.cpu ?? 0) + cpu, allocatable.cpu), fraction((requested.memory ?? 0) + memory, allocatable.memory)].filter(part => part !== undefined)
    const deviation = parts.length === 2 ? Math.abs(parts[0]! - parts[1]!) / 2 : 0
    return Math.floor((1 - deviation) * MAX_SCORE)
  },
})
