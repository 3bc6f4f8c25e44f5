import type { ContainerState, ContainerStatus } from '../api/core/pod/container-status.ts'
import type { Container, EphemeralContainer } from '../api/core/pod/container.ts'
import type { PodStatus } from '../api/core/pod/pod-spec.ts'
import type { Pod } from '../api/core/pod/pod.ts'
import { timestamp } from '../machinery/clock.ts'
import { podConditions } from './conditions.ts'
import { qosClass } from './container/resources.ts'
import { podPhase } from './phase.ts'
import { isAlive, latestContainer, latestSandbox, previousContainer, type PodState, type RuntimeContainer } from './pod-state.ts'
import { isSidecar } from './restart-policy.ts'

/** Why a container waits. */
export interface WaitingReason {
  readonly reason: string
  readonly message?: string
}

/** Everything that a pod's status is made of. */
export interface StatusInput {
  readonly pod: Pod
  readonly state: PodState
  readonly nowMs: number
  readonly hostIPs: readonly string[]
  /** By container name. */
  readonly waiting: ReadonlyMap<string, WaitingReason>
  /** What containers said at their end, by id, where the runtime does not know it (termination message files). */
  readonly messages: ReadonlyMap<string, string>
  /** The pod will not run again: it is being deleted, was evicted, or has done its work. */
  readonly terminating: boolean
  /** Ended by the kubelet itself: deadline, eviction. */
  readonly failure?: { readonly reason: string; readonly message: string } | undefined
  isStarted(container: RuntimeContainer): boolean
  isReady(container: RuntimeContainer, spec: Container): boolean
}

/** The status of a pod, from what the runtime has of it and from what its object said before. */
export function podStatus(input: StatusInput): PodStatus {
  const { pod, state, hostIPs, nowMs } = input
  const ips = podIPs(input)
  const statuses = {
    initContainerStatuses: (pod.spec.initContainers ?? []).map(spec => containerStatus(input, spec, 'init')),
    containerStatuses: pod.spec.containers.map(spec => containerStatus(input, spec, 'app')),
    ephemeralContainerStatuses: (pod.spec.ephemeralContainers ?? []).map(spec => containerStatus(input, spec, 'ephemeral')),
  }
  const phase = input.failure ? 'Failed' : podPhase(pod, statuses, input.terminating && !state.containers.some(isAlive))
  const { reason: _reason, message: _message, ...kept } = pod.status
  const base: PodStatus = {
    ...kept, phase, qosClass: pod.status.qosClass ?? qosClass(pod),
    ...(pod.metadata.generation !== undefined && { observedGeneration: pod.metadata.generation }),
    startTime: pod.status.startTime ?? timestamp(nowMs),
    ...(hostIPs[0] && { hostIP: hostIPs[0], hostIPs: hostIPs.map(ip => ({ ip })) }),
    ...(ips[0] && { podIP: ips[0], podIPs: ips.map(ip => ({ ip })) }),
    ...(statuses.initContainerStatuses.length && { initContainerStatuses: statuses.initContainerStatuses }),
    containerStatuses: statuses.containerStatuses,
    ...(statuses.ephemeralContainerStatuses.length && { ephemeralContainerStatuses: statuses.ephemeralContainerStatuses }),
    ...(input.failure && { reason: input.failure.reason, message: input.failure.message }),
    ...(!input.failure && pod.status.phase === 'Failed' && _reason && { reason: _reason, ...(_message && { message: _message }) }),
  }
  const sandbox = latestSandbox(state)
  const sandboxReady = sandbox?.state === 'Ready' && (pod.spec.hostNetwork || sandbox.ips.length > 0)
  return { ...base, conditions: podConditions(pod, base, { sandboxReady: Boolean(sandboxReady), nowMs }) }
}

function podIPs({ pod, state, hostIPs }: StatusInput): readonly string[] {
  if (pod.spec.hostNetwork) return latestSandbox(state) ? hostIPs : (pod.status.podIPs ?? []).map(({ ip }) => ip)
  const ips = latestSandbox(state)?.ips ?? []
  return ips.length ? ips : (pod.status.podIPs ?? []).map(({ ip }) => ip)
}

type Role = 'init' | 'app' | 'ephemeral'
const STATUS_FIELDS = { init: 'initContainerStatuses', app: 'containerStatuses', ephemeral: 'ephemeralContainerStatuses' } as const

function containerStatus(input: StatusInput, spec: Container | EphemeralContainer, role: Role): ContainerStatus {
  const before = input.pod.status[STATUS_FIELDS[role]]?.find(({ name }) => name === spec.name)
  const container = latestContainer(input.state, spec.name)
  const waiting = input.waiting.get(spec.name)
  if (!container) return missingStatus(input, spec, role, before, waiting)
  const alive = container.state === 'Running'
  const started = alive && input.isStarted(container)
  // While it waits to be started again, its end moves to the last state.
  const waits = !isAlive(container) && waiting !== undefined && !input.terminating
  const own = stateOf(container, input.messages)
  const last = waits ? own : lastState(input, spec.name, before)
  const finishedInit = role === 'init' && !isSidecar(spec as Container) && container.state === 'Exited' && container.exitCode === 0
  return {
    name: spec.name, image: container.image || spec.image || '', imageID: container.imageRef, containerID: `containerd://${container.id}`,
    restartCount: container.metadata.attempt,
    state: waits ? { waiting: { ...waiting } } : own,
    lastState: last ?? {},
    ready: finishedInit || (started && (role !== 'app' && !isSidecar(spec as Container) ? false : input.isReady(container, spec as Container))),
    ...(role === 'ephemeral' ? {} : { started }),
    ...allocated(input, spec, role), ...mountStatuses(spec), ...(container.user && alive && { user: { linux: { ...container.user, supplementalGroups: [...container.user.supplementalGroups] } } }),
  }
}

function allocated({ pod }: StatusInput, spec: Container | EphemeralContainer, role: Role): Partial<ContainerStatus> {
  if (role === 'ephemeral' || pod.spec.containers.length === 0) return {}
  const { requests, limits } = spec.resources ?? {}
  return {
    ...(requests && Object.keys(requests).length && { allocatedResources: requests }),
    resources: { ...(limits && Object.keys(limits).length && { limits }), ...(requests && Object.keys(requests).length && { requests }) },
  }
}

function mountStatuses({ volumeMounts = [] }: Container | EphemeralContainer): Partial<ContainerStatus> {
  if (volumeMounts.length === 0) return {}
  return {
    volumeMounts: volumeMounts.map(({ name, mountPath, readOnly }) => ({
      name, mountPath, ...(readOnly && { readOnly, recursiveReadOnly: 'Disabled' }),
    })),
  }
}

const GONE = 'The container could not be located when the pod was deleted.  The container used to be Running'

function missingStatus(
  { terminating, pod }: StatusInput, spec: Container | EphemeralContainer, role: Role, before: ContainerStatus | undefined, waiting: WaitingReason | undefined,
): ContainerStatus {
  // The runtime has forgotten a container that ran or ended: what the object says of it is all there is.
  if (before?.state.terminated) return before
  if (before?.state.running && terminating) return { ...before, ready: false, started: false, state: { terminated: { exitCode: 137, reason: 'ContainerStatusUnknown', message: GONE } } }
  const lost = before?.state.running && { terminated: { exitCode: 137, reason: 'ContainerStatusUnknown', message: GONE } }
  const initial = pod.spec.initContainers?.length ? 'PodInitializing' : 'ContainerCreating'
  return {
    name: spec.name, image: spec.image ?? '', imageID: '', ready: false, restartCount: before ? before.restartCount + (lost ? 1 : 0) : 0,
    ...(role === 'ephemeral' ? {} : { started: false }),
    state: { waiting: waiting ? { ...waiting } : { reason: initial } }, lastState: lost || before?.lastState || {},
    ...mountStatuses(spec),
  }
}

function lastState({ state, messages }: StatusInput, name: string, before: ContainerStatus | undefined): ContainerState | undefined {
  const previous = previousContainer(state, name)
  return previous ? stateOf(previous, messages) : before?.lastState
}

/** A container's state as the API says it. */
export function stateOf(container: RuntimeContainer, messages: ReadonlyMap<string, string>): ContainerState {
  if (container.state === 'Running') return { running: { startedAt: timestamp(container.startedAtMs) } }
  if (container.state !== 'Exited') return { waiting: { reason: 'ContainerCreating' } }
  const message = messages.get(container.id) ?? container.message
  return {
    terminated: {
      exitCode: container.exitCode, reason: container.reason || (container.exitCode === 0 ? 'Completed' : 'Error'), ...(message && { message }),
      startedAt: timestamp(container.startedAtMs), finishedAt: timestamp(container.finishedAtMs), containerID: `containerd://${container.id}`,
    },
  }
}
