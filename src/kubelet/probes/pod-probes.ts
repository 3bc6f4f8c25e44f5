import type { Container } from '../../api/core/pod/container.ts'
import type { Pod } from '../../api/core/pod/pod.ts'
import type { Probe } from '../../api/core/pod/probes.ts'
import type { Clock, Timer } from '../../machinery/clock.ts'
import { errorMessage } from '../../machinery/log.ts'
import type { EventType } from '../events.ts'
import type { ProbeKind } from '../plan.ts'
import { latestSandbox, type PodState, type RuntimeContainer } from '../pod-state.ts'
import type { Runtime } from '../runtime.ts'
import { runProbe } from './index.ts'
import type { ProbeTransport } from './probe.ts'

export interface ProbeDeps {
  readonly clock: Clock
  readonly runtime: Runtime
  readonly transport: ProbeTransport
  /** A verdict has changed. */
  onChange(): void
  say(container: string, type: EventType, reason: string, message: string): void
}

/** The probes of one pod's running containers. No probe, no timer. */
export interface PodProbes {
  /** Brings probes in line with what runs now. */
  sync(pod: Pod, state: PodState): void
  isStarted(container: RuntimeContainer): boolean
  isReady(container: RuntimeContainer, spec: Container): boolean
  /** Ids of containers that were given up. */
  readonly unhealthy: ReadonlyMap<string, 'liveness' | 'startup'>
  stop(): void
}

const KINDS: readonly ProbeKind[] = ['startup', 'liveness', 'readiness']
const TITLES = { startup: 'Startup', liveness: 'Liveness', readiness: 'Readiness' } as const
const probeOf = (spec: Container, kind: ProbeKind): Probe | undefined => spec[`${kind}Probe`]

interface Watched {
  id: string
  spec: Container
  startedAtMs: number
  started: boolean
  ready: boolean
  timers: Timer[]
  stopped: boolean
}

/** Starts and stops probes as containers come and go. */
export function podProbes(deps: ProbeDeps): PodProbes {
  const { clock } = deps
  const watched = new Map<string, Watched>()
  const unhealthy = new Map<string, 'liveness' | 'startup'>()
  let podIP = ''

  const judge = (container: Watched, kind: ProbeKind, healthy: boolean): void => {
    if (kind === 'startup' && healthy) container.started = true
    else if (kind === 'readiness') container.ready = healthy
    else if (!healthy) unhealthy.set(container.id, kind)
    deps.onChange()
  }
  const loop = (container: Watched, kind: ProbeKind): void => {
    const probe = probeOf(container.spec, kind)!
    const { periodSeconds = 10, initialDelaySeconds = 0, timeoutSeconds = 1, successThreshold = 1, failureThreshold = 3 } = probe
    let run = 0
    let last: boolean | undefined
    const again = (afterMs: number): void => void container.timers.push(clock.after(afterMs, () => void tick(), { background: true }))
    const tick = async (): Promise<void> => {
      container.timers.splice(0, Math.max(container.timers.length - KINDS.length, 0))
      if (container.stopped) return
      const healthy = await attempt(container, kind, probe, (timeoutSeconds || 1) * 1000)
      if (container.stopped) return
      if (healthy !== undefined) {
        run = healthy === last ? run + 1 : 1
        last = healthy
        if (run === (healthy ? successThreshold || 1 : failureThreshold || 3)) judge(container, kind, healthy)
      }
      // A startup probe has done its work when it has passed, a container that was given up is not asked again.
      if (unhealthy.has(container.id)) return
      if (kind === 'startup' && container.started) return startAfterStartup(container)
      again((periodSeconds || 10) * 1000)
    }
    again(Math.max(container.startedAtMs + initialDelaySeconds * 1000 - clock.now(), 0))
  }
  const attempt = async (container: Watched, kind: ProbeKind, probe: Probe, timeoutMs: number): Promise<boolean | undefined> => {
    try {
      const { healthy, output } = await runProbe(probe, {
        runtime: deps.runtime, transport: deps.transport, spec: container.spec, containerId: container.id, podIP, timeoutMs,
      })
      if (!healthy && !container.stopped) deps.say(container.spec.name, 'Warning', 'Unhealthy', `${TITLES[kind]} probe failed: ${output}`)
      return healthy
    } catch (error) {
      if (!container.stopped) deps.say(container.spec.name, 'Warning', 'Unhealthy', `${TITLES[kind]} probe errored and resulted in unknown state: ${errorMessage(error)}`)
      return undefined
    }
  }
  const startAfterStartup = (container: Watched): void => {
    for (const kind of ['liveness', 'readiness'] as const) if (probeOf(container.spec, kind)) loop(container, kind)
  }
  const begin = (container: RuntimeContainer, spec: Container, pod: Pod): void => {
    const known = [...(pod.status.containerStatuses ?? []), ...(pod.status.initContainerStatuses ?? [])].find(({ containerID }) => containerID?.endsWith(`//${container.id}`))
    // A container that was ready before the kubelet came (back) is ready until a probe says otherwise.
    const fresh: Watched = {
      id: container.id, spec, startedAtMs: container.startedAtMs, timers: [], stopped: false,
      started: !spec.startupProbe || known?.started === true, ready: !spec.readinessProbe || known?.ready === true,
    }
    watched.set(container.id, fresh)
    if (!fresh.started) loop(fresh, 'startup')
    else startAfterStartup(fresh)
  }
  const end = (container: Watched): void => {
    container.stopped = true
    for (const timer of container.timers) timer.cancel()
    watched.delete(container.id)
  }
  return {
    unhealthy,
    sync(pod, state) {
      podIP = pod.spec.hostNetwork ? (pod.status.hostIP ?? '127.0.0.1') : latestSandbox(state)?.ips[0] ?? ''
      const specs = new Map([...(pod.spec.initContainers ?? []), ...pod.spec.containers].map(spec => [spec.name, spec]))
      const running = new Map(state.containers.filter(({ state: each, name }) => each === 'Running' && specs.has(name)).map(container => [container.id, container]))
      for (const container of watched.values()) if (!running.has(container.id)) end(container)
      for (const id of unhealthy.keys()) if (!state.containers.some(container => container.id === id)) unhealthy.delete(id)
      for (const [id, container] of running) {
        const spec = specs.get(container.name)!
        const probed = KINDS.some(kind => probeOf(spec, kind))
        if (probed && !watched.has(id) && !unhealthy.has(id)) begin(container, spec, pod)
      }
    },
    isStarted: container => container.state === 'Running' && (watched.get(container.id)?.started ?? true),
    isReady: (container, spec) => container.state === 'Running' && (watched.get(container.id)?.ready ?? !spec.readinessProbe),
    stop() {
      for (const container of watched.values()) end(container)
    },
  }
}
