import { Pods } from '../../api/core/pod/pod.ts'
import { definePlugin } from '../plugin.ts'

/** Tells the API on which node the pod runs. */
export const defaultBinder = definePlugin({
  name: 'DefaultBinder',
  async bind({ metadata: { name, namespace, uid } }, node, { client }) {
    const body = { apiVersion: 'v1', kind: 'Binding', metadata: { name, namespace, uid }, target: { kind: 'Node', name: node } }
    await client.createSubresource(Pods, { name, namespace }, 'binding', body)
  },
})
