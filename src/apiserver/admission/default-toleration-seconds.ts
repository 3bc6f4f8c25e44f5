import type { Pod } from '../../api/core/pod/pod.ts'
import { Pods } from '../../api/core/pod/pod.ts'
import type { AdmissionPlugin } from './admission.ts'

const DEFAULT_SECONDS = 300
const KEYS = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']

/** Pods stay five minutes on a node that went away, unless they say otherwise. */
export const defaultTolerationSeconds: AdmissionPlugin = {
  name: 'DefaultTolerationSeconds',
  handles: ({ operation, resource, subresource }) => resource === Pods && !subresource && (operation === 'CREATE' || operation === 'UPDATE'),

  mutate(request) {
    const pod = request.object as Pod
    const tolerations = pod.spec.tolerations ?? []
    const missing = KEYS.filter(key =>
      !tolerations.some(toleration => (toleration.key === key || !toleration.key) && (toleration.effect === 'NoExecute' || !toleration.effect)))
    if (missing.length === 0) return
    const added = missing.map(key => ({ key, operator: 'Exists' as const, effect: 'NoExecute' as const, tolerationSeconds: DEFAULT_SECONDS }))
    pod.spec.tolerations = [...tolerations, ...added]
  },
}
