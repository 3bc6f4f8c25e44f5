import type { Container, EphemeralContainer, ResourceRequirements } from '../../api/core/pod/container.ts'
import type { Pod } from '../../api/core/pod/pod.ts'
import { milliValue, value } from '../../machinery/quantity.ts'
import { isSidecar } from '../restart-policy.ts'
import type { LinuxResources } from '../runtime.ts'

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort'

const CPU_PERIOD_MICROS = 100_000
const MIN_QUOTA_MICROS = 1000
const MIN_SHARES = 2
const MAX_SHARES = 262_144

const counted = (quantities: Readonly<Record<string, string>> | null | undefined): [string, string][] =>
  Object.entries(quantities ?? {}).filter(([name, quantity]) => (name === 'cpu' || name === 'memory') && milliValue(quantity) > 0)

/** How well a pod is treated when the node runs short, by what its containers ask for and are held to. */
export function qosClass({ spec }: Pod): QosClass {
  const all: readonly { resources?: ResourceRequirements | undefined }[] = spec.resources ? [spec] : [...(spec.initContainers ?? []), ...spec.containers]
  const requests = all.flatMap(({ resources }) => counted(resources?.requests))
  const limits = all.flatMap(({ resources }) => counted(resources?.limits))
  if (requests.length === 0 && limits.length === 0) return 'BestEffort'
  const guaranteed = all.every(({ resources }) => {
    const held = new Map(counted(resources?.limits))
    return held.has('cpu') && held.has('memory') &&
      counted(resources?.requests).every(([name, quantity]) => held.has(name) && milliValue(held.get(name)!) === milliValue(quantity))
  })
  return guaranteed ? 'Guaranteed' : 'Burstable'
}

export const cpuShares = (milliCpu: number): number =>
  milliCpu === 0 ? MIN_SHARES : Math.min(Math.max(Math.floor((milliCpu * 1024) / 1000), MIN_SHARES), MAX_SHARES)

export const cpuQuota = (milliCpu: number): number => (milliCpu === 0 ? 0 : Math.max(Math.floor((milliCpu * CPU_PERIOD_MICROS) / 1000), MIN_QUOTA_MICROS))

/** What decides which process the kernel kills first: the more of the node's memory a container asked for, the later. */
export function oomScoreAdj(pod: Pod, container: Container | EphemeralContainer, nodeMemoryBytes: number): number {
  if ((pod.spec.priority ?? 0) >= 2_000_000_000) return -997
  const qos = qosClass(pod)
  if (qos === 'Guaranteed') return -997
  if (qos === 'BestEffort') return 1000
  const request = value(container.resources?.requests?.['memory'] ?? '0')
  const score = 1000 - Math.floor((1000 * request) / Math.max(nodeMemoryBytes, 1))
  return score < 3 ? 3 : Math.min(score, 999)
}

export interface ResourceContext {
  readonly nodeMemoryBytes: number
  /** The machine does not let anybody lower the score (no CAP_SYS_RESOURCE). */
  readonly restrictOomScore: boolean
}

/** A container's limits as the kernel counts them. */
export function linuxResources(pod: Pod, container: Container | EphemeralContainer, context: ResourceContext): LinuxResources {
  const { requests, limits } = container.resources ?? {}
  const cpuLimit = limits?.['cpu'] === undefined ? 0 : milliValue(limits['cpu'])
  // A limit without a request asks for as much as its limit.
  const cpuRequest = requests?.['cpu'] === undefined ? cpuLimit : milliValue(requests['cpu'])
  const memoryLimit = limits?.['memory'] === undefined ? 0 : value(limits['memory'])
  const score = oomScoreAdj(pod, container, context.nodeMemoryBytes)
  return {
    cpuShares: cpuShares(cpuRequest), oomScoreAdj: context.restrictOomScore ? Math.max(score, 0) : score,
    ...(cpuLimit > 0 && { cpuPeriod: CPU_PERIOD_MICROS, cpuQuota: cpuQuota(cpuLimit) }),
    // Equal limits for memory and memory with swap: no swap.
    ...(memoryLimit > 0 && { memoryLimitBytes: memoryLimit, memorySwapLimitBytes: memoryLimit }),
  }
}

const total = (pod: Pod, kind: 'requests' | 'limits', name: string, measure: (quantity: string) => number): number => {
  const of = (container: Container): number => {
    const resources = container.resources
    const quantity = resources[kind]?.[name] ?? (kind === 'requests' ? resources.limits?.[name] : undefined)
    return quantity === undefined ? 0 : measure(quantity)
  }
  const inits = pod.spec.initContainers ?? []
  const running = [...pod.spec.containers, ...inits.filter(isSidecar)].reduce((sum, container) => sum + of(container), 0)
  let [sidecars, peak] = [0, 0]
  for (const container of inits) {
    if (isSidecar(container)) sidecars += of(container)
    peak = Math.max(peak, sidecars + (isSidecar(container) ? 0 : of(container)))
  }
  const overhead = pod.spec.overhead?.[name]
  return Math.max(running, peak) + (overhead === undefined ? 0 : measure(overhead))
}

/** What the whole pod asks for, in thousandths of a core and in bytes. */
export const podRequests = (pod: Pod): { milliCpu: number; memoryBytes: number } => ({
  milliCpu: total(pod, 'requests', 'cpu', milliValue), memoryBytes: total(pod, 'requests', 'memory', value),
})

/** Limits of the pod's own cgroup; a limit holds only when every container states one. */
export function podCgroupLimits(pod: Pod): { cpuShares: number; cpuPeriodMicros?: number; cpuQuotaMicros?: number; memoryBytes?: number } {
  const all = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])]
  const limited = (name: string): boolean => all.every(({ resources }) => resources.limits?.[name] !== undefined)
  const { milliCpu } = podRequests(pod)
  return {
    cpuShares: cpuShares(milliCpu),
    ...(limited('cpu') && { cpuPeriodMicros: CPU_PERIOD_MICROS, cpuQuotaMicros: cpuQuota(total(pod, 'limits', 'cpu', milliValue)) }),
    ...(limited('memory') && { memoryBytes: total(pod, 'limits', 'memory', value) }),
  }
}

/** The pod's cgroup below the root of all pods: guaranteed pods directly, the others in the group of their class. */
export function podCgroup(root: string, pod: Pod, uid: string): string {
  const qos = qosClass(pod)
  return qos === 'Guaranteed' ? `${root}/pod${uid}` : `${root}/${qos.toLowerCase()}/pod${uid}`
}
