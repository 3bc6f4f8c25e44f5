import { RuntimeError, type PodSandbox, type PodSandboxConfig, type PodSandboxFilter, type Runtime } from './runtime.ts'
import { containersOf, emit, endContainer, forgetContainer, hasLabels, KILLED, newId, type SimulatedSandbox, type SimulatedWorld } from './simulated-world.ts'

type SandboxMethods = Pick<Runtime, 'runPodSandbox' | 'stopPodSandbox' | 'removePodSandbox' | 'podSandboxStatus' | 'listPodSandboxes'>

/** The sandboxes that a filter is about. */
export const selectSandboxes = ({ sandboxes }: SimulatedWorld, { id, state, labels }: PodSandboxFilter = {}): SimulatedSandbox[] =>
  [...sandboxes.values()].filter(({ status }) =>
    (id === undefined || status.id === id) && (state === undefined || status.state === state) && hasLabels(status.labels, labels))

function run(world: SimulatedWorld, config: PodSandboxConfig, handler: string): string {
  const { name, namespace, uid, attempt } = config.metadata
  const isTaken = [...world.sandboxes.values()].some(({ status: { metadata } }) => metadata.uid === uid && metadata.attempt === attempt)
  if (isTaken) throw new RuntimeError('Unknown', `failed to reserve sandbox name "${name}_${namespace}_${uid}_${attempt}": it is taken`)
  const id = newId(world)
  const atMs = world.clock.now()
  const ips = config.security?.namespaces?.network === 'NODE' ? [] : [`${world.network}.${++world.lastAddress}`]
  const status = { id, metadata: config.metadata, state: 'Ready' as const, createdAtMs: atMs, labels: config.labels, annotations: config.annotations, handler, ips }
  world.sandboxes.set(id, { status, config })
  emit(world, { type: 'created', id, atMs })
  emit(world, { type: 'started', id, pid: ++world.lastPid, atMs })
  return id
}

function stop(world: SimulatedWorld, id: string): void {
  const sandbox = world.sandboxes.get(id)
  if (!sandbox) return
  for (const container of containersOf(world, id)) endContainer(world, container, KILLED)
  if (sandbox.status.state === 'NotReady') return
  sandbox.status = { ...sandbox.status, state: 'NotReady', ips: [] }
  emit(world, { type: 'exited', id, exitCode: KILLED, atMs: world.clock.now() })
}

function remove(world: SimulatedWorld, id: string): void {
  if (!world.sandboxes.has(id)) return
  for (const container of containersOf(world, id)) forgetContainer(world, container)
  world.sandboxes.delete(id)
  emit(world, { type: 'deleted', id, atMs: world.clock.now() })
}

/** The part of the simulated runtime that is about sandboxes. */
export const simulatedSandboxes = (world: SimulatedWorld): SandboxMethods => ({
  runPodSandbox: async (config, { handler = '' } = {}) => run(world, config, handler),
  stopPodSandbox: async id => stop(world, id),
  removePodSandbox: async id => remove(world, id),
  podSandboxStatus: async id => world.sandboxes.get(id)?.status,
  listPodSandboxes: async filter => selectSandboxes(world, filter).map(({ status: { ips: _, ...sandbox } }): PodSandbox => sandbox),
})
