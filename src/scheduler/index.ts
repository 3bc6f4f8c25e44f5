import { createCache, type Cache } from '../client/cache.ts'
import type { Client } from '../client/client.ts'
import { runElected } from '../client/lease.ts'
import type { Clock } from '../machinery/clock.ts'
import type { Log } from '../machinery/log.ts'
import type { Random } from '../machinery/random.ts'
import { plugins, type WeightedPlugin } from './plugins/index.ts'
import { schedule } from './scheduler.ts'

export interface SchedulerOptions {
  readonly client: Client
  /** Shared with others in this process; without it the scheduler has its own. */
  readonly cache?: Cache
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly plugins?: readonly WeightedPlugin[]
  /** Pods whose `schedulerName` this is are its own. */
  readonly name?: string
  /** Schedule only while holding the lease `kube-scheduler`; for several processes. */
  readonly leaderElection?: { readonly identity: string }
}

export interface RunningScheduler {
  /** Whether a pod can be looked at or is being bound; pods that wait for a time or for a change do not count. */
  readonly busy: boolean
  stop(): Promise<void>
}

/** Starts the scheduler, now or as soon as this process is the leader. */
export function startScheduler(options: SchedulerOptions): RunningScheduler {
  const stopped = new AbortController()
  let running: { readonly busy: boolean } | undefined
  const lead = async (signal: AbortSignal): Promise<void> => {
    const cache = options.cache ?? createCache(options)
    const { client, clock, random, log } = options
    const scheduling = schedule({ client, cache, clock, random, log, plugins: options.plugins ?? plugins, name: options.name ?? 'default-scheduler', signal })
    running = scheduling
    await scheduling.done
    running = undefined
    if (!options.cache) cache.stop()
  }
  const { leaderElection } = options
  const done = leaderElection
    ? runElected({ ...options, lease: { namespace: 'kube-system', name: 'kube-scheduler' }, identity: leaderElection.identity, signal: stopped.signal }, lead)
    : lead(stopped.signal)
  return {
    get busy() {
      return running?.busy ?? !stopped.signal.aborted
    },
    async stop() {
      stopped.abort()
      await done
    },
  }
}
