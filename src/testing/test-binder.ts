import { Nodes } from '../api/core/node.ts'
import { matchesNodeAffinity } from '../api/core/pod/node-affinity.ts'
import { Pods, type Pod } from '../api/core/pod/pod.ts'
import { defineController } from '../controllers/framework.ts'

/** Stands in for the scheduler where a test is not about scheduling: binds each pod to the first node that its affinity allows. */
export const testBinder = defineController<Pod>({
  name: 'test-binder',
  for: Pods,
  reads: [Nodes],
  async reconcile(pod, { cache, client }) {
    if (pod.spec.nodeName || pod.metadata.deletionTimestamp) return
    const node = cache.list(Nodes).find(candidate => matchesNodeAffinity(pod.spec, candidate))
    if (!node) return
    const { name, namespace } = pod.metadata
    await client.createSubresource(Pods, pod.metadata, 'binding', { kind: 'Binding', apiVersion: 'v1', metadata: { name, namespace }, target: { kind: 'Node', name: node.metadata.name } })
  },
})
