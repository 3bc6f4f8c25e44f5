import type { Namespace } from '../../api/core/namespace.ts'
import { Namespaces } from '../../api/core/namespace.ts'
import type { Pod } from '../../api/core/pod/pod.ts'
import { Pods } from '../../api/core/pod/pod.ts'
import { qosClass } from '../../api/core/pod/predicates.ts'
import type { Toleration } from '../../api/core/pod/scheduling.ts'
import { StatusError, forbidden } from '../../machinery/status.ts'
import type { AdmissionContext, AdmissionPlugin, AdmissionRequest } from './admission.ts'
import { coversToleration, sameToleration } from './pod-tolerations.ts'

const DEFAULT_ANNOTATION = 'scheduler.alpha.kubernetes.io/defaultTolerations'
const ALLOWED_ANNOTATION = 'scheduler.alpha.kubernetes.io/tolerationsWhitelist'

/** A namespace says what its pods tolerate unasked, and what they may tolerate at all. */
export const podTolerationRestriction: AdmissionPlugin = {
  name: 'PodTolerationRestriction',
  handles: ({ operation, resource, subresource }) => resource === Pods && !subresource && (operation === 'CREATE' || operation === 'UPDATE'),

  mutate(request, context) {
    if (request.operation !== 'CREATE') return
    const pod = request.object as Pod
    const added = annotated(request, context, DEFAULT_ANNOTATION) ?? []
    const own = pod.spec.tolerations ?? []
    const conflicting = added.find(wanted => own.some(({ key, effect, ...rest }) => key === wanted.key && effect === wanted.effect && !sameToleration({ key, effect, ...rest } as Toleration, wanted)))
    if (conflicting) throw forbidden(Pods, request.shownName, 'namespace tolerations and pod tolerations conflict')
    const merged = [...own, ...added.filter(toleration => !own.some(mine => sameToleration(mine, toleration)))]
    const pressure: Toleration = { key: 'node.kubernetes.io/memory-pressure', operator: 'Exists', effect: 'NoSchedule' }
    if (qosClass(pod.spec) !== 'BestEffort' && !merged.some(toleration => sameToleration(toleration, pressure))) merged.push(pressure)
    if (merged.length > 0) pod.spec.tolerations = merged
  },

  validate(request, context) {
    const allowed = annotated(request, context, ALLOWED_ANNOTATION)
    if (!allowed?.length) return
    const tolerations = (request.object as Pod).spec.tolerations ?? []
    if (!tolerations.every(toleration => allowed.some(outer => coversToleration(outer, toleration)))) {
      throw forbidden(Pods, request.shownName, 'pod tolerations (possibly merged with namespace default tolerations) conflict with its namespace whitelist')
    }
  },
}

function annotated(request: AdmissionRequest, context: AdmissionContext, annotation: string): Toleration[] | undefined {
  const text = context.get<Namespace>(Namespaces, undefined, request.namespace!)?.metadata.annotations?.[annotation]
  if (text === undefined || text === '') return undefined
  try {
    const list: unknown = JSON.parse(text)
    if (Array.isArray(list)) return list as Toleration[]
  } catch {
    // Told below, as for any other text that is no list.
  }
  throw new StatusError('InternalError', `namespace ${request.namespace}: annotation ${annotation} is not a list of tolerations`)
}
