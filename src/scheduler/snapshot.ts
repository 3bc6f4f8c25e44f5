import type { Node } from '../api/core/node.ts'
import type { HostPort } from '../api/core/pod/host-ports.ts'
import { amount, type Amounts } from '../api/core/pod/predicates.ts'
import type { CacheReader } from '../client/cache.ts'
import type { PodFacts } from './pod-facts.ts'

/** A node and what is on it. Never changes: a node with one more pod is a new value. */
export interface NodeInfo {
  readonly name: string
  readonly node: Node
  readonly allocatable: Amounts
  readonly pods: readonly PodFacts[]
  readonly requested: Amounts
  /** CPU and memory, where a container that asks for nothing counts as asking for a little: for scores. */
  readonly assumedCpu: number
  readonly assumedMemory: number
  readonly ports: readonly HostPort[]
  /** Pods that state an affinity or anti-affinity to other pods. */
  readonly withAffinity: readonly PodFacts[]
  readonly withRequiredAntiAffinity: readonly PodFacts[]
  /** Sizes of the images that are there. */
  readonly images: ReadonlyMap<string, number>
}

/** The cluster during one decision. */
export interface Snapshot {
  readonly nodes: readonly NodeInfo[]
  get(name: string): NodeInfo | undefined
  /** Whether any pod states an affinity: most clusters have none, and then nobody needs to look. */
  readonly anyAffinity: boolean
  readonly anyRequiredAntiAffinity: boolean
  /** On how many nodes an image is. */
  nodesWithImage(image: string): number
  /** All other kinds. */
  readonly objects: CacheReader
}

function amountsOf(list: Readonly<Record<string, string>> | undefined): Amounts {
  const amounts: Amounts = {}
  for (const name in list) amounts[name] = amount(name, list[name]!)
  return amounts
}

/** A node without pods. */
export function nodeInfo(node: Node): NodeInfo {
  const images = new Map<string, number>()
  for (const { names, sizeBytes } of node.status.images ?? []) for (const name of names ?? []) images.set(name, Number(sizeBytes ?? 0))
  return {
    name: node.metadata.name, node, images, allocatable: amountsOf(node.status.allocatable),
    pods: [], requested: {}, assumedCpu: 0, assumedMemory: 0, ports: [], withAffinity: [], withRequiredAntiAffinity: [],
  }
}

function summed(total: Amounts, more: Amounts, sign: 1 | -1): Amounts {
  const sum = { ...total }
  for (const name in more) sum[name] = (sum[name] ?? 0) + sign * more[name]!
  return sum
}

/** The node with one more pod. */
export const withPod = (info: NodeInfo, facts: PodFacts): NodeInfo => ({
  ...info,
  pods: [...info.pods, facts],
  requested: summed(info.requested, facts.requests, 1),
  assumedCpu: info.assumedCpu + facts.assumedCpu,
  assumedMemory: info.assumedMemory + facts.assumedMemory,
  ports: facts.ports.length ? [...info.ports, ...facts.ports] : info.ports,
  withAffinity: facts.hasAffinity ? [...info.withAffinity, facts] : info.withAffinity,
  withRequiredAntiAffinity: facts.requiredAntiAffinity.length ? [...info.withRequiredAntiAffinity, facts] : info.withRequiredAntiAffinity,
})

/** The node without a pod; a pod that is not there changes nothing. */
export function withoutPod(info: NodeInfo, uid: string): NodeInfo {
  const facts = info.pods.find(each => each.uid === uid)
  if (!facts) return info
  const without = (list: readonly PodFacts[]): readonly PodFacts[] => (list.includes(facts) ? list.filter(each => each !== facts) : list)
  const pods = without(info.pods)
  return {
    ...info, pods, requested: summed(info.requested, facts.requests, -1),
    assumedCpu: info.assumedCpu - facts.assumedCpu, assumedMemory: info.assumedMemory - facts.assumedMemory,
    ports: facts.ports.length ? pods.flatMap(each => each.ports) : info.ports,
    withAffinity: without(info.withAffinity), withRequiredAntiAffinity: without(info.withRequiredAntiAffinity),
  }
}

/** The cluster with one node thought differently. */
export const withNode = (snapshot: Snapshot, changed: NodeInfo): Snapshot => ({
  ...snapshot,
  nodes: snapshot.nodes.map(each => (each.name === changed.name ? changed : each)),
  get: name => (name === changed.name ? changed : snapshot.get(name)),
  anyAffinity: snapshot.anyAffinity || changed.withAffinity.length > 0,
  anyRequiredAntiAffinity: snapshot.anyRequiredAntiAffinity || changed.withRequiredAntiAffinity.length > 0,
})
