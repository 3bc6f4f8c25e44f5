import type { NodeSelector, NodeSelectorRequirement, NodeSelectorTerm } from './pod/scheduling.ts'
import type { Pod } from './pod/schema.ts'

interface NodeLike {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> | undefined }
}

/** Whether a node meets one requirement on a label (or field) with this value. */
function meets(value: string | undefined, { operator, values }: NodeSelectorRequirement): boolean {
  const list = values ?? []
  switch (operator) {
    case 'In': return value !== undefined && list.includes(value)
    case 'NotIn': return value === undefined || !list.includes(value)
    case 'Exists': return value !== undefined
    case 'DoesNotExist': return value === undefined
    case 'Gt': case 'Lt': {
      if (value === undefined || !/^[-+]?\d+$/.test(value) || !/^[-+]?\d+$/.test(list[0] ?? '')) return false
      const [left, right] = [BigInt(value.replace('+', '')), BigInt(list[0]!.replace('+', ''))]
      return operator === 'Gt' ? left > right : left < right
    }
    default: return false
  }
}

/** Whether a node meets all of a term; an empty term is met by no node. */
export function matchesTerm(node: NodeLike, { matchExpressions = [], matchFields = [] }: NodeSelectorTerm): boolean {
  if (matchExpressions.length + matchFields.length === 0) return false
  const labels = node.metadata.labels ?? {}
  return matchExpressions.every(each => meets(Object.hasOwn(labels, each.key) ? labels[each.key] : undefined, each))
    && matchFields.every(each => meets(each.key === 'metadata.name' ? node.metadata.name : undefined, each))
}

/** Whether a node meets any of a selector's terms. */
export const matchesNodeSelector = (node: NodeLike, selector: NodeSelector): boolean => selector.nodeSelectorTerms.some(term => matchesTerm(node, term))

/** Whether a pod's nodeSelector and required node affinity allow a node. */
export function allowsNode(pod: { spec: Pick<Pod['spec'], 'nodeSelector' | 'affinity'> }, node: NodeLike): boolean {
  const labels = node.metadata.labels ?? {}
  for (const [key, value] of Object.entries(pod.spec.nodeSelector ?? {})) if (labels[key] !== value) return false
  const required = pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  return !required || matchesNodeSelector(node, required)
}
