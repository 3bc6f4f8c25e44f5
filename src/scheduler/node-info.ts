import type { Node } from '../api/core/node.ts'
import type { Pod } from '../api/core/pod/pod.ts'
import { amount, podRequests, type Amounts } from '../api/core/pod/predicates.ts'

/** A node with what stands on it, as of one moment. Never changed. */
export interface NodeInfo {
  readonly node: Node
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly pods: readonly Pod[]
  readonly allocatable: Amounts
  /** What the pods ask for together. */
  readonly requested: Amounts
  /** The same for CPU and memory, where a pod that asks for nothing counts as a small one. */
  readonly assumed: { readonly cpu: number; readonly memory: number }
  readonly usedPorts: ReadonlySet<string>
}

/** What a container that asks for nothing counts as when nodes are compared. */
const SMALL_CPU = 100
const SMALL_MEMORY = 200 * 1024 * 1024

/** Pods are immutable: what was computed from one stays true. */
const CACHE = new WeakMap<Pod, { readonly requests: Amounts; readonly assumed: { cpu: number; memory: number } }>()

/** What a pod asks for, computed once per object. */
export function requestsOf(pod: Pod): { readonly requests: Amounts; readonly assumed: { cpu: number; memory: number } } {
  const known = CACHE.get(pod)
  if (known) return known
  const filled = (requests: Readonly<Record<string, string>> | undefined) => ({ cpu: `${SMALL_CPU}m`, memory: String(SMALL_MEMORY), ...requests })
  const containers = pod.spec.containers.map(container => ({ ...container, resources: { ...container.resources, requests: filled(container.resources?.requests) } }))
  const nonZero = podRequests({ spec: { ...pod.spec, containers } })
  const result = { requests: podRequests(pod), assumed: { cpu: nonZero.cpu ?? 0, memory: nonZero.memory ?? 0 } }
  CACHE.set(pod, result)
  return result
}

/** The host ports that a pod takes: `protocol/ip/port`. */
export const hostPortsOf = (pod: Pod): string[] => pod.spec.containers.flatMap(container =>
  (container.ports ?? []).filter(({ hostPort }) => hostPort).map(({ protocol = 'TCP', hostIP, hostPort }) => `${protocol}/${hostIP || '0.0.0.0'}/${hostPort}`))

/** Whether a host port collides with those in use; all addresses collide with each. */
export function collides(port: string, used: ReadonlySet<string>): boolean {
  const [protocol, ip, number] = port.split('/')
  if (ip !== '0.0.0.0') return used.has(port) || used.has(`${protocol}/0.0.0.0/${number}`)
  for (const other of used) {
    const [otherProtocol, , otherNumber] = other.split('/')
    if (otherProtocol === protocol && otherNumber === number) return true
  }
  return false
}

/** Sums up a node and its pods. */
export function nodeInfo(node: Node, pods: readonly Pod[]): NodeInfo {
  const requested: Amounts = {}
  const assumed = { cpu: 0, memory: 0 }
  const usedPorts = new Set<string>()
  for (const pod of pods) {
    const { requests, assumed: own } = requestsOf(pod)
    for (const name in requests) requested[name] = (requested[name] ?? 0) + requests[name]!
    assumed.cpu += own.cpu
    assumed.memory += own.memory
    for (const port of hostPortsOf(pod)) usedPorts.add(port)
  }
  const allocatable: Amounts = {}
  for (const [name, quantity] of Object.entries(node.status.allocatable ?? {})) allocatable[name] = amount(name, quantity)
  return { node, name: node.metadata.name, labels: node.metadata.labels ?? {}, pods, allocatable, requested, assumed, usedPorts }
}
