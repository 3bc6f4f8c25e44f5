import type { ContainerStats, PodSandboxStats, Runtime } from './runtime.ts'
import { selectContainers } from './simulated-containers.ts'
import { selectSandboxes } from './simulated-sandboxes.ts'
import type { SimulatedContainer, SimulatedSandbox, SimulatedWorld } from './simulated-world.ts'

type StatsMethods = Pick<Runtime, 'containerStats' | 'listContainerStats' | 'listPodSandboxStats'>

function containerStats({ clock }: SimulatedWorld, { status, run }: SimulatedContainer): ContainerStats {
  const atMs = clock.now()
  const { cpuNanoCores = 0, memoryBytes = 0 } = run
  return {
    id: status.id, metadata: status.metadata, labels: status.labels,
    cpu: { atMs, usageNanoCores: cpuNanoCores, usageCoreNanoSeconds: Math.floor(cpuNanoCores * (atMs - status.startedAtMs) / 1000) },
    memory: { atMs, workingSetBytes: memoryBytes, usageBytes: memoryBytes, rssBytes: memoryBytes },
  }
}

function sandboxStats(world: SimulatedWorld, { status }: SimulatedSandbox): PodSandboxStats {
  const containers = selectContainers(world, { podSandboxId: status.id, state: 'Running' }).map(container => containerStats(world, container))
  const sum = (pick: (stats: ContainerStats) => number | undefined): number => containers.reduce((total, stats) => total + (pick(stats) ?? 0), 0)
  const atMs = world.clock.now()
  return {
    id: status.id, metadata: status.metadata, labels: status.labels, containers, processCount: containers.length,
    cpu: { atMs, usageNanoCores: sum(stats => stats.cpu?.usageNanoCores), usageCoreNanoSeconds: sum(stats => stats.cpu?.usageCoreNanoSeconds) },
    memory: { atMs, workingSetBytes: sum(stats => stats.memory?.workingSetBytes) },
  }
}

/** The part of the simulated runtime that counts what is used: what the images were defined to use. */
export const simulatedStats = (world: SimulatedWorld): StatsMethods => ({
  async containerStats(id) {
    const container = world.containers.get(id)
    return container?.status.state === 'Running' ? containerStats(world, container) : undefined
  },
  listContainerStats: async filter => selectContainers(world, { ...filter, state: 'Running' }).map(container => containerStats(world, container)),
  listPodSandboxStats: async filter => selectSandboxes(world, { ...filter, state: 'Ready' }).map(sandbox => sandboxStats(world, sandbox)),
})
