import type { Pod } from '../../api/core/pod/pod.ts'
import { Pods } from '../../api/core/pod/pod.ts'
import type { AdmissionPlugin } from './admission.ts'
import { containersOf } from './pod-containers.ts'

/** `example.com/gpu`, and not what Kubernetes itself counts. */
const isExtended = (name: string): boolean => name.includes('/') && !name.includes('kubernetes.io/') && !name.startsWith('requests.')

/** Pods that ask for special hardware tolerate the taint that keeps the others off its nodes. */
export const extendedResourceToleration: AdmissionPlugin = {
  name: 'ExtendedResourceToleration',
  handles: ({ operation, resource, subresource }) => resource === Pods && !subresource && (operation === 'CREATE' || operation === 'UPDATE'),

  mutate(request) {
    const { spec } = request.object as Pod
    const names = new Set(containersOf(spec).flatMap(({ container }) => Object.keys(container.resources?.requests ?? {})).filter(isExtended))
    const tolerated = (key: string): boolean => !!spec.tolerations?.some(toleration => toleration.key === key && toleration.operator === 'Exists' && !toleration.effect)
    const added = [...names].sort().filter(key => !tolerated(key)).map(key => ({ key, operator: 'Exists' as const }))
    if (added.length > 0) spec.tolerations = [...(spec.tolerations ?? []), ...added]
  },
}
