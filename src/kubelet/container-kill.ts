import type { Container, EphemeralContainer } from '../api/core/pod/container.ts'
import type { Pod } from '../api/core/pod/pod.ts'
import { sleep } from '../machinery/clock.ts'
import { errorMessage } from '../machinery/log.ts'
import { runHook } from './lifecycle.ts'
import { formatPod } from './names.ts'
import type { ContainerRole } from './plan.ts'
import { containerEvents } from './container-start.ts'
import type { PodContext } from './pod-context.ts'
import type { RuntimeContainer } from './pod-state.ts'

/** Even who is in a hurry leaves this long between SIGTERM and SIGKILL. */
const SHORTEST_GRACE_SECONDS = 2

export interface KillRequest {
  readonly context: PodContext
  readonly pod: Pod
  readonly container: RuntimeContainer
  readonly spec: Container | EphemeralContainer | undefined
  readonly role: ContainerRole
  readonly message: string
  readonly graceSeconds: number
  readonly podIP: string
}

/** Ends a container as it likes to be ended: its preStop hook, its stop signal, and SIGKILL when the time is up. */
export async function killContainer({ context, pod, container, spec, role, message, graceSeconds, podIP }: KillRequest): Promise<void> {
  const { runtime, clock, log } = context.options
  const say = containerEvents(context, pod, role, container.name)
  say('Normal', 'Killing', message)
  const startMs = clock.monotonic()
  const handler = spec?.lifecycle?.preStop
  if (handler && container.state === 'Running' && graceSeconds > 0) {
    const timeUp = new AbortController()
    const hook = runHook(handler, {
      runtime, transport: context.transport, clock, spec: spec as Container, containerId: container.id, podIP, timeoutMs: graceSeconds * 1000, signal: timeUp.signal,
    })
    try {
      await Promise.race([hook, sleep(clock, graceSeconds * 1000, timeUp.signal)])
    } catch (error) {
      log.warn('a preStop hook failed', { pod: formatPod(pod), container: container.name, error: errorMessage(error) })
      say('Warning', 'FailedPreStopHook', 'PreStopHook failed')
    } finally {
      timeUp.abort()
      hook.catch(() => undefined)
    }
  }
  const left = graceSeconds - Math.ceil((clock.monotonic() - startMs) / 1000)
  await runtime.stopContainer(container.id, Math.max(handler ? left : graceSeconds, SHORTEST_GRACE_SECONDS))
}
