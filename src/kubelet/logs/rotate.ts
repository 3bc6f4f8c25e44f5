import type { Files } from '../../host/files.ts'
import { sleep, type Clock } from '../../machinery/clock.ts'
import { errorMessage, type Log } from '../../machinery/log.ts'
import { baseOf, directoryOf } from '../names.ts'
import type { RuntimeContainer } from '../pod-state.ts'
import type { Runtime } from '../runtime.ts'

const MAX_BYTES = 10 * 1024 * 1024
const MAX_FILES = 5
const CHECK_MS = 60_000

export interface RotateDeps {
  readonly runtime: Runtime
  readonly files: Files
  readonly clock: Clock
  readonly log: Log
  containers(): readonly RuntimeContainer[]
}

/** Keeps container logs at 10 MiB times five. Looks once a minute, and only at containers that run. */
export async function rotateLogs(deps: RotateDeps, signal: AbortSignal): Promise<void> {
  for (;;) {
    await sleep(deps.clock, CHECK_MS, signal).catch(() => undefined)
    if (signal.aborted) return
    for (const container of deps.containers().filter(({ state }) => state === 'Running')) {
      await rotateLog(deps, container).catch(error => deps.log.warn('a container log could not be rotated', { file: container.logPath, error: errorMessage(error) }))
    }
  }
}

/** Moves a log that has grown too large aside and has the runtime start a new one; says whether it did. */
export async function rotateLog({ runtime, files, clock }: RotateDeps, { id, logPath }: RuntimeContainer, maxBytes = MAX_BYTES): Promise<boolean> {
  const info = await files.stat(logPath)
  if (!info || info.size <= maxBytes) return false
  const rotated = await rotatedLogs(files, logPath)
  for (const path of rotated.slice(0, Math.max(rotated.length - (MAX_FILES - 2), 0))) await files.remove(path)
  const aside = `${logPath}.${new Date(clock.now()).toISOString().replace(/[-:]/g, '').replace('T', '-').replace(/\..*/, '')}`
  await files.rename(logPath, aside)
  try {
    await runtime.reopenContainerLog(id)
  } catch (error) {
    // Without a new file the container would go on writing to the one moved aside.
    await files.rename(aside, logPath)
    throw error
  }
  return true
}

/** Files that a log was moved to, the oldest first. */
export async function rotatedLogs(files: Files, logPath: string): Promise<string[]> {
  const directory = directoryOf(logPath)
  if (!(await files.exists(directory))) return []
  const prefix = `${baseOf(logPath)}.`
  return (await files.list(directory)).map(({ name }) => name).filter(name => name.startsWith(prefix)).sort().map(name => `${directory}/${name}`)
}
