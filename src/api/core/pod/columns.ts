import { ageColumn, nameColumn, since } from '../../columns.ts'
import type { Column } from '../../resource.ts'
import type { ContainerStatus } from './container-status.ts'
import type { Pod } from './schema.ts'
import { isPodFinished, isPodReady, isSidecar, podCondition } from './predicates.ts'

interface Summary {
  readonly ready: number
  readonly total: number
  readonly reason: string
  readonly restarts: number
  readonly lastRestart: string | undefined
}

/** What `kubectl get pods` shows as STATUS: the most telling reason among the pod's own, its init containers' and its containers'. */
export const podReason = (pod: Pod): string => summarize(pod).reason

interface Tally {
  reason: string
  ready: number
  restarts: number
  lastRestart: string | undefined
}

function summarize(pod: Pod): Summary {
  const { spec, status, metadata } = pod
  const sidecars = new Set((spec.initContainers ?? []).filter(isSidecar).map(({ name }) => name))
  const gated = status.conditions?.some(({ type, reason }) => type === 'PodScheduled' && reason === 'SchedulingGated')
  const reason = gated ? 'SchedulingGated' : status.reason || status.phase || ''
  const init = summarizeInit(pod, sidecars, reason)
  const initialized = !init.busy || podCondition(pod, 'Initialized')?.status === 'True'
  const tally = initialized ? summarizeContainers(pod, { ...init.sidecars, reason: init.reason, ready: init.ready }) : init
  let shown = tally.reason
  if (metadata.deletionTimestamp && status.reason === 'NodeLost') shown = 'Unknown'
  else if (metadata.deletionTimestamp && !isPodFinished(pod)) shown = 'Terminating'
  return { ready: tally.ready, total: (spec.containers ?? []).length + sidecars.size, reason: shown, restarts: tally.restarts, lastRestart: tally.lastRestart }
}

function summarizeInit({ spec, status }: Pod, sidecarNames: ReadonlySet<string>, reason: string): Tally & { busy: boolean; sidecars: Omit<Tally, 'reason' | 'ready'> } {
  const all: Tally = { reason, ready: 0, restarts: 0, lastRestart: undefined }
  const sidecars = { restarts: 0, lastRestart: undefined as string | undefined }
  for (const [index, container] of (status.initContainerStatuses ?? []).entries()) {
    const isSide = sidecarNames.has(container.name)
    countRestarts(all, container)
    if (isSide) countRestarts(sidecars, container)
    const { terminated, waiting } = container.state
    if (terminated && terminated.exitCode === 0) continue
    if (isSide && container.started) {
      if (container.ready) all.ready++
      continue
    }
    if (terminated) all.reason = `Init:${terminated.reason || ended(terminated)}`
    else if (waiting?.reason && waiting.reason !== 'PodInitializing') all.reason = `Init:${waiting.reason}`
    else all.reason = `Init:${index}/${(spec.initContainers ?? []).length}`
    return { ...all, busy: true, sidecars }
  }
  return { ...all, busy: false, sidecars }
}

function summarizeContainers(pod: Pod, start: Tally): Tally {
  const tally = { ...start }
  let running = false
  for (const container of (pod.status.containerStatuses ?? []).toReversed()) {
    countRestarts(tally, container)
    const { waiting, terminated } = container.state
    if (waiting?.reason) tally.reason = waiting.reason
    else if (terminated) tally.reason = terminated.reason || ended(terminated)
    else if (container.ready && container.state.running) {
      running = true
      tally.ready++
    }
  }
  if (tally.reason === 'Completed' && running) tally.reason = isPodReady(pod) ? 'Running' : 'NotReady'
  return tally
}

const ended = ({ signal, exitCode }: { signal?: number | undefined; exitCode: number }): string => (signal ? `Signal:${signal}` : `ExitCode:${exitCode}`)

function countRestarts(tally: { restarts: number; lastRestart: string | undefined }, { restartCount, lastState }: ContainerStatus): void {
  tally.restarts += restartCount
  const finishedAt = lastState.terminated?.finishedAt
  if (finishedAt && (!tally.lastRestart || Date.parse(tally.lastRestart) < Date.parse(finishedAt))) tally.lastRestart = finishedAt
}

function readinessGates({ spec, status }: Pod): string {
  const gates = spec.readinessGates ?? []
  const open = gates.filter(gate => status.conditions?.some(({ type, status: state }) => type === gate.conditionType && state === 'True'))
  return gates.length ? `${open.length}/${gates.length}` : '<none>'
}

export const podColumns: readonly Column<Pod>[] = [
  nameColumn,
  { name: 'Ready', type: 'string', cell: pod => `${summarize(pod).ready}/${summarize(pod).total}` },
  { name: 'Status', type: 'string', cell: podReason },
  {
    name: 'Restarts', type: 'string',
    cell(pod, now) {
      const { restarts, lastRestart } = summarize(pod)
      return restarts && lastRestart ? `${restarts} (${since(lastRestart, now)} ago)` : `${restarts}`
    },
  },
  ageColumn,
  { name: 'IP', type: 'string', priority: 1, cell: ({ status }) => status.podIPs?.[0]?.ip || '<none>' },
  { name: 'Node', type: 'string', priority: 1, cell: ({ spec }) => spec.nodeName || '<none>' },
  { name: 'Nominated Node', type: 'string', priority: 1, cell: ({ status }) => status.nominatedNodeName || '<none>' },
  { name: 'Readiness Gates', type: 'string', priority: 1, cell: readinessGates },
]
