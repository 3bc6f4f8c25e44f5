import type { Cache } from '../client/cache.ts'
import type { Client } from '../client/client.ts'
import type { Clock } from '../machinery/clock.ts'
import type { Log } from '../machinery/log.ts'
import type { Random } from '../machinery/random.ts'

export interface SchedulerOptions {
  readonly client: Client
  /** Shared with others in this process; without it the scheduler has its own. */
  readonly cache?: Cache
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** Only the leader schedules when several run. */
  readonly leaderElection?: { readonly identity: string }
}

export interface RunningScheduler {
  /** Whether a pod is ready to be scheduled or being bound; pods that wait for a time or for a change do not count. */
  readonly busy: boolean
  stop(): Promise<void>
}

/** Starts the scheduler. */
export function startScheduler(_options: SchedulerOptions): RunningScheduler {
  throw new Error('the scheduler is being written')
}
