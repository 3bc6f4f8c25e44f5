import type { Pod } from '../api/core/pod/pod.ts'
import { podPriority } from '../api/core/pod/predicates.ts'
import type { Random } from '../machinery/random.ts'
import type { Filtering, Rejection, Verdict } from './plugin.ts'
import { unresolvable } from './plugin.ts'
import type { WeightedPlugin } from './plugins/index.ts'
import { withNode, withPod, type NodeInfo, type Snapshot } from './snapshot.ts'
import { podFacts } from './pod-facts.ts'

/** Why no node would do. */
export interface Unfit {
  /** Number of nodes looked at or ruled out. */
  readonly total: number
  readonly byNode: ReadonlyMap<string, Rejection>
  /** What ruled out the pod before any node was looked at. */
  readonly overall?: Rejection
  /** Names of the plugins that said no. */
  readonly rejectedBy: ReadonlySet<string>
}

export type Decision = { readonly node: string } | { readonly unfit: Unfit }

/** Pods that were promised room on a node by preemption. */
export type Nominated = (node: string) => readonly Pod[]

export interface DecisionOptions {
  /** The node that was promised to the pod: taken when it fits. */
  readonly promised?: string | undefined
  readonly plugins: readonly WeightedPlugin[]
  readonly random: Random
  /** Where to begin to look: large clusters are not looked at as a whole each time. */
  readonly start: number
  readonly nominated: Nominated
}

/** The checks of one pod against one node, as one function. */
export interface Checks {
  /** Whether a check depends on what other pods are where. */
  readonly looksAtPods: boolean
  readonly rejected?: { readonly plugin: string; readonly rejection: Rejection }
  readonly nodes?: { readonly names: ReadonlySet<string>; readonly plugins: readonly string[] }
  check(node: NodeInfo): { readonly plugin: string; readonly rejection: Rejection } | undefined
}

/** Lets all plugins look at the pod and the cluster once. */
export function prepareChecks(plugins: readonly WeightedPlugin[], pod: Pod, snapshot: Snapshot): Checks {
  const filters: { readonly name: string; readonly filter: (node: NodeInfo) => Verdict }[] = []
  const check: Checks['check'] = node => {
    for (const { name, filter } of filters) {
      const rejection = filter(node)
      if (rejection) return { plugin: name, rejection }
    }
    return undefined
  }
  let nodes: Checks['nodes']
  let looksAtPods = false
  for (const { plugin } of plugins) {
    const filtering: Filtering | undefined = plugin.filtering?.(pod, snapshot)
    if (filtering?.rejected) return { rejected: { plugin: plugin.name, rejection: filtering.rejected }, looksAtPods, check }
    if (filtering?.filter) filters.push({ name: plugin.name, filter: filtering.filter })
    if (filtering && plugin.looksAtPods) looksAtPods = true
    if (!filtering?.nodes) continue
    const names = filtering.nodes
    nodes = { names: nodes ? new Set([...nodes.names].filter(name => names.has(name))) : names, plugins: [...nodes?.plugins ?? [], plugin.name] }
    if (nodes.names.size === 0) {
      const together = nodes.plugins.length > 1 ? ' simultaneously' : ''
      return { rejected: { plugin: plugin.name, rejection: unresolvable(`node(s) didn't satisfy plugin(s) [${nodes.plugins.join(' ')}]${together}`) }, looksAtPods, check }
    }
  }
  return { ...(nodes && { nodes }), looksAtPods, check }
}

/** How many fitting nodes are enough to choose from; upstream's numbers. */
export function enoughNodes(count: number): number {
  if (count <= 100) return count
  const percent = Math.max(50 - Math.floor(count / 125), 5)
  return Math.max(Math.floor((count * percent) / 100), 100)
}

/** Finds the best node for a pod. Changes nothing. `looked`: how many nodes were looked at. */
export function decide(pod: Pod, snapshot: Snapshot, options: DecisionOptions): Decision & { readonly looked: number } {
  const { plugins } = options
  const checks = prepareChecks(plugins, pod, snapshot)
  const total = snapshot.nodes.length
  if (checks.rejected) {
    const { plugin, rejection } = checks.rejected
    return { unfit: { total, byNode: new Map(snapshot.nodes.map(({ name }) => [name, rejection])), overall: rejection, rejectedBy: new Set([plugin]) }, looked: 0 }
  }
  const promised = options.promised === undefined ? undefined : snapshot.get(options.promised)
  if (promised && !checks.check(promised) && !checkWithNominated(plugins, pod, snapshot, promised, options.nominated)) return { node: promised.name, looked: 0 }
  const { fitting, byNode, rejectedBy, looked } = findFitting(pod, snapshot, checks, options)
  if (fitting.length === 0) return { unfit: { total, byNode, rejectedBy }, looked }
  return { node: fitting.length === 1 ? fitting[0]!.name : best(pod, snapshot, fitting, options), looked }
}

function findFitting(pod: Pod, snapshot: Snapshot, checks: Checks, { plugins, start, nominated }: DecisionOptions) {
  const fitting: NodeInfo[] = []
  const byNode = new Map<string, Rejection>()
  const rejectedBy = new Set<string>()
  const { nodes } = snapshot
  const wanted = enoughNodes(nodes.length)
  const outside = checks.nodes && unresolvable(`node(s) didn't satisfy plugin(s) [${checks.nodes.plugins.join(' ')}]`)
  const look = (node: NodeInfo): void => {
    const refused = checks.check(node) ?? checkWithNominated(plugins, pod, snapshot, node, nominated)
    if (!refused) return void fitting.push(node)
    byNode.set(node.name, refused.rejection)
    rejectedBy.add(refused.plugin)
  }
  if (checks.nodes && outside) {
    for (const name of checks.nodes.names) {
      const node = snapshot.get(name)
      if (node) look(node)
    }
    if (fitting.length === 0) {
      for (const { name } of nodes) if (!checks.nodes.names.has(name)) byNode.set(name, outside)
      for (const name of checks.nodes.plugins) rejectedBy.add(name)
    }
    return { fitting, byNode, rejectedBy, looked: 0 }
  }
  let looked = 0
  for (; looked < nodes.length && fitting.length < wanted; looked++) look(nodes[(start + looked) % nodes.length]!)
  return { fitting, byNode, rejectedBy, looked }
}

/** A node must also fit with those on it who were promised room there and do not come after this pod. */
export function checkWithNominated(plugins: readonly WeightedPlugin[], pod: Pod, snapshot: Snapshot, node: NodeInfo, nominated: Nominated): ReturnType<Checks['check']> {
  const everybody = nominated(node.name)
  if (everybody.length === 0) return undefined
  const promised = everybody.filter(other => other.metadata.uid !== pod.metadata.uid && podPriority(other) >= podPriority(pod))
  if (promised.length === 0) return undefined
  const fuller = promised.reduce((info, other) => withPod(info, podFacts(other)), node)
  const checks = prepareChecks(plugins, pod, withNode(snapshot, fuller))
  return checks.rejected ?? checks.check(fuller)
}

/** The node with the highest sum of weighted scores; chance decides between equals. */
function best(pod: Pod, snapshot: Snapshot, nodes: readonly NodeInfo[], { plugins, random }: DecisionOptions): string {
  const totals = new Float64Array(nodes.length)
  for (const { plugin, weight } of plugins) {
    const scores = plugin.scores?.(pod, snapshot, nodes)
    if (scores) for (let i = 0; i < totals.length; i++) totals[i]! += weight * scores[i]!
  }
  let [chosen, highest, equals] = [0, -Infinity, 0]
  for (let i = 0; i < totals.length; i++) {
    if (totals[i]! < highest) continue
    equals = totals[i]! > highest ? 1 : equals + 1
    highest = totals[i]!
    if (equals === 1 || random.next() * equals < 1) chosen = i
  }
  return nodes[chosen]!.name
}

/** What people read about a pod that found no node, as upstream words it. */
export function describeUnfit({ total, byNode, overall }: Unfit, afterwards?: string): string {
  const ending = afterwards ? ` ${afterwards}` : ''
  if (overall) return `0/${total} nodes are available: ${overall.reasons.join(', ')}.${ending}`
  return `0/${total} nodes are available: ${describeReasons(byNode)}${ending}`
}

/** How many nodes gave each reason. */
export function describeReasons(byNode: ReadonlyMap<string, Rejection>): string {
  const counts = new Map<string, number>()
  for (const { reasons } of byNode.values()) for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1)
  return `${[...counts].map(([reason, count]) => `${count} ${reason}`).sort().join(', ')}.`
}
