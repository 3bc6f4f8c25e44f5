import type { Binding } from '../../api/core/binding.ts'
import { Nodes, type Node } from '../../api/core/node.ts'
import { Pods, type Pod } from '../../api/core/pod/pod.ts'
import type { AdmissionContext, AdmissionPlugin } from './admission.ts'

const LABELS = ['topology.kubernetes.io/zone', 'topology.kubernetes.io/region']

/** Pods carry the zone and region of the node that they are put on, whatever they said before (KEP-4742). */
export const podTopologyLabels: AdmissionPlugin = {
  name: 'PodTopologyLabels',
  handles: ({ operation, resource, subresource }) => operation === 'CREATE' && resource === Pods && (!subresource || subresource === 'binding'),

  mutate({ object, subresource }, context) {
    const binding = object as unknown as Binding
    const node = subresource ? (binding.target.kind === 'Node' ? binding.target.name : undefined) : (object as Pod).spec.nodeName
    const labels = node ? labelsOf(node, context) : {}
    if (Object.keys(labels).length > 0) object!.metadata.labels = { ...object!.metadata.labels, ...labels }
  },
}

function labelsOf(name: string, context: AdmissionContext): Record<string, string> {
  const { labels = {} } = context.get<Node>(Nodes, undefined, name)?.metadata ?? {}
  return Object.fromEntries(LABELS.flatMap(key => (labels[key] === undefined ? [] : [[key, labels[key]]])))
}
