import type { Cache } from '../client/cache.ts'
import type { Client } from '../client/client.ts'
import type { Clock } from '../machinery/clock.ts'
import type { Log } from '../machinery/log.ts'
import type { Random } from '../machinery/random.ts'
import type { WeightedPlugin } from './plugins/index.ts'

/** What a scheduler that is at work needs. */
export interface SchedulingOptions {
  readonly client: Client
  readonly cache: Cache
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly plugins: readonly WeightedPlugin[]
  /** Pods that name this scheduler are its own. */
  readonly name: string
  readonly signal: AbortSignal
}
