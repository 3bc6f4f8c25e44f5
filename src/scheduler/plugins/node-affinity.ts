import { Nodes } from '../../api/core/node.ts'
import { matchesNodeAffinity, matchesNodeTerm } from '../../api/core/pod/node-affinity.ts'
import type { Pod } from '../../api/core/pod/pod.ts'
import type { NodeSelectorTerm } from '../../api/core/pod/scheduling.ts'
import { definePlugin, FITS, normalizeByLargest, on, prepared, SKIP, unresolvable } from '../plugin.ts'

const requiredTerms = ({ spec }: Pod): readonly NodeSelectorTerm[] | undefined =>
  spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms
const preferences = ({ spec }: Pod) => spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []

/** The nodes that the terms name, when every term names some: daemon pods ask for exactly one, and nobody else need be looked at. */
function namedNodes(terms: readonly NodeSelectorTerm[] | undefined): ReadonlySet<string> | undefined {
  if (!terms?.length) return undefined
  const named = new Set<string>()
  for (const { matchFields = [] } of terms) {
    const lists = matchFields.filter(({ key, operator }) => key === 'metadata.name' && operator === 'In').map(({ values }) => new Set(values))
    const [first, ...others] = lists
    if (!first) return undefined
    for (const name of first) if (others.every(list => list.has(name))) named.add(name)
  }
  return named
}

/** Node selector, required and preferred node affinity. */
export const nodeAffinity = definePlugin({
  name: 'NodeAffinity',
  requeueOn: [on(Nodes, (pod, old, node) => node !== undefined && matchesNodeAffinity(pod.spec, node) && !(old && matchesNodeAffinity(pod.spec, old)))],
  prepare(pod) {
    const terms = requiredTerms(pod)
    return terms || pod.spec.nodeSelector ? prepared(undefined, namedNodes(terms)) : SKIP
  },
  filter: ({ spec }, { node }) => (matchesNodeAffinity(spec, node) ? FITS : unresolvable("node(s) didn't match Pod's node affinity/selector")),
  prepareScores: pod => (preferences(pod).length ? prepared(preferences(pod)) : SKIP),
  score: (_pod, { node }, terms) => terms.reduce((sum, { weight, preference }) => (weight && matchesNodeTerm(preference, node) ? sum + weight : sum), 0),
  normalize: scores => normalizeByLargest(scores),
})
