import type { Node, NodeCondition, NodeStatus } from '../../api/core/node.ts'
import { timestamp } from '../../machinery/clock.ts'
import type { Draft } from '../../machinery/schema/schema.ts'
import type { Image, RuntimeStatus, RuntimeVersion } from '../runtime.ts'
import type { Machine } from './machine.ts'

/** Everything that a node's status is made of. */
export interface NodeFacts {
  readonly nodeName: string
  readonly hostname: string
  readonly ips: readonly string[]
  readonly machine: Machine
  readonly diskBytes: number
  readonly maxPods: number
  readonly version: string
  readonly port: number
  readonly runtimeVersion: RuntimeVersion | undefined
  readonly runtimeStatus: RuntimeStatus | undefined
  /** What the runtime said instead of its status. */
  readonly runtimeError: string | undefined
  readonly images: readonly Image[]
  /** In place of what the machine has. */
  readonly capacity: Readonly<Record<string, string>> | undefined
  /** Pressures that are on. */
  readonly pressure: ReadonlySet<'MemoryPressure' | 'DiskPressure' | 'PIDPressure'>
}

const EVICTION_MEMORY_BYTES = 100 * 1024 * 1024
const MAX_IMAGES = 50
const MAX_NAMES = 5

type Verdict = Pick<NodeCondition, 'type' | 'status' | 'reason' | 'message'>

function readiness({ runtimeStatus, runtimeError }: NodeFacts): Verdict {
  const failed = (runtimeStatus?.conditions ?? []).filter(({ type, status }) => !status && (type === 'RuntimeReady' || type === 'NetworkReady'))
  const problems = [
    ...(runtimeError ? [`container runtime is down: ${runtimeError}`] : []),
    ...failed.map(({ type, reason, message }) => {
      const what = type === 'NetworkReady' ? 'container runtime network' : 'container runtime'
      return `${what} not ready: ${type}=false reason:${reason} message:${message}`
    }),
  ]
  if (problems.length) return { type: 'Ready', status: 'False', reason: 'KubeletNotReady', message: problems.length > 1 ? `[${problems.join(', ')}]` : problems[0] }
  return { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' }
}

const PRESSURES = [
  ['MemoryPressure', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available', 'KubeletHasInsufficientMemory', 'kubelet has insufficient memory available'],
  ['DiskPressure', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure', 'KubeletHasDiskPressure', 'kubelet has disk pressure'],
  ['PIDPressure', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available', 'KubeletHasInsufficientPID', 'kubelet has insufficient PID available'],
] as const

/** Whether two statuses differ in more than their heartbeats. */
export function statusDiffers(a: NodeStatus, b: NodeStatus): boolean {
  const bare = (status: NodeStatus): unknown => ({
    ...status, conditions: (status.conditions ?? []).map(({ lastHeartbeatTime: _heartbeat, ...rest }) => rest),
  })
  return canonical(bare(a)) !== canonical(bare(b))
}

/** JSON with keys in order and without what says nothing. */
const canonical = (value: unknown): string => JSON.stringify(value, (_key, each: unknown) => {
  if (each === null || typeof each !== 'object' || Array.isArray(each)) return each
  const said = Object.entries(each).filter(([, item]) => item !== null && !(Array.isArray(item) && item.length === 0))
  return Object.fromEntries(said.sort(([a], [b]) => (a < b ? -1 : 1)))
})

/** The node's conditions; one that has not changed keeps the time of its last change. Those of others stay. */
export function nodeConditions(facts: NodeFacts, before: readonly NodeCondition[], nowMs: number): NodeCondition[] {
  const verdicts: Verdict[] = [
    ...PRESSURES.map(([type, fine, fineMessage, bad, badMessage]): Verdict => facts.pressure.has(type)
      ? { type, status: 'True', reason: bad, message: badMessage } : { type, status: 'False', reason: fine, message: fineMessage }),
    readiness(facts),
  ]
  const now = timestamp(nowMs)
  const own = verdicts.map(verdict => {
    const old = before.find(({ type }) => type === verdict.type)
    return { ...verdict, lastHeartbeatTime: now, lastTransitionTime: old?.status === verdict.status ? old.lastTransitionTime ?? now : now }
  })
  return [...before.filter(({ type }) => !own.some(each => each.type === type)), ...own]
}

/** What the node has, and what of it pods may use. */
export function nodeResources({ machine, diskBytes, maxPods, capacity: stated }: Pick<NodeFacts, 'machine' | 'diskBytes' | 'maxPods' | 'capacity'>): { capacity: Record<string, string>; allocatable: Record<string, string> } {
  const memory = Math.floor(machine.memoryBytes / 1024)
  const capacity: Record<string, string> = {
    cpu: String(machine.cpus), memory: `${memory}Ki`, 'ephemeral-storage': `${Math.floor(diskBytes / 1024)}Ki`,
    'hugepages-1Gi': '0', 'hugepages-2Mi': '0', pods: String(maxPods), ...stated,
  }
  const allocatable = {
    ...capacity, ...(stated?.['memory'] === undefined && { memory: `${Math.max(memory - EVICTION_MEMORY_BYTES / 1024, 0)}Ki` }),
    // A tenth of the disk is kept free.
    ...(stated?.['ephemeral-storage'] === undefined && { 'ephemeral-storage': String(Math.floor(diskBytes * 0.9)) }),
  }
  return { capacity, allocatable }
}

/** The whole status of a node. */
export function nodeStatus(facts: NodeFacts, before: NodeStatus, nowMs: number): NodeStatus {
  const { machine, runtimeVersion, runtimeStatus } = facts
  const { capacity, allocatable } = nodeResources(facts)
  return {
    ...before, capacity: { ...before.capacity, ...capacity }, allocatable: { ...before.allocatable, ...allocatable },
    conditions: nodeConditions(facts, before.conditions ?? [], nowMs),
    addresses: [...facts.ips.map(address => ({ type: 'InternalIP', address })), { type: 'Hostname', address: facts.hostname }],
    daemonEndpoints: { kubeletEndpoint: { Port: facts.port } },
    nodeInfo: {
      machineID: machine.machineId, systemUUID: machine.systemUuid, bootID: machine.bootId, kernelVersion: machine.kernelVersion, osImage: machine.osImage,
      containerRuntimeVersion: runtimeVersion ? `${runtimeVersion.name}://${runtimeVersion.version}` : 'Unknown', kubeletVersion: facts.version, kubeProxyVersion: '',
      operatingSystem: 'linux', architecture: machine.architecture, swap: { capacity: machine.swapBytes },
    },
    images: [...facts.images].sort((a, b) => b.sizeBytes - a.sizeBytes).slice(0, MAX_IMAGES)
      .map(({ repoTags, repoDigests, sizeBytes }) => ({ names: [...repoDigests, ...repoTags].slice(0, MAX_NAMES), sizeBytes })),
    ...(runtimeStatus?.handlers.length && {
      runtimeHandlers: runtimeStatus.handlers.map(({ name, recursiveReadOnlyMounts, userNamespaces }) => ({ name, features: { recursiveReadOnlyMounts, userNamespaces } })),
    }),
    features: { supplementalGroupsPolicy: runtimeStatus?.supplementalGroupsPolicy ?? false },
  }
}

/** Labels that every node has. */
export const nodeLabels = ({ hostname, machine }: Pick<NodeFacts, 'hostname' | 'machine'>): Record<string, string> => ({
  'beta.kubernetes.io/arch': machine.architecture, 'beta.kubernetes.io/os': 'linux',
  'kubernetes.io/arch': machine.architecture, 'kubernetes.io/hostname': hostname, 'kubernetes.io/os': 'linux',
})

/** Events about a change of conditions: `NodeReady` and the like. */
export function conditionEvents(nodeName: string, before: readonly NodeCondition[], after: readonly NodeCondition[]): { reason: string; message: string }[] {
  const names: Readonly<Record<string, readonly [on: string, off: string]>> = {
    Ready: ['NodeReady', 'NodeNotReady'], MemoryPressure: ['NodeHasInsufficientMemory', 'NodeHasSufficientMemory'],
    DiskPressure: ['NodeHasDiskPressure', 'NodeHasNoDiskPressure'], PIDPressure: ['NodeHasInsufficientPID', 'NodeHasSufficientPID'],
  }
  return after.flatMap(({ type, status }) => {
    const reason = names[type]?.[status === 'True' ? 0 : 1]
    if (!reason || before.find(each => each.type === type)?.status === status) return []
    return [{ reason, message: `Node ${nodeName} status is now: ${reason}` }]
  })
}

/** The object with which a node registers itself. */
export function newNode(facts: NodeFacts, extra: { labels: Readonly<Record<string, string>>; taints: NonNullable<Node['spec']['taints']> }, nowMs: number): Draft<Node> {
  return {
    kind: 'Node', apiVersion: 'v1',
    metadata: { name: facts.nodeName, labels: { ...nodeLabels(facts), ...extra.labels }, annotations: { 'volumes.kubernetes.io/controller-managed-attach-detach': 'true' } },
    spec: { ...(extra.taints.length && { taints: extra.taints }) },
    status: nodeStatus(facts, {} as NodeStatus, nowMs),
  }
}
