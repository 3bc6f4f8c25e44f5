import { compareQuantities, milliValue, value } from '../../../machinery/quantity.ts'
import type { Container } from './container.ts'
import type { Pod } from './schema.ts'
import type { PodCondition, PodSpec } from './pod-spec.ts'
import type { Toleration } from './scheduling.ts'

/** The condition of a type, if the pod has it. */
export const podCondition = (pod: Pod, type: string): PodCondition | undefined => pod.status?.conditions?.find(condition => condition.type === type)

/** Whether the pod takes traffic. */
export const isPodReady = (pod: Pod): boolean => podCondition(pod, 'Ready')?.status === 'True'

/** Whether the pod has ended for good: it will not run again. */
export const isPodFinished = ({ status }: Pod): boolean => status?.phase === 'Succeeded' || status?.phase === 'Failed'

/** Whether the pod counts for its owner: it has not ended and is not being deleted. */
export const isPodActive = (pod: Pod): boolean => !isPodFinished(pod) && pod.metadata.deletionTimestamp === undefined

/** Milliseconds until a ready pod has been ready for `minReadySeconds`; 0: it is available; undefined: it is not ready. */
export function untilAvailable(pod: Pod, minReadySeconds: number, now: number): number | undefined {
  const ready = podCondition(pod, 'Ready')
  if (ready?.status !== 'True') return undefined
  if (!minReadySeconds) return 0
  return ready.lastTransitionTime ? Math.max(0, Date.parse(ready.lastTransitionTime) + minReadySeconds * 1000 - now) : minReadySeconds * 1000
}

/** An init container that keeps running beside the others (a sidecar). */
export const isSidecar = ({ restartPolicy }: { restartPolicy?: string | undefined }): boolean => restartPolicy === 'Always'

/** Who comes first: the larger. */
export const podPriority = ({ spec }: Pod): number => spec.priority ?? 0

interface Taint {
  readonly key: string
  readonly value?: string | undefined
  readonly effect: string
}

/** Whether one toleration covers the taint. */
export function toleratesTaint(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect && toleration.effect !== taint.effect) return false
  if (toleration.key && toleration.key !== taint.key) return false
  switch (toleration.operator || 'Equal') {
    case 'Exists': return true
    case 'Equal': return (toleration.value ?? '') === (taint.value ?? '') && !!toleration.key
    case 'Gt': case 'Lt': {
      const [wanted, given] = [toleration.value ?? '', taint.value ?? '']
      if (!/^-?\d+$/.test(wanted) || !/^-?\d+$/.test(given)) return false
      return toleration.operator === 'Gt' ? BigInt(given) > BigInt(wanted) : BigInt(given) < BigInt(wanted)
    }
    default: return false
  }
}

/** Whether any of the tolerations covers the taint. */
export const tolerates = (tolerations: readonly Toleration[] | undefined | null, taint: Taint): boolean =>
  tolerations?.some(toleration => toleratesTaint(toleration, taint)) ?? false

/** Amounts by resource: thousandths of a CPU for `cpu`, whole numbers for the others. */
export type Amounts = Record<string, number>

/** One resource's quantity as a number, as `Amounts` count it. */
export const amount = (resource: string, quantity: string): number => (resource === 'cpu' ? milliValue(quantity) : value(quantity))

type Kind = 'requests' | 'limits'

/** What a pod asks of its node: the larger of its containers together and of what starting them takes, and its overhead. */
export const podRequests = (pod: { spec: PodSpec }): Amounts => podAmounts(pod.spec, 'requests', true)

/** What a pod may use at most, for the resources that are limited. */
export const podLimits = (pod: { spec: PodSpec }): Amounts => podAmounts(pod.spec, 'limits', true)

/** KEP-753: sidecars count beside the containers and beside the init containers that start after them. */
export function podAmounts(spec: PodSpec, kind: Kind, withPodLevel: boolean): Amounts {
  const total: Amounts = {}
  for (const { resources } of spec.containers ?? []) addAll(total, resources?.[kind])
  const sidecars: Amounts = {}
  const starting: Amounts = {}
  for (const container of spec.initContainers ?? []) {
    const own = container.resources?.[kind]
    if (isSidecar(container)) {
      addAll(total, own)
      addAll(sidecars, own)
      raise(starting, sidecars)
    } else raise(starting, addAll({ ...sidecars }, own))
  }
  raise(total, starting)
  const own = withPodLevel ? spec.resources?.[kind] : undefined
  for (const name in own) total[name] = amount(name, own[name]!)
  for (const name in spec.overhead) if (kind === 'requests' || total[name] !== undefined) total[name] = (total[name] ?? 0) + amount(name, spec.overhead[name]!)
  return total
}

function addAll(total: Amounts, quantities: Readonly<Record<string, string>> | undefined): Amounts {
  for (const name in quantities) total[name] = (total[name] ?? 0) + amount(name, quantities[name]!)
  return total
}

function raise(total: Amounts, least: Amounts): void {
  for (const name in least) total[name] = Math.max(total[name] ?? 0, least[name]!)
}

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort'

/** How well a pod is protected when its node runs short: by what its containers ask for and are limited to. */
export function qosClass(spec: PodSpec): QosClass {
  const all: Pick<Container, 'resources'>[] = spec.resources && hasAny(spec.resources) ? [{ resources: spec.resources }] : [...spec.containers ?? [], ...spec.initContainers ?? []]
  const counted = (list: Readonly<Record<string, string>> | undefined): [string, string][] =>
    Object.entries(list ?? {}).filter(([name, quantity]) => (name === 'cpu' || name === 'memory') && compareQuantities(quantity, '0') > 0)
  let any = false
  let guaranteed = true
  for (const { resources } of all) {
    const [requests, limits] = [counted(resources?.requests), counted(resources?.limits)]
    any ||= requests.length > 0 || limits.length > 0
    const same = limits.length === 2 && requests.every(([name, quantity]) => compareQuantities(quantity, resources!.limits![name]!) === 0)
    guaranteed &&= same && (requests.length === 2 || requests.length === 0)
  }
  return !any ? 'BestEffort' : guaranteed ? 'Guaranteed' : 'Burstable'
}

const hasAny = ({ requests, limits }: NonNullable<PodSpec['resources']>): boolean => Object.keys(requests ?? {}).length > 0 || Object.keys(limits ?? {}).length > 0
