import { assert } from '../machinery/assert.ts'
import { RuntimeError, type Runtime, type RuntimeEvent } from './runtime.ts'
import { simulatedContainers } from './simulated-containers.ts'
import { simulatedImages } from './simulated-images.ts'
import { simulatedSandboxes } from './simulated-sandboxes.ts'
import { simulatedStats } from './simulated-stats.ts'
import { containersOf, endContainer, newWorld, normalized, type SimulatedImage, type SimulatedOptions, type SimulatedWorld } from './simulated-world.ts'

export type { SimulatedImage, SimulatedOptions, SimulatedRun } from './simulated-world.ts'

/** A runtime without an OS, and the strings to pull in a test. */
export interface SimulatedRuntime extends Runtime {
  /** Defines or replaces an image; for containers created from now on. */
  define(name: string, image: SimulatedImage): void
  /** Ends a running container as if its process had ended, or had been killed for its memory. */
  exit(containerId: string, exitCode: number, reason?: 'OOMKilled'): void
  /** Whether something answers at this pod address: a container runs there and is ready. */
  serves(ip: string): boolean
}

async function* events({ listeners }: SimulatedWorld, signal: AbortSignal): AsyncIterable<RuntimeEvent> {
  const waiting: RuntimeEvent[] = [{ type: 'resync' }]
  const wake = { up: (): void => {} }
  const listener = (event: RuntimeEvent): void => { waiting.push(event); wake.up() }
  const abort = (): void => wake.up()
  listeners.add(listener)
  signal.addEventListener('abort', abort, { once: true })
  try {
    while (!signal.aborted) {
      const next = waiting.shift()
      if (next) yield next
      else await new Promise<void>(resolve => { wake.up = resolve })
    }
  } finally {
    listeners.delete(listener)
    signal.removeEventListener('abort', abort)
  }
}

function serves(world: SimulatedWorld, ip: string): boolean {
  const sandboxes = [...world.sandboxes.values()].filter(({ status }) => status.ips.includes(ip))
  return sandboxes.some(({ status }) => containersOf(world, status.id).some(({ status: { state, startedAtMs }, run }) =>
    state === 'Running' && world.clock.now() >= startedAtMs + (run.readyAfterMs ?? 0)))
}

const noStreams = async (): Promise<never> => { throw new RuntimeError('Unimplemented', 'the simulated runtime has no streaming server') }

/** Containers that only the clock moves. Everything else is what `runtime-conformance.ts` asks of any runtime. */
export function simulatedRuntime(options: SimulatedOptions): SimulatedRuntime {
  const world = newWorld(options)
  return {
    ...simulatedSandboxes(world), ...simulatedContainers(world), ...simulatedImages(world), ...simulatedStats(world),
    version: async () => ({ name: 'simulated', version: '1.0.0', apiVersion: 'v1' }),
    status: async () => ({
      conditions: ['RuntimeReady', 'NetworkReady'].map(type => ({ type, status: true, reason: '', message: '' })), handlers: [], supplementalGroupsPolicy: true,
    }),
    exec: noStreams, attach: noStreams, portForward: noStreams,
    events: signal => events(world, signal),
    close() {},
    define: (name, image) => void world.defined.set(normalized(name), image),
    exit(id, exitCode, reason) {
      const container = world.containers.get(id)
      assert(container?.status.state === 'Running', `no running container ${id}`)
      endContainer(world, container, exitCode, reason)
    },
    serves: ip => serves(world, ip),
  }
}
