import type { Node } from '../node.ts'
import type { NodeSelectorRequirement, NodeSelectorTerm } from './scheduling.ts'
import type { PodSpec } from './pod-spec.ts'

const WHOLE = /^[-+]?\d+$/

function meets(value: string | undefined, { operator, values = [] }: NodeSelectorRequirement): boolean {
  switch (operator) {
    case 'In': return value !== undefined && values.includes(value)
    case 'NotIn': return value === undefined || !values.includes(value)
    case 'Exists': return value !== undefined
    case 'DoesNotExist': return value === undefined
    case 'Gt': case 'Lt': {
      const wanted = values[0]
      if (value === undefined || wanted === undefined || !WHOLE.test(value) || !WHOLE.test(wanted)) return false
      const [left, right] = [BigInt(value.replace('+', '')), BigInt(wanted.replace('+', ''))]
      return operator === 'Gt' ? left > right : left < right
    }
    default: return false
  }
}

/** Whether a node meets every requirement of the term; a term that says nothing selects no node. */
export function matchesNodeTerm({ matchExpressions = [], matchFields = [] }: NodeSelectorTerm, { metadata }: Node): boolean {
  if (matchExpressions.length + matchFields.length === 0) return false
  for (const requirement of matchExpressions) if (!meets(metadata.labels?.[requirement.key], requirement)) return false
  for (const requirement of matchFields) if (!meets(requirement.key === 'metadata.name' ? metadata.name : undefined, requirement)) return false
  return true
}

/** Whether any of the terms selects the node. */
export const matchesNodeTerms = (terms: readonly NodeSelectorTerm[], node: Node): boolean => terms.some(term => matchesNodeTerm(term, node))

/** Whether the node is one that the pod's `nodeSelector` and required node affinity allow. */
export function matchesNodeAffinity({ nodeSelector, affinity }: Pick<PodSpec, 'nodeSelector' | 'affinity'>, node: Node): boolean {
  for (const key in nodeSelector) if (node.metadata.labels?.[key] !== nodeSelector[key]) return false
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  return !required || matchesNodeTerms(required.nodeSelectorTerms, node)
}
