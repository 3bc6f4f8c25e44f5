import {
  RuntimeError, type Container, type ContainerConfig, type ContainerFilter, type ContainerStatus, type ExecResult, type PodSandboxConfig, type Runtime,
} from './runtime.ts'
import {
  containersOf, emit, endContainer, forgetContainer, hasLabels, imageNamed, KILLED, needContainer, needRunning, newId, normalized, patch, writeLog,
  type SimulatedContainer, type SimulatedRun, type SimulatedWorld,
} from './simulated-world.ts'

/** What a process that does not handle SIGTERM ends with. */
const TERMINATED = 143

type ContainerMethods = Pick<Runtime,
  | 'createContainer' | 'startContainer' | 'stopContainer' | 'removeContainer' | 'containerStatus' | 'listContainers' | 'updateContainerResources'
  | 'reopenContainerLog' | 'execSync'>

/** The containers that a filter is about. */
export const selectContainers = ({ containers }: SimulatedWorld, { id, podSandboxId, state, labels }: ContainerFilter = {}): SimulatedContainer[] =>
  [...containers.values()].filter(({ status, sandboxId }) =>
    (id === undefined || status.id === id) && (podSandboxId === undefined || sandboxId === podSandboxId) &&
    (state === undefined || status.state === state) && hasLabels(status.labels, labels))

const asListed = ({ status, sandboxId }: SimulatedContainer): Container => ({
  id: status.id, podSandboxId: sandboxId, metadata: status.metadata, image: status.image, imageRef: status.imageRef, state: status.state,
  createdAtMs: status.createdAtMs, labels: status.labels, annotations: status.annotations,
})

function runOf({ defined }: SimulatedWorld, image: string, config: ContainerConfig): SimulatedRun {
  const run = defined.get(normalized(image))?.run ?? {}
  return typeof run === 'function' ? run(config) : run
}

function create(world: SimulatedWorld, sandboxId: string, config: ContainerConfig, sandboxConfig: PodSandboxConfig): string {
  const sandbox = world.sandboxes.get(sandboxId)
  if (!sandbox) throw new RuntimeError('NotFound', `failed to find sandbox id "${sandboxId}": not found`)
  if (sandbox.status.state !== 'Ready') throw new RuntimeError('Unknown', `sandbox container "${sandboxId}" is not running`)
  const image = imageNamed(world, config.image)
  if (!image) throw new RuntimeError('NotFound', `failed to resolve image "${config.image}": not found`)
  const { name, attempt } = config.metadata
  const isTaken = containersOf(world, sandboxId).some(({ status: { metadata } }) => metadata.name === name && metadata.attempt === attempt)
  if (isTaken) throw new RuntimeError('Unknown', `failed to reserve container name "${name}_${attempt}": it is taken`)
  const id = newId(world)
  const status: ContainerStatus = {
    id, metadata: config.metadata, image: config.image, imageRef: image.id, imageId: image.id, state: 'Created', createdAtMs: world.clock.now(),
    startedAtMs: 0, finishedAtMs: 0, exitCode: 0, reason: '', message: '', labels: config.labels, annotations: config.annotations, mounts: config.mounts,
    logPath: `${sandboxConfig.logDirectory}/${config.logPath}`, ...(config.resources && { resources: config.resources }),
  }
  world.containers.set(id, { status, sandboxId, run: runOf(world, image.repoTags[0] ?? config.image, config), timers: [], onExit: [] })
  emit(world, { type: 'created', id, atMs: world.clock.now() })
  return id
}

const later = ({ clock }: SimulatedWorld, container: SimulatedContainer, afterMs: number, action: () => void): void =>
  void container.timers.push(clock.after(afterMs, action))

async function start(world: SimulatedWorld, id: string): Promise<void> {
  const container = needContainer(world, id)
  const { run, status } = container
  if (status.state !== 'Created') throw new RuntimeError('Unknown', `container "${id}" is in CONTAINER_${status.state.toUpperCase()} state`)
  const nowMs = world.clock.now()
  if (run.startError) {
    patch(container, { state: 'Exited', exitCode: 128, reason: 'StartError', message: run.startError, finishedAtMs: nowMs })
    throw new RuntimeError('Unknown', `failed to create containerd task: ${run.startError}`)
  }
  patch(container, { state: 'Running', startedAtMs: nowMs })
  if (run.output) await writeLog(world, status.logPath, run.output)
  emit(world, { type: 'started', id, pid: ++world.lastPid, atMs: nowMs })
  if (run.exitAfterMs !== undefined) later(world, container, run.exitAfterMs, () => endContainer(world, container, run.exitCode ?? 0))
}

async function stop(world: SimulatedWorld, id: string, graceSeconds: number): Promise<void> {
  const container = world.containers.get(id)
  if (container?.status.state !== 'Running') return
  const answer = container.run.onStop ?? { afterMs: 0, exitCode: TERMINATED }
  const obeys = graceSeconds > 0 && answer !== 'ignore'
  if (graceSeconds <= 0) endContainer(world, container, KILLED)
  else if (obeys && answer.afterMs === 0) endContainer(world, container, answer.exitCode)
  else {
    if (obeys) later(world, container, answer.afterMs, () => endContainer(world, container, answer.exitCode))
    later(world, container, graceSeconds * 1000, () => endContainer(world, container, KILLED))
    await new Promise<void>(resolve => container.onExit.push(resolve))
  }
}

async function execute(world: SimulatedWorld, id: string, command: readonly string[], timeoutMs: number): Promise<ExecResult> {
  const result = needRunning(world, id).run.exec?.(command) ?? { exitCode: 0 }
  const takesMs = result.afterMs ?? 0
  const isTooLong = timeoutMs > 0 && takesMs > timeoutMs
  if (takesMs > 0) await new Promise<void>(resolve => world.clock.after(isTooLong ? timeoutMs : takesMs, resolve))
  if (isTooLong) throw new RuntimeError('DeadlineExceeded', `failed to exec in container: timeout ${timeoutMs / 1000}s exceeded: context deadline exceeded`)
  return { exitCode: result.exitCode, stdout: Buffer.from(result.stdout ?? ''), stderr: Buffer.from(result.stderr ?? '') }
}

/** The part of the simulated runtime that is about containers. */
export const simulatedContainers = (world: SimulatedWorld): ContainerMethods => ({
  createContainer: async (sandboxId, config, sandboxConfig) => create(world, sandboxId, config, sandboxConfig),
  startContainer: id => start(world, id),
  stopContainer: (id, graceSeconds) => stop(world, id, graceSeconds),
  async removeContainer(id) {
    const container = world.containers.get(id)
    if (container) forgetContainer(world, container)
  },
  containerStatus: async id => world.containers.get(id)?.status,
  listContainers: async filter => selectContainers(world, filter).map(asListed),
  async updateContainerResources(id, resources) {
    const container = needContainer(world, id)
    patch(container, { resources: { ...container.status.resources, ...resources } })
  },
  reopenContainerLog: async id => writeLog(world, needRunning(world, id).status.logPath, []),
  execSync: (id, command, timeoutMs) => execute(world, id, command, timeoutMs),
})
