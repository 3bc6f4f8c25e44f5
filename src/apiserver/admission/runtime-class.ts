import type { Pod } from '../../api/core/pod/pod.ts'
import { Pods } from '../../api/core/pod/pod.ts'
import type { RuntimeClass } from '../../api/node/runtime-class.ts'
import { RuntimeClasses } from '../../api/node/runtime-class.ts'
import { compareQuantities } from '../../machinery/quantity.ts'
import { forbidden, StatusError } from '../../machinery/status.ts'
import { sameToleration } from './pod-tolerations.ts'
import type { AdmissionContext, AdmissionPlugin, AdmissionRequest } from './admission.ts'

/** A pod takes over from its runtime class what the runtime itself costs and where it runs (KEP-688). */
export const runtimeClass: AdmissionPlugin = {
  name: 'RuntimeClass',
  handles: ({ operation, resource, subresource }) => resource === Pods && !subresource && operation === 'CREATE',

  mutate(request, context) {
    const pod = request.object as Pod
    const chosen = classOf(request, pod, context)
    if (!chosen) return
    if (chosen.overhead) setOverhead(request, pod, chosen.overhead.podFixed ?? {})
    if (chosen.scheduling) setScheduling(request, pod, chosen.scheduling)
  },

  validate(request, context) {
    const pod = request.object as Pod
    const own = pod.spec.overhead
    const defined = classOf(request, pod, context)?.overhead
    if (own && !defined) refuse(request, 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead')
    if (defined && !sameQuantities(own ?? {}, defined.podFixed ?? {})) refuse(request, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead")
  },
}

function refuse(request: AdmissionRequest, message: string): never {
  throw forbidden(Pods, request.shownName, message)
}

function classOf(request: AdmissionRequest, { spec }: Pod, context: AdmissionContext): RuntimeClass | undefined {
  if (spec.runtimeClassName === undefined) return undefined
  // Upstream asks its own API for a class without a name.
  if (spec.runtimeClassName === '') throw new StatusError('', 'resource name may not be empty', undefined, { code: 500 })
  return context.get<RuntimeClass>(RuntimeClasses, undefined, spec.runtimeClassName) ?? refuse(request, `pod rejected: RuntimeClass ${JSON.stringify(spec.runtimeClassName)} not found`)
}

type Quantities = Readonly<Record<string, string>>

const sameQuantities = (a: Quantities, b: Quantities): boolean =>
  Object.keys(a).length === Object.keys(b).length && Object.keys(a).every(name => b[name] !== undefined && compareQuantities(a[name]!, b[name]) === 0)

function setOverhead(request: AdmissionRequest, pod: Pod, overhead: Quantities): void {
  if (pod.spec.overhead && Object.keys(pod.spec.overhead).length > 0 && !sameQuantities(pod.spec.overhead, overhead)) {
    refuse(request, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead")
  }
  pod.spec.overhead = { ...overhead }
}

function setScheduling(request: AdmissionRequest, { spec }: Pod, { nodeSelector = {}, tolerations = [] }: NonNullable<RuntimeClass['scheduling']>): void {
  for (const [key, value] of Object.entries(nodeSelector)) {
    const own = spec.nodeSelector?.[key]
    if (own !== undefined && own !== value) refuse(request, `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${own}`)
  }
  if (Object.keys(nodeSelector).length > 0) spec.nodeSelector = { ...spec.nodeSelector, ...nodeSelector }
  const added = tolerations.filter(toleration => !spec.tolerations?.some(own => sameToleration(own, toleration)))
  if (added.length > 0) spec.tolerations = [...(spec.tolerations ?? []), ...added]
}
