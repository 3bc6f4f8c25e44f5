import type { Pod } from '../../api/core/pod/pod.ts'
import { Pods } from '../../api/core/pod/pod.ts'
import type { PriorityClass } from '../../api/scheduling/priority-class.ts'
import { PriorityClasses } from '../../api/scheduling/priority-class.ts'
import { forbidden } from '../../machinery/status.ts'
import type { AdmissionContext, AdmissionPlugin, AdmissionRequest } from './admission.ts'

const SYSTEM_CLASSES = ['system-node-critical', 'system-cluster-critical']

/** Turns a pod's priority class into its number; the system's classes stay and only one class is everybody's default. */
export const priority: AdmissionPlugin = {
  name: 'Priority',
  handles: ({ operation, resource, subresource }) =>
    (resource === Pods && !subresource && (operation === 'CREATE' || operation === 'UPDATE')) || (resource === PriorityClasses && operation !== 'CONNECT'),

  mutate(request, context) {
    if (request.resource === Pods && request.operation === 'CREATE') resolvePriority(request, context)
    if (request.resource === Pods && request.operation === 'UPDATE') keepPriority(request)
    if (request.resource === PriorityClasses && request.operation === 'DELETE' && SYSTEM_CLASSES.includes(request.name)) {
      throw forbidden(PriorityClasses, request.shownName, 'this is a system priority class and cannot be deleted')
    }
  },

  validate(request, context) {
    const candidate = request.object as PriorityClass | undefined
    if (request.resource !== PriorityClasses || !candidate?.globalDefault) return
    const other = defaultClass(context)
    if (other && other.metadata.name !== candidate.metadata.name) {
      throw forbidden(PriorityClasses, request.shownName, `PriorityClass ${other.metadata.name} is already marked as default. Only one default can exist`)
    }
  },
}

/** Of several defaults (they may race), the one with the lowest value. */
const defaultClass = (context: AdmissionContext): PriorityClass | undefined =>
  context.list<PriorityClass>(PriorityClasses).filter(({ globalDefault }) => globalDefault).sort((a, b) => a.value - b.value)[0]

function resolvePriority(request: AdmissionRequest, context: AdmissionContext): void {
  const pod = request.object as Pod
  const chosen = classOf(request, pod, context)
  if (chosen && !pod.spec.priorityClassName) pod.spec.priorityClassName = chosen.metadata.name
  const value = chosen?.value ?? 0
  if (pod.spec.priority !== undefined && pod.spec.priority !== value) {
    throw forbidden(Pods, request.shownName, `the integer value of priority (${pod.spec.priority}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`)
  }
  pod.spec.priority = value
  const policy = chosen?.preemptionPolicy ?? 'PreemptLowerPriority'
  if (pod.spec.preemptionPolicy !== undefined && pod.spec.preemptionPolicy !== policy) {
    throw forbidden(Pods, request.shownName, `the string value of PreemptionPolicy (${pod.spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${policy} from the given PriorityClass name`)
  }
  pod.spec.preemptionPolicy = policy
}

function classOf(request: AdmissionRequest, pod: Pod, context: AdmissionContext): PriorityClass | undefined {
  if (!pod.spec.priorityClassName) return defaultClass(context)
  const named = context.get<PriorityClass>(PriorityClasses, undefined, pod.spec.priorityClassName)
  if (!named) throw forbidden(Pods, request.shownName, `no PriorityClass with name ${pod.spec.priorityClassName} was found`)
  return named
}

/** Clients that do not know the fields must be able to update a pod: what they leave out stays. */
function keepPriority(request: AdmissionRequest): void {
  const pod = request.object as Pod
  const old = request.oldObject as Pod
  if (pod.spec.priority === undefined && old.spec.priority !== undefined) pod.spec.priority = old.spec.priority
  if (pod.spec.preemptionPolicy === undefined && old.spec.preemptionPolicy !== undefined) pod.spec.preemptionPolicy = old.spec.preemptionPolicy
}
