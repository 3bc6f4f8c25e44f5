import { sleep, systemClock, type Clock } from '../machinery/clock.ts'
import { silentLog, type Log } from '../machinery/log.ts'
import { systemRandom, type Random } from '../machinery/random.ts'
import { containerdEvents } from './containerd-events.ts'
import descriptor from './cri-descriptor.json' with { type: 'json' }
import {
  containerConfigToCri, containerFromCri, containerStateToCri, containerStatsFromCri, containerStatusFromCri, defined, filesystemFromCri, imageFromCri,
  runtimeStatusFromCri, sandboxConfigToCri, sandboxFromCri, sandboxStatsFromCri, sandboxStatusFromCri, updateToCri,
} from './cri-messages.ts'
import { connectGrpc, type CallOptions, type Message } from './grpc.ts'
import { isRuntimeError, RuntimeError, type ContainerFilter, type PodSandboxFilter, type Runtime, type RuntimeEvent } from './runtime.ts'

export interface CriOptions {
  /** Path of the runtime's socket, or a gRPC address. */
  endpoint: string
  clock?: Clock
  random?: Random
  log?: Log
  /** How long an ordinary call may take; making a sandbox may take twice as long, stopping adds the grace period. */
  timeoutMs?: number
}

const DEFAULT_TIMEOUT_MS = 120_000

/** Calls that may be made again when the runtime went down under them; the next attempt waits until it is back. */
const REPEATABLE = /^(Version|List|Stop|Remove|Update|Reopen)|Stat(us|s)$|^ImageFsInfo$/
const MAX_ATTEMPTS = 3

/** containerd serves a moment before its CRI half is ready, which then refuses every call with these words. */
const isStarting = (error: unknown): boolean => error instanceof RuntimeError && /server is not initialized yet|unknown service runtime\.v1/.test(error.description)
const STARTING_MS = 5
const START_TIMEOUT_MS = 10_000

/** How long an event is held back until the runtime's own answers agree with it: nobody would ask again after it. */
const SETTLE_MS = [0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000]

const podFilter = ({ id, state, labels }: PodSandboxFilter = {}): Message =>
  defined({ id, labelSelector: labels, state: state && { state: `SANDBOX_${state.toUpperCase()}` } })

const containerFilter = ({ id, podSandboxId, state, labels }: ContainerFilter = {}): Message =>
  defined({ id, podSandboxId, labelSelector: labels, state: state && { state: containerStateToCri(state) } })

/** `absent` in place of an error that says that there is no such thing. */
const unlessMissing = <Value>(absent: Value) => (error: unknown): Value => {
  if (isRuntimeError(error, 'NotFound')) return absent
  throw error
}

/** The runtime behind a CRI v1 socket. Nothing is connected before the first call, and a runtime that was started again is found again. */
export function criRuntime(options: CriOptions): Runtime {
  const { clock = systemClock, random = systemRandom, log = silentLog, timeoutMs = DEFAULT_TIMEOUT_MS } = options
  const address = options.endpoint.startsWith('/') ? `unix://${options.endpoint}` : options.endpoint
  const connection = connectGrpc(address, descriptor)
  const callService = (service: string) => async (method: string, request: Message, call?: CallOptions): Promise<Message> => {
    const givenUpAtMs = clock.monotonic() + START_TIMEOUT_MS
    for (let attempt = 1; ; attempt++) {
      try {
        return await connection.call(service, method, request, { timeoutMs, ...call })
      } catch (error) {
        if (isStarting(error) && clock.monotonic() < givenUpAtMs) await sleep(clock, STARTING_MS, call?.signal)
        else if (!REPEATABLE.test(method) || attempt >= MAX_ATTEMPTS || !isRuntimeError(error, 'Unavailable')) throw error
      }
    }
  }
  const runtime = callService('runtime.v1.RuntimeService')
  const images = callService('runtime.v1.ImageService')
  const list = async <Item>(method: string, member: string, filter: Message, from: (message: Message) => Item): Promise<Item[]> =>
    ((await runtime(method, { filter }))[member] as Message[]).map(from)
  const url = async (method: string, request: Message): Promise<string> => String((await runtime(method, request))['url'])
  const withSignal = (signal: AbortSignal | undefined): CallOptions => (signal ? { signal } : {})

  const cri: Runtime = {
    async version(signal) {
      const { runtimeName, runtimeVersion, runtimeApiVersion } = await runtime('Version', {}, withSignal(signal))
      return { name: String(runtimeName), version: String(runtimeVersion), apiVersion: String(runtimeApiVersion) }
    },
    status: async signal => runtimeStatusFromCri(await runtime('Status', {}, withSignal(signal))),

    async runPodSandbox(config, { handler = '', signal } = {}) {
      const request = { config: sandboxConfigToCri(config), runtimeHandler: handler }
      return String((await runtime('RunPodSandbox', request, { timeoutMs: timeoutMs * 2, ...withSignal(signal) }))['podSandboxId'])
    },
    stopPodSandbox: id => runtime('StopPodSandbox', { podSandboxId: id }).then(() => undefined, unlessMissing(undefined)),
    removePodSandbox: id => runtime('RemovePodSandbox', { podSandboxId: id }).then(() => undefined, unlessMissing(undefined)),
    podSandboxStatus: id =>
      runtime('PodSandboxStatus', { podSandboxId: id }).then(({ status }) => sandboxStatusFromCri(status as Message), unlessMissing(undefined)),
    listPodSandboxes: filter => list('ListPodSandbox', 'items', podFilter(filter), sandboxFromCri),

    async createContainer(sandboxId, config, sandboxConfig) {
      const request = { podSandboxId: sandboxId, config: containerConfigToCri(config), sandboxConfig: sandboxConfigToCri(sandboxConfig) }
      return String((await runtime('CreateContainer', request))['containerId'])
    },
    startContainer: async id => void (await runtime('StartContainer', { containerId: id })),
    stopContainer: (id, graceSeconds) =>
      runtime('StopContainer', { containerId: id, timeout: graceSeconds }, { timeoutMs: timeoutMs + graceSeconds * 1000 }).then(() => undefined, unlessMissing(undefined)),
    removeContainer: id => runtime('RemoveContainer', { containerId: id }).then(() => undefined, unlessMissing(undefined)),
    containerStatus: id =>
      runtime('ContainerStatus', { containerId: id }).then(({ status }) => containerStatusFromCri(status as Message), unlessMissing(undefined)),
    listContainers: filter => list('ListContainers', 'containers', containerFilter(filter), containerFromCri),
    updateContainerResources: async (id, resources) => void (await runtime('UpdateContainerResources', updateToCri(id, resources))),
    reopenContainerLog: async id => void (await runtime('ReopenContainerLog', { containerId: id })),

    async execSync(id, command, limitMs) {
      // CRI counts in whole seconds; our own deadline keeps to the milliseconds, a second later the runtime has killed the command itself.
      const request = { containerId: id, cmd: [...command], timeout: Math.ceil(limitMs / 1000) }
      const answer = await runtime('ExecSync', request, { timeoutMs: limitMs })
      return { exitCode: Number(answer['exitCode']), stdout: answer['stdout'] as Uint8Array, stderr: answer['stderr'] as Uint8Array }
    },
    exec: ({ command, ...request }) => url('Exec', { ...request, cmd: [...command] }),
    attach: request => url('Attach', { ...request }),
    portForward: (sandboxId, ports) => url('PortForward', { podSandboxId: sandboxId, port: [...ports] }),

    containerStats: id =>
      runtime('ContainerStats', { containerId: id }).then(({ stats }) => containerStatsFromCri(stats as Message), unlessMissing(undefined)),
    listContainerStats: ({ id, podSandboxId, labels } = {}) =>
      list('ListContainerStats', 'stats', defined({ id, podSandboxId, labelSelector: labels }), containerStatsFromCri),
    listPodSandboxStats: ({ id, labels } = {}) => list('ListPodSandboxStats', 'stats', defined({ id, labelSelector: labels }), sandboxStatsFromCri),

    async pullImage(image, { auth, sandboxConfig, signal } = {}) {
      const request = defined({ image: { image }, auth, sandboxConfig: sandboxConfig && sandboxConfigToCri(sandboxConfig) })
      return String((await images('PullImage', request, { timeoutMs: 0, ...withSignal(signal) }))['imageRef'])
    },
    async imageStatus(image) {
      const found = (await images('ImageStatus', { image: { image } }))['image'] as Message | null
      return found ? imageFromCri(found) : undefined
    },
    listImages: async () => ((await images('ListImages', {}))['images'] as Message[]).map(imageFromCri),
    removeImage: image => images('RemoveImage', { image: { image } }).then(() => undefined, unlessMissing(undefined)),
    async imageFsInfo() {
      const answer = await images('ImageFsInfo', {})
      const part = (name: string) => ((answer[name] ?? []) as Message[]).map(filesystemFromCri)
      return { imageFilesystems: part('imageFilesystems'), containerFilesystems: part('containerFilesystems') }
    },

    events: signal => criEvents(cri, { address, clock, random, log, signal }),
    close: () => connection.close(),
  }
  return cri
}

/**
 * The runtime tells of an exit before its CRI half has noted it. Waits, some seconds at most, until `containerStatus` (or the sandbox's) tells the same.
 */
async function untilNoted(runtime: Runtime, id: string, clock: Clock): Promise<void> {
  for (const waitMs of SETTLE_MS) {
    const container = await runtime.containerStatus(id)
    // A container that ends at once is still `Created` for a moment, and `Running` after that.
    if (container ? container.state !== 'Running' && container.state !== 'Created' : (await runtime.podSandboxStatus(id))?.state !== 'Ready') return
    await sleep(clock, waitMs)
  }
}

interface EventsOptions {
  address: string
  clock: Clock
  random: Random
  log: Log
  signal: AbortSignal
}

/** Exits wait until they are noted, each on its own, so that one does not hold up the others. */
async function* criEvents(runtime: Runtime, options: EventsOptions): AsyncIterable<RuntimeEvent> {
  const { name } = await runtime.version(options.signal)
  if (name !== 'containerd') throw new RuntimeError('Unimplemented', `no events from a runtime called ${name}: only containerd is supported`)
  const over = new AbortController()
  const signal = AbortSignal.any([options.signal, over.signal])
  const ready: RuntimeEvent[] = []
  const state = { wake: (): void => {}, ended: false, failure: undefined as unknown }
  const deliver = (event: RuntimeEvent): void => { ready.push(event); state.wake() }
  const end = (failure?: unknown): void => { state.ended = true; state.failure = failure; state.wake() }
  const pump = async (): Promise<void> => {
    for await (const event of containerdEvents({ ...options, signal })) {
      if (event.type !== 'exited') deliver(event)
      // A runtime that cannot be asked has gone down: a resync will follow.
      else untilNoted(runtime, event.id, options.clock).then(() => deliver(event), () => deliver(event))
    }
  }
  pump().then(() => end(), end)
  try {
    while (true) {
      while (ready.length > 0) yield ready.shift()!
      if (options.signal.aborted) return
      if (state.ended) throw state.failure
      await new Promise<void>(resolve => { state.wake = resolve })
    }
  } finally {
    over.abort()
  }
}
