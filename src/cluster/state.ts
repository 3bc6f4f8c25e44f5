import type { Files } from '../host/files.ts'
import type { Processes } from '../host/process.ts'

/** A process by its pid and the moment it began: pids are used again. */
export interface ProcessRecord {
  name: string
  pid: number
  startedAtTicks: number
}

/** What `state.json` says: who runs, since when, where. Programs may read it; only the running server writes it. */
export interface ClusterState {
  instance: string
  version: string
  /** `stopped` is an orderly end; anything else with a dead process is a run that was cut off. */
  phase: 'starting' | 'ready' | 'stopping' | 'stopped' | 'failed'
  /** The kernel's id of this boot: pids of another boot mean nothing. */
  bootId: string
  startedAt: string
  nodeName: string
  server: string
  kubeconfig: string
  processes: readonly ProcessRecord[]
  ports: Readonly<Record<string, number>>
  /** Why it failed. */
  reason?: string
}

/** The state that was written last; `undefined` when there is none, or none that can be read (a disk that was full). */
export async function readState(files: Files, path: string): Promise<ClusterState | undefined> {
  const text = await files.readText(path).catch((error: NodeJS.ErrnoException) => { if (error.code === 'ENOENT') return ''; throw error })
  try {
    return text === '' ? undefined : (JSON.parse(text) as ClusterState)
  } catch {
    return undefined
  }
}

export const writeState = (files: Files, path: string, state: ClusterState): Promise<void> =>
  files.write(path, `${JSON.stringify(state, undefined, 2)}\n`, { mode: 0o644, atomic: true })

export const currentBootId = async (files: Files): Promise<string> => (await files.readText('/proc/sys/kernel/random/boot_id')).trim()

/** Names the process `pid` for good. */
export async function recordOf(processes: Processes, name: string, pid: number): Promise<ProcessRecord> {
  return { name, pid, startedAtTicks: (await processes.info(pid))?.startedAtTicks ?? 0 }
}

/** Whether a recorded process still runs. */
export async function isAlive(processes: Processes, { pid, startedAtTicks }: ProcessRecord): Promise<boolean> {
  const info = await processes.info(pid)
  return info !== undefined && info.state !== 'Z' && info.startedAtTicks === startedAtTicks
}
