import type { Container, EphemeralContainer } from '../api/core/pod/container.ts'
import type { Pod } from '../api/core/pod/pod.ts'
import { CRASH_LOOP, backoffEnd, type BackoffEntry } from './backoff.ts'
import { containerHash } from './container/hash.ts'
import { CONTAINER_HASH } from './names.ts'
import { isAlive, latestContainer, latestSandbox, type PodState, type RuntimeContainer } from './pod-state.ts'
import { isSidecar, shouldRestart, shouldRestartInit } from './restart-policy.ts'

export type ProbeKind = 'liveness' | 'readiness' | 'startup'
export type ContainerRole = 'init' | 'app' | 'ephemeral'

/** Everything that decides what happens to a pod next. */
export interface PlanInput {
  readonly pod: Pod
  readonly state: PodState
  readonly nowMs: number
  /** Restart delays by container name. */
  readonly backoff: ReadonlyMap<string, BackoffEntry>
  /** Ids of containers that a probe has given up. */
  readonly unhealthy: ReadonlyMap<string, 'liveness' | 'startup'>
  /** Ids of containers that were killed in order to be started again, whatever their exit code. */
  readonly restarting: ReadonlySet<string>
  /** Whether the container runs and its startup probe, if any, has passed. */
  isStarted(container: RuntimeContainer): boolean
}

export interface Kill {
  readonly container: RuntimeContainer
  readonly spec: Container
  readonly message: string
  readonly probe?: 'liveness' | 'startup'
}

export interface Start {
  readonly role: ContainerRole
  readonly spec: Container | EphemeralContainer
}

/** A container that may be started again only later. */
export interface Wait {
  readonly spec: Container
  readonly untilMs: number
  readonly delayMs: number
}

export interface PodPlan {
  /** A new sandbox is needed; whatever still runs in the old one goes first. */
  readonly createSandbox: { readonly attempt: number } | undefined
  readonly kill: readonly Kill[]
  readonly start: readonly Start[]
  readonly wait: readonly Wait[]
  /** Nothing of the pod will ever run again: its sandbox can go. */
  readonly done: boolean
}

const nothing: PodPlan = { createSandbox: undefined, kill: [], start: [], wait: [], done: false }

/** Decides what to do for a pod that shall run: the same inputs give the same plan. */
export function planPod(input: PlanInput): PodPlan {
  const { pod, state } = input
  if (isDone(input)) return { ...nothing, done: true }
  if (needsSandbox(pod, state)) return { ...nothing, createSandbox: { attempt: (latestSandbox(state)?.metadata.attempt ?? -1) + 1 } }
  const sandboxId = latestSandbox(state)!.id
  const init = planInit(input, sandboxId)
  const app = init.finished ? planApp(input, sandboxId) : nothing
  const ephemeral = (pod.spec.ephemeralContainers ?? []).filter(spec => !latestContainer(state, spec.name)).map(spec => ({ role: 'ephemeral', spec }) as const)
  return {
    createSandbox: undefined, done: false,
    kill: [...init.kill, ...app.kill], start: [...ephemeral, ...init.start, ...app.start], wait: [...init.wait, ...app.wait],
  }
}

/** Whether all containers have run their course: nothing is left to start, to start again or to wait for. */
function isDone({ pod, state, restarting }: PlanInput): boolean {
  const failedInit = (pod.spec.initContainers ?? []).some(spec => {
    const container = latestContainer(state, spec.name)
    return container?.state === 'Exited' && container.exitCode !== 0 && !restarting.has(container.id) && !shouldRestartInit(pod, spec, container.exitCode)
  })
  if (failedInit) return true
  const sandbox = latestSandbox(state)
  const sandboxLost = sandbox !== undefined && sandbox.state !== 'Ready'
  const known = pod.spec.containers.map(spec => ({ spec, container: latestContainer(state, spec.name) }))
  if (!known.some(({ container }) => container)) return false
  return known.every(({ spec, container }) => {
    // A pod that never restarts does not get a second sandbox for what it has not started in its first.
    if (!container) return sandboxLost && pod.spec.restartPolicy === 'Never'
    return !isAlive(container) && !restarting.has(container.id) && !shouldRestart(pod, spec, container.exitCode)
  })
}

function needsSandbox(pod: Pod, state: PodState): boolean {
  const sandbox = latestSandbox(state)
  if (!sandbox || sandbox.state !== 'Ready') return true
  if (state.sandboxes.filter(({ state: each }) => each === 'Ready').length > 1) return true
  return !pod.spec.hostNetwork && sandbox.ips.length === 0
}

interface Part {
  kill: Kill[]
  start: Start[]
  wait: Wait[]
}

function planInit(input: PlanInput, sandboxId: string): Part & { finished: boolean } {
  const { pod, state } = input
  const part: Part = { kill: [], start: [], wait: [] }
  // Once an app container exists, init containers may be gone without being run again.
  const initialized = pod.spec.containers.some(({ name }) => latestContainer(state, name, sandboxId))
  for (const spec of pod.spec.initContainers ?? []) {
    const container = latestContainer(state, spec.name, sandboxId)
    if (initialized && !isSidecar(spec)) continue
    if (container?.state === 'Exited' && container.exitCode === 0 && !isSidecar(spec) && !input.restarting.has(container.id)) continue
    const passed = planOne(input, part, 'init', spec, container) && isSidecar(spec) && container !== undefined && input.isStarted(container)
    if (!passed && !initialized) return { ...part, finished: false }
  }
  return { ...part, finished: true }
}

function planApp(input: PlanInput, sandboxId: string): Part {
  const part: Part = { kill: [], start: [], wait: [] }
  for (const spec of input.pod.spec.containers) planOne(input, part, 'app', spec, latestContainer(input.state, spec.name, sandboxId))
  return part
}

/** Adds to `part` what one container needs; says whether it runs and may go on. */
function planOne(input: PlanInput, part: Part, role: ContainerRole, spec: Container, container: RuntimeContainer | undefined): boolean {
  if (container && isAlive(container)) {
    const kill = reasonToKill(input, spec, container)
    if (kill) part.kill.push({ container, spec, ...kill })
    return !kill
  }
  if (container?.state === 'Exited') {
    const again = role === 'init' ? shouldRestartInit : shouldRestart
    if (!input.restarting.has(container.id) && !again(input.pod, spec, container.exitCode)) return false
  }
  const entry = input.backoff.get(spec.name)
  const untilMs = container && backoffEnd(CRASH_LOOP, entry, container.finishedAtMs || container.createdAtMs, input.nowMs)
  if (untilMs !== undefined) part.wait.push({ spec, untilMs, delayMs: entry!.delayMs })
  else part.start.push({ role, spec })
  return false
}

function reasonToKill(input: PlanInput, spec: Container, container: RuntimeContainer): { message: string; probe?: 'liveness' | 'startup' } | undefined {
  const hash = container.annotations[CONTAINER_HASH]
  if (hash !== undefined && hash !== containerHash(spec)) return { message: `Container ${spec.name} definition changed, will be restarted` }
  const probe = input.unhealthy.get(container.id)
  if (!probe) return undefined
  const restart = shouldRestart(input.pod, spec, 137)
  return { message: restart ? `Container ${spec.name} failed ${probe} probe, will be restarted` : `Container ${spec.name} failed ${probe} probe`, probe }
}
