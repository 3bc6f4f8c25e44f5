import type { ContainerStatus } from '../api/core/pod/container-status.ts'
import type { PodCondition, PodStatus } from '../api/core/pod/pod-spec.ts'
import type { Pod } from '../api/core/pod/pod.ts'
import { timestamp } from '../machinery/clock.ts'
import { isSidecar } from './restart-policy.ts'

type Verdict = Pick<PodCondition, 'status' | 'reason' | 'message'>

const yes: Verdict = { status: 'True' }
const list = (names: readonly string[]): string => `[${names.join(' ')}]`
const no = (reason: string, message?: string): Verdict => ({ status: 'False', reason, ...(message && { message }) })

/** Types of the conditions that the kubelet owns; all others belong to somebody else and stay as they are. */
const OWNED = ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'] as const

function initialized(pod: Pod, status: PodStatus): Verdict {
  if (status.phase === 'Succeeded') return { status: 'True', reason: 'PodCompleted' }
  // Once an app container has been started, initialization is over for good.
  if (status.containerStatuses?.some(({ state, lastState }) => state.running ?? state.terminated ?? lastState.terminated)) return yes
  const incomplete = (pod.spec.initContainers ?? []).filter(spec => {
    const own = status.initContainerStatuses?.find(({ name }) => name === spec.name)
    return isSidecar(spec) ? !own?.started : !own?.ready
  })
  return incomplete.length ? no('ContainersNotInitialized', `containers with incomplete status: ${list(incomplete.map(({ name }) => name))}`) : yes
}

function containersReady(pod: Pod, status: PodStatus): Verdict {
  if (status.phase === 'Succeeded') return no('PodCompleted')
  if (status.phase === 'Failed') return no('PodFailed')
  const find = (statuses: readonly ContainerStatus[] | null | undefined, name: string) => statuses?.find(each => each.name === name)
  const unready = [
    ...(pod.spec.initContainers ?? []).filter(isSidecar).filter(({ name }) => !find(status.initContainerStatuses, name)?.ready),
    ...pod.spec.containers.filter(({ name }) => !find(status.containerStatuses, name)?.ready),
  ]
  return unready.length ? no('ContainersNotReady', `containers with unready status: ${list(unready.map(({ name }) => name))}`) : yes
}

function ready(pod: Pod, containers: Verdict): Verdict {
  if (containers.status !== 'True') return containers
  const problems = (pod.spec.readinessGates ?? []).flatMap(({ conditionType }) => {
    const gate = pod.status.conditions?.find(({ type }) => type === conditionType)
    if (!gate) return [`corresponding condition of pod readiness gate "${conditionType}" does not exist.`]
    return gate.status === 'True' ? [] : [`the status of pod readiness gate "${conditionType}" is not "True", but ${gate.status}`]
  })
  return problems.length ? no('ReadinessGatesNotReady', problems.join(', ')) : yes
}

/** The conditions of a pod; one that has not changed keeps the time of its last change. */
export function podConditions(pod: Pod, status: PodStatus, { sandboxReady, nowMs }: { sandboxReady: boolean; nowMs: number }): PodCondition[] {
  const containers = containersReady(pod, status)
  const verdicts: Record<(typeof OWNED)[number], Verdict> = {
    PodReadyToStartContainers: { status: sandboxReady ? 'True' : 'False' },
    Initialized: initialized(pod, status), Ready: ready(pod, containers), ContainersReady: containers, PodScheduled: yes,
  }
  const own = OWNED.map((type): PodCondition => {
    const before = pod.status.conditions?.find(condition => condition.type === type)
    const now = timestamp(nowMs)
    return {
      type, ...verdicts[type], lastTransitionTime: before?.status === verdicts[type].status ? before.lastTransitionTime ?? now : now,
      ...(pod.metadata.generation !== undefined && { observedGeneration: pod.metadata.generation }),
    }
  })
  const foreign = (pod.status.conditions ?? []).filter(({ type }) => !(OWNED as readonly string[]).includes(type))
  return [...own, ...foreign]
}
