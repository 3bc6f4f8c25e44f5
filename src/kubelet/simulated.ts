import type { Files } from '../host/files.ts'
import { assert } from '../machinery/assert.ts'
import { microTimestamp, type Clock, type Timer } from '../machinery/clock.ts'
import { seededRandom, type Random } from '../machinery/random.ts'
import {
  RuntimeError, type Container, type ContainerConfig, type ContainerFilter, type ContainerStats, type ContainerStatus, type ExecResult, type Image, type PodSandbox,
  type PodSandboxConfig, type PodSandboxFilter, type PodSandboxStats, type PodSandboxStatus, type Runtime, type RuntimeEvent,
} from './runtime.ts'

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

/** A runtime without an OS, and the strings to pull in a test. */
export interface SimulatedRuntime extends Runtime {
  /** Defines or replaces an image; for containers created from now on. */
  define(name: string, image: SimulatedImage): void
  /** Ends a running container as if its process had ended, or had been killed for its memory. */
  exit(containerId: string, exitCode: number, reason?: 'OOMKilled'): void
  /** Whether something answers at this pod address: a container runs there and is ready. */
  serves(ip: string): boolean
}

interface SimulatedSandbox {
  status: PodSandboxStatus
  config: PodSandboxConfig
}

interface SimulatedContainer {
  status: ContainerStatus
  sandboxId: string
  run: SimulatedRun
  timers: Timer[]
  onExit: (() => void)[]
}

const KILLED = 137
const TERMINATED = 143

const matches = (labels: Readonly<Record<string, string>>, wanted: Readonly<Record<string, string>> = {}): boolean =>
  Object.entries(wanted).every(([key, value]) => labels[key] === value)

/** Names as the runtime keeps them: with a tag. */
const normalized = (name: string): string => (/(:[\w.-]+|@[a-z0-9]+:[0-9a-f]+)$/.test(name) || name.startsWith('sha256:') ? name : `${name}:latest`)

/** Containers that only the clock moves. Everything else is what `runtime-conformance.ts` asks of any runtime. */
export function simulatedRuntime(options: SimulatedOptions): SimulatedRuntime {
  const { clock, random = seededRandom(1), files, network = '10.244.0' } = options
  const defined = new Map(Object.entries(options.images ?? {}).map(([name, image]) => [normalized(name), image]))
  const present = new Map<string, Image>()
  const sandboxes = new Map<string, SimulatedSandbox>()
  const containers = new Map<string, SimulatedContainer>()
  const listeners = new Set<(event: RuntimeEvent) => void>()
  const state = { lastIp: 1, ticks: 0 }

  const newId = (): string => `${random.uuid()}${random.uuid()}`.replaceAll('-', '')
  const emit = (event: RuntimeEvent): void => { for (const listener of listeners) listener(event) }
  const needSandbox = (id: string): SimulatedSandbox => {
    const sandbox = sandboxes.get(id)
    if (!sandbox) throw new RuntimeError('NotFound', `an error occurred when try to find sandbox: not found: ${id}`)
    return sandbox
  }
  const needContainer = (id: string): SimulatedContainer => {
    const container = containers.get(id)
    if (!container) throw new RuntimeError('NotFound', `an error occurred when try to find container "${id}": not found`)
    return container
  }
  const needRunning = (id: string): SimulatedContainer => {
    const container = needContainer(id)
    if (container.status.state !== 'Running') throw new RuntimeError('Unknown', `container is in CONTAINER_${container.status.state.toUpperCase()} state`)
    return container
  }
  const patch = (container: SimulatedContainer, change: Partial<ContainerStatus>): void => { container.status = { ...container.status, ...change } }

  const end = (container: SimulatedContainer, exitCode: number, reason = exitCode === 0 ? 'Completed' : 'Error'): void => {
    if (container.status.state !== 'Running') return
    for (const timer of container.timers.splice(0)) timer.cancel()
    patch(container, { state: 'Exited', exitCode, reason, finishedAtMs: clock.now() })
    if (reason === 'OOMKilled') emit({ type: 'oom', id: container.status.id, atMs: clock.now() })
    emit({ type: 'exited', id: container.status.id, exitCode, atMs: clock.now() })
    for (const done of container.onExit.splice(0)) done()
  }
  const later = (container: SimulatedContainer, afterMs: number, action: () => void): void => void container.timers.push(clock.after(afterMs, action))
  const ended = (container: SimulatedContainer): Promise<void> =>
    container.status.state === 'Running' ? new Promise(resolve => container.onExit.push(resolve)) : Promise.resolve()

  const containersOf = (sandboxId: string): SimulatedContainer[] => [...containers.values()].filter(container => container.sandboxId === sandboxId)
  const runOf = (image: string, config: ContainerConfig): SimulatedRun => {
    const run = defined.get(normalized(image))?.run ?? {}
    return typeof run === 'function' ? run(config) : run
  }
  const imageNamed = (name: string): Image | undefined => present.get(normalized(name)) ?? [...present.values()].find(({ id }) => id === name)
  const writeLog = async (path: string, lines: readonly string[]): Promise<void> => {
    if (!files) return
    await files.makeDirectory(path.slice(0, path.lastIndexOf('/')))
    await files.append(path, lines.map(line => `${microTimestamp(clock.now())} stdout F ${line}\n`).join(''))
  }
  const remove = (container: SimulatedContainer): void => {
    end(container, KILLED)
    containers.delete(container.status.id)
    emit({ type: 'deleted', id: container.status.id, atMs: clock.now() })
  }
  const statsOf = ({ status, run }: SimulatedContainer): ContainerStats => ({
    id: status.id, metadata: status.metadata, labels: status.labels,
    cpu: { atMs: clock.now(), usageNanoCores: run.cpuNanoCores ?? 0, usageCoreNanoSeconds: Math.floor((run.cpuNanoCores ?? 0) * (clock.now() - status.startedAtMs) / 1000) },
    memory: { atMs: clock.now(), workingSetBytes: run.memoryBytes ?? 0, usageBytes: run.memoryBytes ?? 0, rssBytes: run.memoryBytes ?? 0 },
  })
  const listOf = ({ status, sandboxId }: SimulatedContainer): Container => ({
    id: status.id, podSandboxId: sandboxId, metadata: status.metadata, image: status.image, imageRef: status.imageRef, state: status.state,
    createdAtMs: status.createdAtMs, labels: status.labels, annotations: status.annotations,
  })
  const selectContainers = ({ id, podSandboxId, state: wanted, labels }: ContainerFilter = {}): SimulatedContainer[] =>
    [...containers.values()].filter(({ status, sandboxId }) =>
      (id === undefined || status.id === id) && (podSandboxId === undefined || sandboxId === podSandboxId) &&
      (wanted === undefined || status.state === wanted) && matches(status.labels, labels))
  const selectSandboxes = ({ id, state: wanted, labels }: PodSandboxFilter = {}): SimulatedSandbox[] =>
    [...sandboxes.values()].filter(({ status }) =>
      (id === undefined || status.id === id) && (wanted === undefined || status.state === wanted) && matches(status.labels, labels))
  const noStreams = async (): Promise<never> => { throw new RuntimeError('Unimplemented', 'the simulated runtime has no streaming server') }

  return {
    version: async () => ({ name: 'simulated', version: '1.0.0', apiVersion: 'v1' }),
    status: async () => ({
      conditions: ['RuntimeReady', 'NetworkReady'].map(type => ({ type, status: true, reason: '', message: '' })), handlers: [], supplementalGroupsPolicy: true,
    }),

    async runPodSandbox(config, { handler = '' } = {}) {
      const { name, namespace, uid, attempt } = config.metadata
      const taken = [...sandboxes.values()].some(({ status: { metadata } }) => metadata.uid === uid && metadata.attempt === attempt)
      if (taken) throw new RuntimeError('Unknown', `failed to reserve sandbox name "${name}_${namespace}_${uid}_${attempt}": it is taken`)
      const id = newId()
      const ips = config.security?.namespaces?.network === 'NODE' ? [] : [`${network}.${++state.lastIp}`]
      const status: PodSandboxStatus = {
        id, metadata: config.metadata, state: 'Ready', createdAtMs: clock.now(), labels: config.labels, annotations: config.annotations, handler, ips,
      }
      sandboxes.set(id, { status, config })
      emit({ type: 'created', id, atMs: clock.now() })
      emit({ type: 'started', id, pid: ++state.ticks, atMs: clock.now() })
      return id
    },
    async stopPodSandbox(id) {
      const sandbox = sandboxes.get(id)
      if (!sandbox) return
      for (const container of containersOf(id)) end(container, KILLED)
      if (sandbox.status.state === 'NotReady') return
      sandbox.status = { ...sandbox.status, state: 'NotReady', ips: [] }
      emit({ type: 'exited', id, exitCode: KILLED, atMs: clock.now() })
    },
    async removePodSandbox(id) {
      if (!sandboxes.has(id)) return
      for (const container of containersOf(id)) remove(container)
      sandboxes.delete(id)
      emit({ type: 'deleted', id, atMs: clock.now() })
    },
    podSandboxStatus: async id => sandboxes.get(id)?.status,
    listPodSandboxes: async filter => selectSandboxes(filter).map(({ status: { ips: _, ...sandbox } }): PodSandbox => sandbox),

    async createContainer(sandboxId, config, sandboxConfig) {
      const sandbox = needSandbox(sandboxId)
      if (sandbox.status.state !== 'Ready') throw new RuntimeError('Unknown', `sandbox container "${sandboxId}" is not running`)
      const image = imageNamed(config.image)
      if (!image) throw new RuntimeError('NotFound', `failed to resolve image "${config.image}": not found`)
      const { name, attempt } = config.metadata
      const taken = containersOf(sandboxId).some(({ status: { metadata } }) => metadata.name === name && metadata.attempt === attempt)
      if (taken) throw new RuntimeError('Unknown', `failed to reserve container name "${name}_${attempt}": it is taken`)
      const id = newId()
      const status: ContainerStatus = {
        id, metadata: config.metadata, image: config.image, imageRef: image.id, imageId: image.id, state: 'Created', createdAtMs: clock.now(),
        startedAtMs: 0, finishedAtMs: 0, exitCode: 0, reason: '', message: '', labels: config.labels, annotations: config.annotations, mounts: config.mounts,
        logPath: `${sandboxConfig.logDirectory}/${config.logPath}`, ...(config.resources && { resources: config.resources }),
      }
      containers.set(id, { status, sandboxId, run: runOf(image.repoTags[0] ?? config.image, config), timers: [], onExit: [] })
      emit({ type: 'created', id, atMs: clock.now() })
      return id
    },
    async startContainer(id) {
      const container = needContainer(id)
      const { run, status } = container
      if (status.state !== 'Created') throw new RuntimeError('Unknown', `container "${id}" is in CONTAINER_${status.state.toUpperCase()} state`)
      if (run.startError) {
        patch(container, { state: 'Exited', exitCode: 128, reason: 'StartError', message: run.startError, finishedAtMs: clock.now() })
        throw new RuntimeError('Unknown', `failed to create containerd task: ${run.startError}`)
      }
      patch(container, { state: 'Running', startedAtMs: clock.now() })
      if (run.output) await writeLog(status.logPath, run.output)
      emit({ type: 'started', id, pid: ++state.ticks, atMs: clock.now() })
      if (run.exitAfterMs !== undefined) later(container, run.exitAfterMs, () => end(container, run.exitCode ?? 0))
    },
    async stopContainer(id, graceSeconds) {
      const container = containers.get(id)
      if (container?.status.state !== 'Running') return
      const answer = container.run.onStop ?? { afterMs: 0, exitCode: TERMINATED }
      if (graceSeconds <= 0) end(container, KILLED)
      else if (answer === 'ignore') later(container, graceSeconds * 1000, () => end(container, KILLED))
      else if (answer.afterMs === 0) end(container, answer.exitCode)
      else {
        later(container, answer.afterMs, () => end(container, answer.exitCode))
        later(container, graceSeconds * 1000, () => end(container, KILLED))
      }
      await ended(container)
    },
    async removeContainer(id) {
      const container = containers.get(id)
      if (container) remove(container)
    },
    containerStatus: async id => containers.get(id)?.status,
    listContainers: async filter => selectContainers(filter).map(listOf),
    async updateContainerResources(id, resources) {
      const container = needContainer(id)
      patch(container, { resources: { ...container.status.resources, ...resources } })
    },
    async reopenContainerLog(id) {
      await writeLog(needRunning(id).status.logPath, [])
    },

    async execSync(id, command, timeoutMs): Promise<ExecResult> {
      const container = needRunning(id)
      const result = container.run.exec?.(command) ?? { exitCode: 0 }
      const tooLong = timeoutMs > 0 && (result.afterMs ?? 0) > timeoutMs
      if (result.afterMs) await new Promise<void>(resolve => clock.after(tooLong ? timeoutMs : result.afterMs!, resolve))
      if (tooLong) throw new RuntimeError('DeadlineExceeded', `failed to exec in container: timeout ${timeoutMs / 1000}s exceeded: context deadline exceeded`)
      return { exitCode: result.exitCode, stdout: Buffer.from(result.stdout ?? ''), stderr: Buffer.from(result.stderr ?? '') }
    },
    exec: noStreams, attach: noStreams, portForward: noStreams,

    async containerStats(id) {
      const container = containers.get(id)
      return container?.status.state === 'Running' ? statsOf(container) : undefined
    },
    listContainerStats: async filter => selectContainers({ ...filter, state: 'Running' }).map(statsOf),
    listPodSandboxStats: async filter => selectSandboxes({ ...filter, state: 'Ready' }).map(({ status }): PodSandboxStats => {
      const stats = selectContainers({ podSandboxId: status.id, state: 'Running' }).map(statsOf)
      const sum = (pick: (stats: ContainerStats) => number | undefined): number => stats.reduce((total, each) => total + (pick(each) ?? 0), 0)
      return {
        id: status.id, metadata: status.metadata, labels: status.labels, containers: stats, processCount: stats.length,
        cpu: { atMs: clock.now(), usageNanoCores: sum(each => each.cpu?.usageNanoCores), usageCoreNanoSeconds: sum(each => each.cpu?.usageCoreNanoSeconds) },
        memory: { atMs: clock.now(), workingSetBytes: sum(each => each.memory?.workingSetBytes) },
      }
    }),

    async pullImage(name) {
      const image = defined.get(normalized(name)) ?? {}
      if (image.pullMs) await new Promise<void>(resolve => clock.after(image.pullMs!, resolve))
      if (image.pullError) throw new RuntimeError('Unknown', `failed to pull and unpack image "${normalized(name)}": ${image.pullError}`)
      const known = present.get(normalized(name))
      if (known) return known.id
      const id = `sha256:${newId()}`
      present.set(normalized(name), {
        id, repoTags: [normalized(name)], repoDigests: [`${name.replace(/[:@][^/]*$/, '')}@${id}`], sizeBytes: image.sizeBytes ?? 1_000_000, pinned: false,
        ...(image.uid !== undefined && { uid: image.uid }), ...(image.username && { username: image.username }),
      })
      return id
    },
    imageStatus: async name => imageNamed(name),
    listImages: async () => [...present.values()],
    async removeImage(name) {
      const image = imageNamed(name)
      for (const [key, { id }] of present) if (id === image?.id) present.delete(key)
    },
    async imageFsInfo() {
      const usedBytes = [...present.values()].reduce((total, { sizeBytes }) => total + sizeBytes, 0)
      return { imageFilesystems: [{ atMs: clock.now(), mountpoint: '/', usedBytes, inodesUsed: present.size }], containerFilesystems: [] }
    },

    async *events(signal) {
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
    },
    close() {},

    define: (name, image) => void defined.set(normalized(name), image),
    exit(id, exitCode, reason) {
      const container = containers.get(id)
      assert(container?.status.state === 'Running', `no running container ${id}`)
      end(container, exitCode, reason)
    },
    serves: ip => [...sandboxes.values()].some(({ status }) => status.ips.includes(ip) &&
      containersOf(status.id).some(({ status: { state: now, startedAtMs }, run }) => now === 'Running' && clock.now() >= startedAtMs + (run.readyAfterMs ?? 0))),
  }
}
