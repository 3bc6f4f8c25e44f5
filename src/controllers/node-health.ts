import type { Node, NodeCondition, Taint } from '../api/core/node.ts'
import { timestamp } from '../machinery/clock.ts'
import { conditionOf, sameJson } from './conditions.ts'

const NOT_READY = 'node.kubernetes.io/not-ready'
const UNREACHABLE = 'node.kubernetes.io/unreachable'

/** Conditions that mean a taint in some state, and the taint's key. */
const CONDITION_TAINTS: readonly (readonly [type: string, status: string, key: string])[] = [
  ['Ready', 'False', NOT_READY], ['Ready', 'Unknown', UNREACHABLE], ['MemoryPressure', 'True', 'node.kubernetes.io/memory-pressure'],
  ['DiskPressure', 'True', 'node.kubernetes.io/disk-pressure'], ['PIDPressure', 'True', 'node.kubernetes.io/pid-pressure'],
  ['NetworkUnavailable', 'True', 'node.kubernetes.io/network-unavailable'],
]
const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable'
const SCHEDULE_KEYS: ReadonlySet<string> = new Set([...CONDITION_TAINTS.map(([, , key]) => key), UNSCHEDULABLE])
const EXECUTE_KEYS: ReadonlySet<string> = new Set([NOT_READY, UNREACHABLE])

/** The taints that a node should have: those that follow from its conditions renewed, all others kept. */
export function planTaints(node: Node, now: number): Taint[] {
  const taints = node.spec.taints ?? []
  const holds = (type: string, status: string): boolean => conditionOf(node.status.conditions, type)?.status === status
  const keys = [
    ...CONDITION_TAINTS.filter(([type, status]) => holds(type, status)).map(([, , key]) => key),
    // A node that has never said anything is not ready.
    ...(conditionOf(node.status.conditions, 'Ready') ? [] : [NOT_READY]), ...(node.spec.unschedulable ? [UNSCHEDULABLE] : []),
  ]
  const wanted = (effect: Taint['effect'], known: ReadonlySet<string>): Taint[] => keys.filter(key => known.has(key)).map(key =>
    taints.find(taint => taint.key === key && taint.effect === effect) ?? { key, effect, timeAdded: timestamp(now) })
  const foreign = taints.filter(({ key, effect }) => !(effect === 'NoSchedule' && SCHEDULE_KEYS.has(key)) && !(effect === 'NoExecute' && EXECUTE_KEYS.has(key)))
  const execute = conditionOf(node.status.conditions, 'Ready') ? wanted('NoExecute', EXECUTE_KEYS) : []
  const next = [...foreign, ...wanted('NoSchedule', SCHEDULE_KEYS), ...execute]
  return sameTaints(taints, next) ? taints : next
}

const sameTaints = (a: readonly Taint[], b: readonly Taint[]): boolean => {
  const named = (taints: readonly Taint[]): string[] => taints.map(({ key, effect, value }) => `${key}=${value ?? ''}:${effect}`).sort()
  return sameJson(named(a), named(b))
}

/** What a node said last, and when that was heard here. */
export interface Heartbeat {
  readonly renewed: string
  readonly heardAt: number
}

const MONITORED = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'] as const

/** The conditions of a node that has been silent for too long. */
export function silentConditions(node: Node, now: number): NodeCondition[] {
  const all = node.status.conditions ?? []
  const unknown = MONITORED.map((type): NodeCondition => {
    const old = conditionOf(all, type)
    if (!old) {
      const created = node.metadata.creationTimestamp
      return { type, status: 'Unknown', reason: 'NodeStatusNeverUpdated', message: 'Kubelet never posted node status.', lastHeartbeatTime: created, lastTransitionTime: timestamp(now) }
    }
    if (old.status === 'Unknown') return old
    return { ...old, status: 'Unknown', reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting node status.', lastTransitionTime: timestamp(now) }
  })
  return [...all.map(condition => unknown.find(({ type }) => type === condition.type) ?? condition), ...unknown.filter(({ type }) => !conditionOf(all, type))]
}
