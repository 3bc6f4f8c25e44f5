import { Nodes } from '../../api/core/node.ts'
import { matchesNodeAffinity } from '../../api/core/pod/node-affinity.ts'
import { Pods, type Pod } from '../../api/core/pod/pod.ts'
import type { TopologySpreadConstraint } from '../../api/core/pod/scheduling.ts'
import { selectorFrom, type LabelSelector } from '../../machinery/selector.ts'
import { defaultSelector, selectorKinds } from '../default-selector.ts'
import { definePlugin, FITS, MAX_SCORE, on, prepared, sameLabels, SKIP, unresolvable, unschedulable } from '../plugin.ts'
import type { NodeInfo, Snapshot } from '../snapshot.ts'
import { isKeptAway } from './taint-toleration.ts'

const MISMATCH = "node(s) didn't match pod topology spread constraints"
const HOSTNAME = 'kubernetes.io/hostname'
/** What holds for pods of a Service or workload that state nothing themselves. */
const SYSTEM_DEFAULTS = [{ topologyKey: HOSTNAME, maxSkew: 3 }, { topologyKey: 'topology.kubernetes.io/zone', maxSkew: 5 }]

interface Constraint {
  readonly key: string
  readonly maxSkew: number
  readonly minDomains: number
  readonly selector: LabelSelector
  /** Matching pods by domain. */
  readonly counts: Map<string, number>
  /** Whether the node is one of those to spread over. */
  includes(info: NodeInfo): boolean
}

type Stated = Pick<TopologySpreadConstraint, 'topologyKey' | 'maxSkew'> & Partial<TopologySpreadConstraint>

function constraintOf(pod: Pod, { topologyKey, maxSkew, minDomains, labelSelector, nodeAffinityPolicy, nodeTaintsPolicy }: Stated): Constraint {
  return {
    key: topologyKey, maxSkew, minDomains: minDomains ?? 1, counts: new Map(), selector: selectorFrom(labelSelector),
    includes: ({ node }) =>
      (nodeAffinityPolicy === 'Ignore' || matchesNodeAffinity(pod.spec, node)) && (nodeTaintsPolicy !== 'Honor' || !isKeptAway(pod.spec.tolerations, node.spec.taints)),
  }
}

const stated = (pod: Pod, whenUnsatisfiable: string): Constraint[] =>
  (pod.spec.topologySpreadConstraints ?? []).filter(each => each.whenUnsatisfiable === whenUnsatisfiable).map(each => constraintOf(pod, each))

const valueOf = ({ node }: NodeInfo, key: string): string | undefined => node.metadata.labels?.[key]
const hasAllKeys = (info: NodeInfo, constraints: readonly Constraint[]): boolean => constraints.every(({ key }) => valueOf(info, key) !== undefined)

function countPods({ pods }: NodeInfo, selector: LabelSelector, namespace: string): number {
  let count = 0
  for (const { pod } of pods) if (pod.metadata.namespace === namespace && !pod.metadata.deletionTimestamp && selector.matches(pod.metadata.labels)) count++
  return count
}

function countDomains(pod: Pod, constraints: readonly Constraint[], nodes: readonly NodeInfo[]): void {
  for (const info of nodes) {
    if (!hasAllKeys(info, constraints)) continue
    for (const { key, counts, selector, includes } of constraints) {
      if (!includes(info)) continue
      const value = valueOf(info, key)!
      counts.set(value, (counts.get(value) ?? 0) + countPods(info, selector, pod.metadata.namespace))
    }
  }
}

interface ScoreState {
  readonly constraints: readonly (Constraint & { readonly weight: number })[]
  /** Nodes that lack a key which the pod's own constraints need; the system's need none. */
  readonly ignored: ReadonlySet<string>
}

function prepareScoring(pod: Pod, snapshot: Snapshot, fitting: readonly NodeInfo[]): ScoreState | undefined {
  const needsKeys = (pod.spec.topologySpreadConstraints?.length ?? 0) > 0
  const own = needsKeys ? stated(pod, 'ScheduleAnyway') : systemDefaults(pod, snapshot)
  if (own.length === 0) return undefined
  const ignored = new Set(needsKeys ? fitting.filter(info => !hasAllKeys(info, own)).map(({ name }) => name) : [])
  const candidates = fitting.filter(({ name }) => !ignored.has(name))
  const constraints = own.map(constraint => {
    const { key, counts } = constraint
    if (key === HOSTNAME) return { ...constraint, weight: Math.log(candidates.length + 2) }
    for (const info of candidates) if (valueOf(info, key) !== undefined) counts.set(valueOf(info, key)!, 0)
    return { ...constraint, weight: Math.log(counts.size + 2) }
  })
  // Host names are counted when their node is scored: each is a domain of one node.
  const domains = constraints.filter(({ key }) => key !== HOSTNAME)
  for (const info of domains.length ? snapshot.nodes : []) {
    if (needsKeys && !hasAllKeys(info, own)) continue
    for (const { key, counts, selector, includes } of domains) {
      const value = valueOf(info, key)
      const before = value === undefined ? undefined : counts.get(value)
      if (before !== undefined && includes(info)) counts.set(value!, before + countPods(info, selector, pod.metadata.namespace))
    }
  }
  return { constraints, ignored }
}

function systemDefaults(pod: Pod, { objects }: Snapshot): Constraint[] {
  const selector = defaultSelector(pod, objects)
  return selector.everything ? [] : SYSTEM_DEFAULTS.map(constraint => ({ ...constraintOf(pod, constraint), selector }))
}

/** Spreads pods over nodes, zones and other topologies, as the pod states or as workloads like it. */
export const podTopologySpread = definePlugin({
  name: 'PodTopologySpread',
  looksAtPods: true,
  reads: selectorKinds,
  requeueOn: [
    on(Pods, ({ metadata: { namespace } }, old, object) => {
      const { metadata, spec } = (object ?? old)!
      if (metadata.namespace !== namespace || spec.nodeName === undefined) return false
      return old?.spec.nodeName !== object?.spec.nodeName || !sameLabels(old, object) || old?.metadata.deletionTimestamp !== object?.metadata.deletionTimestamp
    }),
    on(Nodes, (_pod, old, object) => !old || !object || !sameLabels(old, object) || JSON.stringify(old.spec) !== JSON.stringify(object.spec)),
  ],
  prepare(pod, snapshot) {
    const constraints = stated(pod, 'DoNotSchedule')
    if (constraints.length === 0) return SKIP
    countDomains(pod, constraints, snapshot.nodes)
    return prepared(constraints.map(constraint => ({
      ...constraint,
      least: constraint.counts.size < constraint.minDomains ? 0 : Math.min(...constraint.counts.values()),
      self: constraint.selector.matches(pod.metadata.labels) ? 1 : 0,
    })))
  },
  filter(_pod, info, constraints) {
    for (const { key, counts, least, self, maxSkew } of constraints) {
      const value = valueOf(info, key)
      if (value === undefined) return unresolvable(`${MISMATCH} (missing required label)`)
      if ((counts.get(value) ?? 0) + self - least > maxSkew) return unschedulable(MISMATCH)
    }
    return FITS
  },
  prepareScores(pod, snapshot, nodes) {
    const state = prepareScoring(pod, snapshot, nodes)
    return state ? prepared(state) : SKIP
  },
  score({ metadata: { namespace } }, info, { constraints, ignored }) {
    if (ignored.has(info.name)) return 0
    let score = 0
    for (const { key, counts, selector, maxSkew, weight } of constraints) {
      const value = valueOf(info, key)
      if (value === undefined) continue
      score += (key === HOSTNAME ? countPods(info, selector, namespace) : counts.get(value) ?? 0) * weight + (maxSkew - 1)
    }
    return Math.round(score)
  },
  normalize(scores, nodes, { ignored }) {
    let [least, most] = [Infinity, 0]
    for (let i = 0; i < scores.length; i++) if (!ignored.has(nodes[i]!.name)) [least, most] = [Math.min(least, scores[i]!), Math.max(most, scores[i]!)]
    for (let i = 0; i < scores.length; i++) {
      scores[i] = ignored.has(nodes[i]!.name) ? 0 : most === 0 ? MAX_SCORE : Math.floor((MAX_SCORE * (most + least - scores[i]!)) / most)
    }
  },
})
