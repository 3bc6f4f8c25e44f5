import type { Pod } from '../api/core/pod/pod.ts'
import { podCondition, podPriority } from '../api/core/pod/predicates.ts'
import type { PodDisruptionBudget } from '../api/policy/pod-disruption-budget.ts'
import type { Random } from '../machinery/random.ts'
import { selectorFrom } from '../machinery/selector.ts'
import { checkWithNominated, describeReasons, prepareChecks, type Nominated, type Unfit } from './decide.ts'
import { unresolvable, unschedulable, type Rejection } from './plugin.ts'
import type { WeightedPlugin } from './plugins/index.ts'
import { withNode, withoutPod, withPod, type NodeInfo, type Snapshot } from './snapshot.ts'

/** Pods that would have to leave a node for another, the most important first. */
export interface Victims {
  readonly node: string
  readonly pods: readonly Pod[]
  /** How many of them a disruption budget protects. */
  readonly violations: number
}

/** Whose pods leave; or why nobody's leaving helps, worded as upstream words it. `hopeless`: no promise of room holds any more. */
export type PreemptionPlan = { readonly victims: Victims } | { readonly message: string; readonly hopeless: boolean }

export interface PreemptionOptions {
  readonly plugins: readonly WeightedPlugin[]
  readonly budgets: readonly PodDisruptionBudget[]
  readonly nominated: Nominated
  readonly random: Random
}

/** At least so many nodes are tried before the cheapest is taken. */
const FEWEST_CANDIDATES = 100
const NOT_HELPFUL = unresolvable('Preemption is not helpful for scheduling')
const NO_VICTIMS = unschedulable('No preemption victims found for incoming pod')

const startedAt = ({ status, metadata }: Pod): number => Date.parse(status.startTime ?? metadata.creationTimestamp)
const importantFirst = (a: Pod, b: Pod): number => podPriority(b) - podPriority(a) || startedAt(a) - startedAt(b)

/** Decides whether pods should leave a node for this one, and which. Changes nothing. */
export function planPreemption(pod: Pod, unfit: Unfit, snapshot: Snapshot, options: PreemptionOptions): PreemptionPlan {
  if (pod.spec.preemptionPolicy === 'Never') return { message: 'preemption: not eligible due to preemptionPolicy=Never.', hopeless: false }
  if (awaitsVictims(pod, unfit, snapshot)) return { message: 'preemption: not eligible due to a terminating pod on the nominated node.', hopeless: false }
  const rejections = new Map<string, Rejection>()
  const hopeful: NodeInfo[] = []
  for (const info of snapshot.nodes) {
    if (unfit.byNode.get(info.name)?.resolvable) hopeful.push(info)
    else rejections.set(info.name, NOT_HELPFUL)
  }
  const found: Victims[] = []
  const wanted = Math.max(FEWEST_CANDIDATES, Math.ceil(snapshot.nodes.length / 10))
  const offset = Math.floor(options.random.next() * hopeful.length)
  for (let i = 0; i < hopeful.length && found.length < wanted; i++) {
    const info = hopeful[(offset + i) % hopeful.length]!
    const result = victimsOn(pod, info, snapshot, options)
    if ('pods' in result) found.push(result)
    else rejections.set(info.name, result)
  }
  const chosen = found.sort(cheaperFirst)[0]
  return chosen ? { victims: chosen } : { message: `preemption: 0/${unfit.total} nodes are available: ${describeReasons(rejections)}`, hopeless: true }
}

/** Room was promised on a node and those who have to leave are leaving: nobody else should have to. */
function awaitsVictims(pod: Pod, { byNode }: Unfit, snapshot: Snapshot): boolean {
  const promised = pod.status.nominatedNodeName ? snapshot.get(pod.status.nominatedNodeName) : undefined
  if (!promised || byNode.get(promised.name)?.resolvable === false) return false
  return promised.pods.some(({ pod: other }) =>
    other.metadata.deletionTimestamp !== undefined && podPriority(other) < podPriority(pod) && podCondition(other, 'DisruptionTarget')?.reason === 'PreemptionByScheduler')
}

function victimsOn(pod: Pod, info: NodeInfo, snapshot: Snapshot, { plugins, budgets, nominated }: PreemptionOptions): Victims | Rejection {
  const lower = info.pods.filter(other => podPriority(other.pod) < podPriority(pod))
  if (lower.length === 0) return NO_VICTIMS
  const plain = prepareChecks(plugins, pod, snapshot)
  const refusal = (changed: NodeInfo): Rejection | undefined => {
    const world = plain.looksAtPods ? withNode(snapshot, changed) : snapshot
    const checks = plain.looksAtPods ? prepareChecks(plugins, pod, world) : plain
    const refused = checks.rejected ?? checks.check(changed) ?? checkWithNominated(plugins, pod, world, changed, nominated)
    return refused?.rejection
  }
  let remaining = lower.reduce((rest, { uid }) => withoutPod(rest, uid), info)
  const refused = refusal(remaining)
  if (refused) return refused
  const { violating, free } = splitByBudget(lower.map(each => each.pod).sort(importantFirst), budgets)
  const facts = new Map(lower.map(each => [each.pod, each]))
  const victims: Pod[] = []
  let violations = 0
  // Whoever can stay stays: the protected are asked first, then the more important.
  for (const candidate of [...violating, ...free]) {
    const fuller = withPod(remaining, facts.get(candidate)!)
    if (!refusal(fuller)) remaining = fuller
    else {
      victims.push(candidate)
      if (violating.includes(candidate)) violations++
    }
  }
  return victims.length > 0 ? { node: info.name, pods: victims.sort(importantFirst), violations } : NO_VICTIMS
}

function splitByBudget(pods: readonly Pod[], budgets: readonly PodDisruptionBudget[]): { violating: Pod[]; free: Pod[] } {
  const protections = budgets.map(({ metadata, spec, status }) => ({ namespace: metadata.namespace, selector: selectorFrom(spec.selector), disrupted: status.disruptedPods ?? {}, left: status.disruptionsAllowed ?? 0 }))
  const violating: Pod[] = []
  const free: Pod[] = []
  for (const pod of pods) {
    const { name, namespace, labels } = pod.metadata
    let violates = false
    for (const budget of protections) {
      if (budget.namespace !== namespace || budget.selector.everything || !budget.selector.matches(labels) || budget.disrupted[name] !== undefined) continue
      if (--budget.left < 0) violates = true
    }
    ;(violates ? violating : free).push(pod)
  }
  return { violating, free }
}

/** Fewer protected pods, a lower highest priority, a lower sum of priorities, fewer pods, and those that have run for less long. */
export function cheaperFirst(a: Victims, b: Victims): number {
  const highest = ({ pods }: Victims): number => podPriority(pods[0]!)
  // Shifted so that many unimportant pods never count less than few.
  const sum = ({ pods }: Victims): number => pods.reduce((total, pod) => total + podPriority(pod) + 2 ** 31, 0)
  const earliest = (victims: Victims): number => Math.min(...victims.pods.filter(pod => podPriority(pod) === highest(victims)).map(startedAt))
  return a.violations - b.violations || highest(a) - highest(b) || sum(a) - sum(b) || a.pods.length - b.pods.length || earliest(b) - earliest(a)
}
