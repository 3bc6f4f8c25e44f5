import { realHost, type Host } from '../../host/host.ts'
import { systemClock } from '../../machinery/clock.ts'
import { errorMessage } from '../../machinery/log.ts'
import { apiGet } from '../api-request.ts'
import { followInstance } from '../claim.ts'
import { layoutOf } from '../layout.ts'
import { currentBootId, isAlive, readState, type ClusterState, type ProcessRecord } from '../state.ts'
import type { Call, Verb } from './verb.ts'

interface Listed<T> { items: T[] }
interface Conditioned { metadata: { name: string; namespace?: string }; status: { phase?: string; conditions?: { type: string; status: string }[]; nodeInfo?: { kubeletVersion: string } } }

interface ProcessStatus extends ProcessRecord {
  memoryMB: number
}

/** What `status --json` prints. */
interface Findings {
  running: boolean
  state: ClusterState | undefined
  processes: ProcessStatus[]
  nodes: { name: string; ready: boolean; version: string }[]
  pods: Record<string, number>
  /** Why the API did not answer. */
  problem?: string
}

export const status: Verb = {
  flags: { json: { type: 'boolean', help: 'print it for a program' } },
  async run(call) {
    const found = await look(call)
    call.print(call.flags['json'] ? JSON.stringify(found, undefined, 2) : describe(found, call))
    return found.running && found.problem === undefined ? 0 : 1
  },
}

async function look({ options }: Call): Promise<Findings> {
  const host = realHost()
  const layout = layoutOf(options)
  const state = await readState(host.files, layout.stateFile)
  const follower = await followInstance(options.instance)
  const findings: Findings = { running: follower !== undefined, state, processes: [], nodes: [], pods: {} }
  if (!findings.running || !state) return findings
  const sameBoot = state.bootId === (await currentBootId(host.files))
  for (const record of sameBoot ? state.processes : []) {
    if (await isAlive(host.processes, record)) findings.processes.push({ ...record, memoryMB: await memoryOf(host, record.pid) })
  }
  try {
    const [nodes, pods] = await Promise.all(['nodes', 'pods'].map(plural => apiGet<Listed<Conditioned>>(host, options, layout, `/api/v1/${plural}`)))
    findings.nodes = nodes!.items.map(({ metadata, status: { conditions = [], nodeInfo } }) => ({
      name: metadata.name, ready: conditions.some(({ type, status: value }) => type === 'Ready' && value === 'True'), version: nodeInfo?.kubeletVersion ?? '',
    }))
    for (const { status: { phase = 'Unknown' } } of pods!.items) findings.pods[phase] = (findings.pods[phase] ?? 0) + 1
  } catch (error) {
    findings.problem = errorMessage(error)
  }
  return findings
}

async function memoryOf({ files }: Host, pid: number): Promise<number> {
  const text = await files.readText(`/proc/${pid}/status`).catch(() => '')
  return Math.round(Number(/^VmRSS:\s*(\d+)/m.exec(text)?.[1] ?? 0) / 1024)
}

const row = (label: string, text: string): string => `${label.padEnd(11)} ${text}`

function describe({ running, state, processes, nodes, pods, problem }: Findings, { options }: Call): string {
  if (!running) {
    const cutOff = state && !['stopped', 'failed'].includes(state.phase)
    if (state?.phase === 'failed') return `${options.instance} does not run. It failed: ${state.reason}. "k8ts up" tries again.`
    return `${options.instance} does not run${cutOff ? '; its last run was cut off, and its pods may still run' : ''}. "k8ts up" starts it${cutOff ? ' again, "k8ts down" cleans up' : ''}.`
  }
  if (!state) return `${options.instance} runs, but with another data folder than this: give the right --data-dir.`
  const seconds = Math.round((systemClock.now() - Date.parse(state.startedAt)) / 1000)
  const podText = Object.entries(pods).map(([phase, count]) => `${count} ${phase}`).join(', ')
  return [
    row('instance', `${state.instance}, ${state.phase}, version ${state.version}, up ${Math.floor(seconds / 3600)} h ${Math.floor(seconds / 60) % 60} min ${seconds % 60} s`),
    row('API', state.server), row('kubeconfig', state.kubeconfig),
    ...processes.map(({ name, pid, memoryMB }) => row('process', `${name} (pid ${pid}, ${memoryMB} MB)`)),
    ...Object.entries(state.ports).map(([name, port]) => row('port', `${port} ${name}`)),
    ...nodes.map(({ name, ready, version }) => row('node', `${name} ${ready ? 'Ready' : 'NotReady'} ${version}`)),
    ...(problem === undefined ? [row('pods', podText || 'none')] : [row('problem', problem)]),
  ].join('\n')
}
