import type { Clock } from '../../machinery/clock.ts'
import { errorMessage, type Log } from '../../machinery/log.ts'
import type { Metrics } from '../../machinery/metrics.ts'

/** What a configuration file is read from and watched with. */
export interface ConfigurationFiles {
  readText(path: string): Promise<string>
  watch(path: string, signal: AbortSignal): AsyncIterable<void>
}

export interface ReloadOptions {
  readonly files: ConfigurationFiles
  readonly path: string
  /** The text that is in force already. */
  readonly initial: string
  /** Puts a new text in force, or throws and leaves the old one. */
  apply(text: string): Promise<void> | void
  readonly signal: AbortSignal
  readonly log: Log
  readonly metrics?: ReloadMetrics
}

/** Of how a file's changes went, under upstream's names. */
export interface ReloadMetrics {
  reloaded(status: 'success' | 'failure'): void
  inForce(text: string): void
}

/** Follows a configuration file: what it says anew is in force at once, unless it is wrong; then what it said before stays. Wakes only when something changed. */
export async function followConfiguration({ files, path, initial, apply, signal, log, metrics }: ReloadOptions): Promise<void> {
  let seen = initial
  metrics?.inForce(initial)
  // The folder is watched: editors and mounted config maps put another file in the old one's place.
  for await (const _change of files.watch(path.slice(0, path.lastIndexOf('/')) || '/', signal)) {
    try {
      const text = await files.readText(path)
      if (text === seen) continue
      seen = text
      await apply(text)
      metrics?.reloaded('success')
      metrics?.inForce(text)
      log.info('A configuration file changed and is in force', { path })
    } catch (error) {
      metrics?.reloaded('failure')
      log.error('A configuration file changed and cannot be used; what it said before stays in force', { path, error: errorMessage(error) })
    }
  }
}

/** `subsystem`: `authorization_config_controller` and its like. Hashes are of the server's id and of the text. */
export function createReloadMetrics(metrics: Metrics, clock: Clock, subsystem: string, what: string, hash: (text: string) => string, serverId: string): ReloadMetrics {
  const reloads = metrics.counter(`apiserver_${subsystem}_automatic_reloads_total`, `Total number of automatic reloads of ${what} split by status and apiserver identity.`)
  const moments = metrics.gauge(`apiserver_${subsystem}_automatic_reload_last_timestamp_seconds`, `Timestamp of the last automatic reload of ${what} split by status and apiserver identity.`)
  const server = { apiserver_id_hash: hash(serverId) }
  let current: string | undefined
  const info = metrics.gauge(`apiserver_${subsystem}_last_config_info`, `Information about the last applied ${what} with hash as label, split by apiserver identity.`)
  return {
    reloaded(status) {
      reloads.add({ ...server, status })
      moments.set({ ...server, status }, clock.now() / 1000)
    },
    inForce(text) {
      if (current !== undefined) info.set({ ...server, hash: current }, 0)
      current = hash(text)
      info.set({ ...server, hash: current }, 1)
    },
  }
}
