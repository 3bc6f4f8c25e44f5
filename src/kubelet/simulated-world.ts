import type { Files } from '../host/files.ts'
import { microTimestamp, type Clock, type Timer } from '../machinery/clock.ts'
import { seededRandom, type Random } from '../machinery/random.ts'
import { fullName, parseReference } from './images/reference.ts'
import { RuntimeError, type ContainerConfig, type ContainerStatus, type Image, type PodSandboxConfig, type PodSandboxStatus, type RuntimeEvent } from './runtime.ts'

/** What one container made from an image does. Without anything said it runs until it is stopped, and serves at once. */
export interface SimulatedRun {
  /** Ends by itself after this long, with `exitCode` (0). */
  exitAfterMs?: number
  exitCode?: number
  /** Fails to start with these words. */
  startError?: string
  /** What it does on the stop signal: ends with a code after a while (143, at once), or ignores it until it is killed. */
  onStop?: { afterMs: number; exitCode: number } | 'ignore'
  /** From then on `serves` says yes: the answer for HTTP and TCP probes. */
  readyAfterMs?: number
  exec?: (command: readonly string[]) => { exitCode: number; stdout?: string; stderr?: string; afterMs?: number }
  /** Written to the log when it starts, one line each. */
  output?: readonly string[]
  cpuNanoCores?: number
  memoryBytes?: number
}

/** An image of the simulated world. */
export interface SimulatedImage {
  /** One behaviour for all, or decided for each container (by attempt, arguments, environment). */
  run?: SimulatedRun | ((container: ContainerConfig) => SimulatedRun)
  pullError?: string
  pullMs?: number
  sizeBytes?: number
  uid?: number
  username?: string
}

export interface SimulatedOptions {
  clock: Clock
  random?: Random
  /** Where container logs are written, in the format of CRI. */
  files?: Files
  /** Images by name; any other name is an image that runs until it is stopped. */
  images?: Readonly<Record<string, SimulatedImage>>
  /** The first three numbers of pod addresses, `10.244.0`. */
  network?: string
}

export interface SimulatedSandbox {
  status: PodSandboxStatus
  config: PodSandboxConfig
}

export interface SimulatedContainer {
  status: ContainerStatus
  sandboxId: string
  run: SimulatedRun
  timers: Timer[]
  /** Called once, when it has ended. */
  onExit: (() => void)[]
}

/** Everything that is there in one simulated node. */
export interface SimulatedWorld {
  clock: Clock
  random: Random
  files: Files | undefined
  network: string
  /** What images would be, by normalized name, and those that were pulled. */
  defined: Map<string, SimulatedImage>
  images: Map<string, Image>
  sandboxes: Map<string, SimulatedSandbox>
  containers: Map<string, SimulatedContainer>
  listeners: Set<(event: RuntimeEvent) => void>
  lastAddress: number
  lastPid: number
}

/** The exit code of a process that was killed. */
export const KILLED = 137

/** A node with nothing on it. The address after the network's own is the gateway's. */
export const newWorld = ({ clock, random = seededRandom(1), files, network = '10.244.0', images = {} }: SimulatedOptions): SimulatedWorld => ({
  clock, random, files, network, defined: new Map(Object.entries(images).map(([name, image]) => [normalized(name), image])),
  images: new Map(), sandboxes: new Map(), containers: new Map(), listeners: new Set(), lastAddress: 1, lastPid: 0,
})

/** Names as the runtime keeps them: with registry and tag. */
export function normalized(name: string): string {
  const reference = parseReference(name)
  return reference ? fullName(reference) : name
}

/** Whether all wanted labels are there. */
export const hasLabels = (labels: Readonly<Record<string, string>>, wanted: Readonly<Record<string, string>> = {}): boolean =>
  Object.entries(wanted).every(([key, value]) => labels[key] === value)

/** 64 hexadecimal digits, as containerd's ids. */
export const newId = ({ random }: SimulatedWorld): string => `${random.uuid()}${random.uuid()}`.replaceAll('-', '')

/** Tells everybody who follows the events. */
export const emit = (world: SimulatedWorld, event: RuntimeEvent): void => { for (const listener of world.listeners) listener(event) }

/** A pulled image, by name or id. */
export const imageNamed = ({ images }: SimulatedWorld, name: string): Image | undefined =>
  images.get(normalized(name)) ?? [...images.values()].find(({ id }) => id === name)

export const containersOf = ({ containers }: SimulatedWorld, sandboxId: string): SimulatedContainer[] =>
  [...containers.values()].filter(container => container.sandboxId === sandboxId)

/** The container, or the error that a runtime gives for one that is not there. */
export function needContainer({ containers }: SimulatedWorld, id: string): SimulatedContainer {
  const container = containers.get(id)
  if (!container) throw new RuntimeError('NotFound', `an error occurred when try to find container "${id}": not found`)
  return container
}

/** The container, which must be running. */
export function needRunning(world: SimulatedWorld, id: string): SimulatedContainer {
  const container = needContainer(world, id)
  if (container.status.state !== 'Running') throw new RuntimeError('Unknown', `container is in CONTAINER_${container.status.state.toUpperCase()} state`)
  return container
}

/** A status is shared with whoever asked for it: it is replaced, never changed. */
export const patch = (container: SimulatedContainer, change: Partial<ContainerStatus>): void => { container.status = { ...container.status, ...change } }

/** Ends a running container: status first, then the events. */
export function endContainer(world: SimulatedWorld, container: SimulatedContainer, exitCode: number, reason = exitCode === 0 ? 'Completed' : 'Error'): void {
  if (container.status.state !== 'Running') return
  const { id } = container.status
  const atMs = world.clock.now()
  for (const timer of container.timers.splice(0)) timer.cancel()
  patch(container, { state: 'Exited', exitCode, reason, finishedAtMs: atMs })
  if (reason === 'OOMKilled') emit(world, { type: 'oom', id, atMs })
  emit(world, { type: 'exited', id, exitCode, atMs })
  for (const done of container.onExit.splice(0)) done()
}

/** Ends it if it must, and forgets it. */
export function forgetContainer(world: SimulatedWorld, container: SimulatedContainer): void {
  endContainer(world, container, KILLED)
  world.containers.delete(container.status.id)
  emit(world, { type: 'deleted', id: container.status.id, atMs: world.clock.now() })
}

/** Adds lines to a container's log. */
export async function writeLog({ files, clock }: SimulatedWorld, path: string, lines: readonly string[]): Promise<void> {
  if (!files) return
  await files.makeDirectory(path.slice(0, path.lastIndexOf('/')))
  await files.append(path, lines.map(line => `${microTimestamp(clock.now())} stdout F ${line}\n`).join(''))
}
