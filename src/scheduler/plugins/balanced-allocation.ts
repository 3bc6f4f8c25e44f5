import { requestsOf } from '../node-info.ts'
import { definePlugin, MAX_SCORE } from '../plugin.ts'

/** Prefers nodes whose CPU and memory are used to about the same degree. */
export const balancedAllocation = definePlugin({
  name: 'NodeResourcesBalancedAllocation',
  weight: 1,
  // A pod that asks for nothing shifts no balance.
  prepare: pod => ({ skipScore: !requestsOf(pod).requests.cpu && !requestsOf(pod).requests.memory }),
  score(pod, { allocatable, requested }) {
    const own = requestsOf(pod).requests
    const fractions = ['cpu', 'memory'].filter(name => (allocatable[name] ?? 0) > 0)
      .map(name => Math.min(1, ((requested[name] ?? 0) + (own[name] ?? 0)) / allocatable[name]!))
    if (fractions.length < 2) return MAX_SCORE
    const deviation = Math.abs(fractions[0]! - fractions[1]!) / 2
    return Math.floor((1 - deviation) * MAX_SCORE)
  },
})
