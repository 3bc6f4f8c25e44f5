import type { Node } from '../../api/core/node.ts'
import { Nodes } from '../../api/core/node.ts'
import type { AdmissionPlugin } from './admission.ts'

const NOT_READY = 'node.kubernetes.io/not-ready'

/** A new node takes no pods until the node lifecycle controller has seen it ready. */
export const taintNodesByCondition: AdmissionPlugin = {
  name: 'TaintNodesByCondition',
  handles: ({ operation, resource, subresource }) => resource === Nodes && !subresource && operation === 'CREATE',

  mutate(request) {
    const node = request.object as Node
    if (node.spec.taints?.some(taint => taint.key === NOT_READY && taint.effect === 'NoSchedule')) return
    node.spec.taints = [...(node.spec.taints ?? []), { key: NOT_READY, effect: 'NoSchedule' }]
  },
}
