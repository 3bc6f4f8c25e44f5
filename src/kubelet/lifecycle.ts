import type { Container } from '../api/core/pod/container.ts'
import type { LifecycleHandler } from '../api/core/pod/probes.ts'
import { sleep, type Clock } from '../machinery/clock.ts'
import { httpRequest } from './probes/http.ts'
import type { ProbeTransport } from './probes/probe.ts'
import type { Runtime } from './runtime.ts'

export interface HookContext {
  readonly runtime: Runtime
  readonly transport: ProbeTransport
  readonly clock: Clock
  readonly spec: Container
  readonly containerId: string
  readonly podIP: string
  /** 0: no limit. */
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/** Runs a `postStart` or `preStop` hook to its end; throws with what went wrong. */
export async function runHook(handler: LifecycleHandler, { runtime, transport, clock, spec, containerId, podIP, timeoutMs, signal }: HookContext): Promise<void> {
  if (handler.exec) {
    const command = handler.exec.command ?? []
    const { exitCode, stdout, stderr } = await runtime.execSync(containerId, command, timeoutMs)
    if (exitCode === 0) return
    throw new Error(`command '${command.join(' ')}' exited with ${exitCode}: ${Buffer.concat([stderr, stdout]).toString().slice(0, 1024)}`)
  }
  if (handler.httpGet) {
    const { status } = await transport.get({ ...httpRequest(handler.httpGet, spec, podIP), timeoutMs: timeoutMs || 30_000 })
    if (status >= 400) throw new Error(`HTTP hook failed with statuscode: ${status}`)
    return
  }
  if (handler.sleep) return sleep(clock, timeoutMs ? Math.min(handler.sleep.seconds * 1000, timeoutMs) : handler.sleep.seconds * 1000, signal)
  throw new Error('Cannot run handler: invalid handler')
}
