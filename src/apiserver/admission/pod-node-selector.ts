import type { Namespace } from '../../api/core/namespace.ts'
import { Namespaces } from '../../api/core/namespace.ts'
import type { Pod } from '../../api/core/pod/pod.ts'
import { Pods } from '../../api/core/pod/pod.ts'
import { forbidden } from '../../machinery/status.ts'
import type { AdmissionContext, AdmissionPlugin, AdmissionRequest } from './admission.ts'

const ANNOTATION = 'scheduler.alpha.kubernetes.io/node-selector'

export interface PodNodeSelectorOptions {
  /** For namespaces without a selector of their own. */
  readonly clusterDefault?: string
  /** What a namespace's pods may select, by namespace; absent: anything. */
  readonly allowed?: Readonly<Record<string, string>>
}

type Selector = Readonly<Record<string, string>>

/** Pods of a namespace stay on the nodes that the namespace selects. */
export const podNodeSelector = ({ clusterDefault = '', allowed = {} }: PodNodeSelectorOptions = {}): AdmissionPlugin => ({
  name: 'PodNodeSelector',
  handles: ({ operation, resource, subresource }) => resource === Pods && !subresource && operation === 'CREATE',

  mutate(request, context) {
    const pod = request.object as Pod
    const wanted = selectorOf(request, context, clusterDefault)
    refuseConflict(request, wanted, pod.spec.nodeSelector ?? {})
    if (Object.keys(wanted).length > 0) pod.spec.nodeSelector = { ...wanted, ...pod.spec.nodeSelector }
    checkAllowed(request, pod, allowed)
  },

  validate(request, context) {
    const pod = request.object as Pod
    refuseConflict(request, selectorOf(request, context, clusterDefault), pod.spec.nodeSelector ?? {})
    checkAllowed(request, pod, allowed)
  },
})

function selectorOf(request: AdmissionRequest, context: AdmissionContext, clusterDefault: string): Selector {
  const text = context.get<Namespace>(Namespaces, undefined, request.namespace!)?.metadata.annotations?.[ANNOTATION]
  return parse(text ?? clusterDefault)
}

/** `a=b,c=d`. */
const parse = (text: string): Selector => Object.fromEntries(text.split(',').filter(part => part.trim() !== '').map(part => {
  const [key = '', value = ''] = part.split('=')
  return [key.trim(), value.trim()]
}))

function refuseConflict(request: AdmissionRequest, wanted: Selector, own: Selector): void {
  if (Object.entries(wanted).some(([key, value]) => own[key] !== undefined && own[key] !== value)) {
    throw forbidden(Pods, request.shownName, 'pod node label selector conflicts with its namespace node label selector')
  }
}

function checkAllowed(request: AdmissionRequest, pod: Pod, allowed: Readonly<Record<string, string>>): void {
  const text = allowed[request.namespace!]
  if (!text) return
  const list = parse(text)
  if (Object.entries(pod.spec.nodeSelector ?? {}).some(([key, value]) => list[key] !== value)) {
    throw forbidden(Pods, request.shownName, 'pod node label selector labels conflict with its namespace whitelist')
  }
}
