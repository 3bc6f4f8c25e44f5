import { Namespaces } from '../../api/core/namespace.ts'
import { Nodes } from '../../api/core/node.ts'
import { Pods, type Pod } from '../../api/core/pod/pod.ts'
import type { Labels } from '../../machinery/selector.ts'
import { definePlugin, FITS, MAX_SCORE, on, prepared, sameLabels, SKIP, unresolvable, unschedulable } from '../plugin.ts'
import { podFacts, type AffinityTerm, type PodFacts } from '../pod-facts.ts'
import type { NodeInfo, Snapshot } from '../snapshot.ts'

/** How much a required affinity of a pod that is there draws others. */
const REQUIRED_AFFINITY_WEIGHT = 1

/** Numbers by topology: `zone` → `a` → 3. */
type Counts = Map<string, Map<string, number>>

function add(counts: Counts, key: string, { node }: NodeInfo, by: number): void {
  const value = node.metadata.labels?.[key]
  if (value === undefined || by === 0) return
  let values = counts.get(key)
  if (!values) counts.set(key, values = new Map())
  values.set(value, (values.get(value) ?? 0) + by)
}

const countAt = (counts: Counts, key: string, { node }: NodeInfo): number => {
  const value = node.metadata.labels?.[key]
  return value === undefined ? 0 : counts.get(key)?.get(value) ?? 0
}

const namespaceLabels = ({ objects }: Snapshot) => (name: string): Labels => objects.get(Namespaces, { name })?.metadata.labels

interface State {
  readonly own: PodFacts
  /** Pods that meet all of the pod's affinity terms. */
  readonly wanted: Counts
  readonly unwanted: Counts
  /** Places of pods that do not want this one near. */
  readonly refusing: Counts
  readonly meetsItself: boolean
}

function count(own: PodFacts, snapshot: Snapshot): State {
  const labelsOf = namespaceLabels(snapshot)
  const [wanted, unwanted, refusing]: [Counts, Counts, Counts] = [new Map(), new Map(), new Map()]
  const meetsAll = (other: Pod): boolean => own.requiredAffinity.every(term => term.matches(other, labelsOf))
  for (const info of snapshot.nodes) {
    for (const other of info.withRequiredAntiAffinity) for (const term of other.requiredAntiAffinity) if (term.matches(own.pod, labelsOf)) add(refusing, term.topologyKey, info, 1)
    if (own.requiredAffinity.length + own.requiredAntiAffinity.length === 0) continue
    for (const other of info.pods) {
      if (own.requiredAffinity.length > 0 && meetsAll(other.pod)) for (const { topologyKey } of own.requiredAffinity) add(wanted, topologyKey, info, 1)
      for (const term of own.requiredAntiAffinity) if (term.matches(other.pod, labelsOf)) add(unwanted, term.topologyKey, info, 1)
    }
  }
  return { own, wanted, unwanted, refusing, meetsItself: meetsAll(own.pod) }
}

/** Every term's topology must hold a pod that is wanted; the first of a group that wants itself may go anywhere. */
function isDrawn({ own, wanted, meetsItself }: State, info: NodeInfo): boolean {
  let there = true
  for (const { topologyKey } of own.requiredAffinity) {
    if (info.node.metadata.labels?.[topologyKey] === undefined) return false
    if (countAt(wanted, topologyKey, info) <= 0) there = false
  }
  return there || (wanted.size === 0 && meetsItself)
}

function scorePods(own: PodFacts, snapshot: Snapshot): Counts {
  const scores: Counts = new Map()
  const labelsOf = namespaceLabels(snapshot)
  const hasPreferences = own.preferredAffinity.length + own.preferredAntiAffinity.length > 0
  const apply = (terms: readonly AffinityTerm[], pod: Pod, info: NodeInfo, factor: number): void => {
    for (const term of terms) if (term.matches(pod, labelsOf)) add(scores, term.topologyKey, info, factor * term.weight)
  }
  for (const info of snapshot.nodes) {
    for (const other of hasPreferences ? info.pods : info.withAffinity) {
      apply(own.preferredAffinity, other.pod, info, 1)
      apply(own.preferredAntiAffinity, other.pod, info, -1)
      if (!other.hasAffinity) continue
      apply(other.requiredAffinity, own.pod, info, REQUIRED_AFFINITY_WEIGHT)
      apply(other.preferredAffinity, own.pod, info, 1)
      apply(other.preferredAntiAffinity, own.pod, info, -1)
    }
  }
  return scores
}

const hasRequired = ({ spec }: Pod): boolean =>
  !!spec.affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.length || !!spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.length

/** Pods that want to be near others, or away from them. */
export const interPodAffinity = definePlugin({
  name: 'InterPodAffinity',
  looksAtPods: true,
  reads: [Namespaces],
  requeueOn: [
    on(Pods, (_pod, old, object) => (object ?? old)!.spec.nodeName !== undefined && (old?.spec.nodeName !== object?.spec.nodeName || !sameLabels(old, object))),
    on(Nodes, (_pod, old, object) => object !== undefined && !sameLabels(old, object)),
    on(Namespaces, (_pod, old, object) => !sameLabels(old, object)),
  ],
  prepare: (pod, snapshot) => (snapshot.anyRequiredAntiAffinity || hasRequired(pod) ? prepared(count(podFacts(pod), snapshot)) : SKIP),
  filter(_pod, info, state) {
    if (!isDrawn(state, info)) return unresolvable("node(s) didn't match pod affinity rules")
    if (state.own.requiredAntiAffinity.some(({ topologyKey }) => countAt(state.unwanted, topologyKey, info) > 0)) return unschedulable("node(s) didn't match pod anti-affinity rules")
    for (const key of state.refusing.keys()) if (countAt(state.refusing, key, info) > 0) return unschedulable("node(s) didn't satisfy existing pods anti-affinity rules")
    return FITS
  },
  prepareScores(pod, snapshot) {
    if (!snapshot.anyAffinity && !pod.spec.affinity?.podAffinity && !pod.spec.affinity?.podAntiAffinity) return SKIP
    const scores = scorePods(podFacts(pod), snapshot)
    return scores.size ? prepared(scores) : SKIP
  },
  score(_pod, info, scores) {
    let sum = 0
    for (const key of scores.keys()) sum += countAt(scores, key, info)
    return sum
  },
  normalize(scores) {
    let [least, most] = [Infinity, -Infinity]
    for (const score of scores) [least, most] = [Math.min(least, score), Math.max(most, score)]
    for (let i = 0; i < scores.length; i++) scores[i] = most > least ? Math.floor((MAX_SCORE * (scores[i]! - least)) / (most - least)) : 0
  },
})
