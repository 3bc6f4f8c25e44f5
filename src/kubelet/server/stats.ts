import { timestamp } from '../../machinery/clock.ts'
import { CONTAINER_NAME_LABEL, POD_NAME_LABEL, POD_NAMESPACE_LABEL, POD_UID_LABEL } from '../names.ts'
import type { ContainerStats, CpuStats, MemoryStats } from '../runtime.ts'
import type { ServerDeps } from './deps.ts'

const cpuOf = (cpu: CpuStats | undefined) =>
  cpu && { time: timestamp(cpu.atMs), usageNanoCores: cpu.usageNanoCores ?? 0, usageCoreNanoSeconds: cpu.usageCoreNanoSeconds }
const memoryOf = (memory: MemoryStats | undefined) => memory && {
  time: timestamp(memory.atMs), workingSetBytes: memory.workingSetBytes, usageBytes: memory.usageBytes ?? memory.workingSetBytes, rssBytes: memory.rssBytes ?? 0,
}

interface PodUsage {
  readonly name: string
  readonly namespace: string
  readonly uid: string
  readonly containers: readonly ContainerStats[]
}

async function podUsages({ options: { runtime } }: ServerDeps): Promise<PodUsage[]> {
  const byPod = new Map<string, ContainerStats[]>()
  for (const stats of await runtime.listContainerStats()) {
    const uid = stats.labels[POD_UID_LABEL]
    if (uid !== undefined) byPod.set(uid, [...(byPod.get(uid) ?? []), stats])
  }
  return [...byPod].map(([uid, containers]) => {
    const labels = containers[0]!.labels
    return { uid, containers, name: labels[POD_NAME_LABEL] ?? '', namespace: labels[POD_NAMESPACE_LABEL] ?? '' }
  })
}

const sum = (values: readonly (number | undefined)[]): number => values.reduce<number>((total, value) => total + (value ?? 0), 0)

/** What the whole machine uses: all containers, where there is no root cgroup to ask. */
async function nodeUsage({ options: { host, clock } }: ServerDeps, pods: readonly PodUsage[]): Promise<{ cpu: CpuStats; memory: MemoryStats }> {
  const root = await host.cgroups.usage('/')
  const all = pods.flatMap(({ containers }) => containers)
  return {
    cpu: { atMs: clock.now(), usageCoreNanoSeconds: root?.cpuNanoseconds || sum(all.map(({ cpu }) => cpu?.usageCoreNanoSeconds)) },
    memory: { atMs: clock.now(), workingSetBytes: root?.workingSetBytes || sum(all.map(({ memory }) => memory?.workingSetBytes)) },
  }
}

/** The page that metrics collectors of old read. */
export async function statsSummary(deps: ServerDeps): Promise<unknown> {
  const pods = await podUsages(deps)
  const node = await nodeUsage(deps, pods)
  return {
    node: { nodeName: deps.options.nodeName, cpu: cpuOf(node.cpu), memory: memoryOf(node.memory) },
    pods: pods.map(({ name, namespace, uid, containers }) => ({
      podRef: { name, namespace, uid },
      containers: containers.map(({ metadata, cpu, memory }) => ({ name: metadata.name, cpu: cpuOf(cpu), memory: memoryOf(memory) })),
    })),
  }
}

/** The page that metrics-server reads. */
export async function resourceMetrics(deps: ServerDeps): Promise<string> {
  const pods = await podUsages(deps)
  const node = await nodeUsage(deps, pods)
  const lines: string[] = []
  const metric = (name: string, kind: string, help: string, samples: readonly (readonly [labels: string, value: number, atMs: number])[]): void => {
    lines.push(`# HELP ${name} [STABLE] ${help}`, `# TYPE ${name} ${kind}`, ...samples.map(([labels, value, atMs]) => `${name}${labels} ${value} ${Math.round(atMs)}`))
  }
  const containers = pods.flatMap(({ name, namespace, containers: each }) => each.map(stats => ({
    stats, labels: `{container="${stats.labels[CONTAINER_NAME_LABEL] ?? stats.metadata.name}",namespace="${namespace}",pod="${name}"}`,
  })))
  const now = deps.options.clock.now()
  metric('container_cpu_usage_seconds_total', 'counter', 'Cumulative cpu time consumed by the container in core-seconds',
    containers.flatMap(({ stats: { cpu }, labels }) => (cpu ? [[labels, cpu.usageCoreNanoSeconds / 1e9, cpu.atMs] as const] : [])))
  metric('container_memory_working_set_bytes', 'gauge', 'Current working set of the container in bytes',
    containers.flatMap(({ stats: { memory }, labels }) => (memory ? [[labels, memory.workingSetBytes, memory.atMs] as const] : [])))
  metric('node_cpu_usage_seconds_total', 'counter', 'Cumulative cpu time consumed by the node in core-seconds', [['', node.cpu.usageCoreNanoSeconds / 1e9, now]])
  metric('node_memory_working_set_bytes', 'gauge', 'Current working set of the node in bytes', [['', node.memory.workingSetBytes, now]])
  metric('pod_cpu_usage_seconds_total', 'counter', 'Cumulative cpu time consumed by the pod in core-seconds',
    pods.map(({ name, namespace, containers: each }) => [`{namespace="${namespace}",pod="${name}"}`, sum(each.map(({ cpu }) => cpu?.usageCoreNanoSeconds)) / 1e9, now] as const))
  metric('pod_memory_working_set_bytes', 'gauge', 'Current working set of the pod in bytes',
    pods.map(({ name, namespace, containers: each }) => [`{namespace="${namespace}",pod="${name}"}`, sum(each.map(({ memory }) => memory?.workingSetBytes)), now] as const))
  metric('resource_scrape_error', 'gauge', '1 if there was an error while getting container metrics, 0 otherwise', [['', 0, now]])
  return `${lines.join('\n')}\n`
}
