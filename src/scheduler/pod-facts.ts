import type { Pod } from '../api/core/pod/pod.ts'
import { podHostPorts, type HostPort } from '../api/core/pod/host-ports.ts'
import { isSidecar, podRequests, type Amounts } from '../api/core/pod/predicates.ts'
import type { PodAffinityTerm } from '../api/core/pod/scheduling.ts'
import { selectorFrom, type Labels } from '../machinery/selector.ts'

/** A term of pod (anti-)affinity, ready to be asked. */
export interface AffinityTerm {
  readonly topologyKey: string
  readonly weight: number
  /** `labelsOf` answers a namespace's labels. */
  matches(pod: Pod, labelsOf: (namespace: string) => Labels): boolean
}

/** What decisions need to know of a pod that is on a node, worked out once. */
export interface PodFacts {
  readonly pod: Pod
  readonly uid: string
  readonly requests: Amounts
  readonly assumedCpu: number
  readonly assumedMemory: number
  readonly ports: readonly HostPort[]
  readonly hasAffinity: boolean
  readonly requiredAffinity: readonly AffinityTerm[]
  readonly requiredAntiAffinity: readonly AffinityTerm[]
  readonly preferredAffinity: readonly AffinityTerm[]
  readonly preferredAntiAffinity: readonly AffinityTerm[]
}

/** What a container that asks for no CPU or memory counts as when nodes are compared. */
const ASSUMED_CPU = 100
const ASSUMED_MEMORY = 200 * 1024 * 1024
const NONE: readonly never[] = []

function affinityTerm(term: PodAffinityTerm, owner: Pod, weight: number): AffinityTerm {
  const selector = selectorFrom(term.labelSelector)
  const named = term.namespaces?.length || term.namespaceSelector ? new Set(term.namespaces) : new Set([owner.metadata.namespace])
  const bySelector = term.namespaceSelector ? selectorFrom(term.namespaceSelector) : undefined
  return {
    topologyKey: term.topologyKey, weight,
    matches: ({ metadata }, labelsOf) =>
      selector.matches(metadata.labels) && (named.has(metadata.namespace) || (bySelector !== undefined && (bySelector.everything || bySelector.matches(labelsOf(metadata.namespace) ?? {})))),
  }
}

/** Works out a pod's facts. */
export function podFacts(pod: Pod): PodFacts {
  const requests = podRequests(pod)
  const { podAffinity, podAntiAffinity } = pod.spec.affinity ?? {}
  const required = (terms: readonly PodAffinityTerm[] | undefined) => terms?.map(term => affinityTerm(term, pod, 1)) ?? NONE
  const preferred = (affinity: typeof podAffinity | typeof podAntiAffinity) =>
    affinity?.preferredDuringSchedulingIgnoredDuringExecution?.map(({ weight, podAffinityTerm }) => affinityTerm(podAffinityTerm, pod, weight)) ?? NONE
  return {
    pod, uid: pod.metadata.uid, requests, ports: podHostPorts(pod), ...assumedAmounts(pod, requests),
    hasAffinity: podAffinity !== undefined || podAntiAffinity !== undefined,
    requiredAffinity: required(podAffinity?.requiredDuringSchedulingIgnoredDuringExecution),
    requiredAntiAffinity: required(podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution),
    preferredAffinity: preferred(podAffinity), preferredAntiAffinity: preferred(podAntiAffinity),
  }
}

/** CPU and memory for scores: each container that states nothing counts as something, so that such pods spread too. */
export function assumedAmounts({ spec }: Pod, requests: Amounts): { assumedCpu: number; assumedMemory: number } {
  const missing = (name: string): number => spec.resources?.requests?.[name] !== undefined ? 0
    : spec.containers.filter(({ resources }) => resources?.requests?.[name] === undefined).length + (spec.initContainers ?? []).filter(each => isSidecar(each) && each.resources?.requests?.[name] === undefined).length
  return { assumedCpu: (requests.cpu ?? 0) + missing('cpu') * ASSUMED_CPU, assumedMemory: (requests.memory ?? 0) + missing('memory') * ASSUMED_MEMORY }
}
