import { Nodes, type Taint } from '../../api/core/node.ts'
import { tolerates } from '../../api/core/pod/predicates.ts'
import type { Toleration } from '../../api/core/pod/scheduling.ts'
import { definePlugin, FITS, normalizeByLargest, on, prepared, unresolvable } from '../plugin.ts'

const forbids = ({ effect }: Taint): boolean => effect === 'NoSchedule' || effect === 'NoExecute'

/** Whether the node has a taint that keeps the pod away. */
export const isKeptAway = (tolerations: readonly Toleration[] | undefined, taints: readonly Taint[] | undefined): boolean =>
  taints?.some(taint => forbids(taint) && !tolerates(tolerations, taint)) ?? false

/** Keeps pods off nodes with taints that they do not tolerate, and prefers those with fewer taints to avoid. */
export const taintToleration = definePlugin({
  name: 'TaintToleration',
  requeueOn: [on(Nodes, (pod, old, node) => node !== undefined && !isKeptAway(pod.spec.tolerations, node.spec.taints) && (!old || isKeptAway(pod.spec.tolerations, old.spec.taints)))],
  filter: ({ spec }, { node }) => (isKeptAway(spec.tolerations, node.spec.taints) ? unresolvable('node(s) had untolerated taint(s)') : FITS),
  prepareScores: pod => prepared(pod.spec.tolerations?.filter(({ effect }) => !effect || effect === 'PreferNoSchedule') ?? []),
  score: (_pod, { node }, tolerations) => node.spec.taints?.filter(taint => taint.effect === 'PreferNoSchedule' && !tolerates(tolerations, taint)).length ?? 0,
  normalize: scores => normalizeByLargest(scores, true),
})
