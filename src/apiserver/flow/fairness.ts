import type { FlowSchema } from '../../api/flowcontrol/flow-schema.ts'
import { FlowSchemas } from '../../api/flowcontrol/flow-schema.ts'
import type { PriorityLevelConfiguration } from '../../api/flowcontrol/priority-level-configuration.ts'
import { PriorityLevelConfigurations } from '../../api/flowcontrol/priority-level-configuration.ts'
import type { User } from '../../api/request.ts'
import type { Awaitable } from '../../machinery/awaitable.ts'
import type { Clock } from '../../machinery/clock.ts'
import { StatusError } from '../../machinery/status.ts'
import type { ObjectReader } from '../object-reader.ts'
import type { RequestInfo } from '../request-info.ts'
import { flowOf, inOrder } from './match.ts'
import { Queues, type Waiting } from './queues.ts'

export interface FairnessOptions {
  readonly reader: ObjectReader
  readonly clock: Clock
  /** How many requests are worked on at once, over all levels (upstream: 400 reads + 200 writes). */
  readonly seats?: number
  /** How long a request waits for its turn at most. */
  readonly waitMs?: number
}

/** The right to be worked on; given back when the answer is complete. */
export interface Seat extends Disposable {
  readonly schemaUid: string
  readonly levelUid: string
}

export interface LevelState {
  readonly name: string
  readonly executing: number
  readonly waiting: number
  readonly seats: number
  readonly dispatched: number
  readonly rejected: number
}

export interface Fairness {
  /** Waits for a request's turn. Throws 429 when too many wait already, or it took too long. */
  enter(user: User, info: RequestInfo, client: { readonly signal: AbortSignal }): Awaitable<Seat>
  levels(): readonly LevelState[]
}

const DEFAULT_SEATS = 600
const DEFAULT_WAIT_MS = 15_000

/** Gives every client its share of the server, however much others ask for (KEP-1040). */
export function createFairness({ reader, clock, seats = DEFAULT_SEATS, waitMs = DEFAULT_WAIT_MS }: FairnessOptions): Fairness {
  const levels = new Map<string, Level>()
  let schemas: readonly FlowSchema[] = []
  let schemasAt = -1
  let levelsAt = -1

  /** Takes in what administrators changed. Requests that wait go on waiting. */
  function refresh(): void {
    const [newSchemas, newLevels] = [reader.version(FlowSchemas), reader.version(PriorityLevelConfigurations)]
    if (newSchemas === schemasAt && newLevels === levelsAt) return
    schemasAt = newSchemas
    levelsAt = newLevels
    schemas = inOrder(reader.list<FlowSchema>(FlowSchemas))
    const configurations = reader.list<PriorityLevelConfiguration>(PriorityLevelConfigurations)
    const shares = (of: PriorityLevelConfiguration): number => of.spec.limited?.nominalConcurrencyShares ?? of.spec.exempt?.nominalConcurrencyShares ?? 0
    const total = configurations.reduce((sum, each) => sum + shares(each), 0) || 1
    for (const configuration of configurations) {
      const { name } = configuration.metadata
      const level = levels.get(name) ?? new Level()
      level.configure(configuration, Math.ceil((seats * shares(configuration)) / total))
      levels.set(name, level)
    }
    const names = new Set(configurations.map(({ metadata }) => metadata.name))
    for (const [name, level] of levels) if (!names.has(name) && level.executing === 0 && level.waiting === 0) levels.delete(name)
  }

  /** Seats that others neither use nor must keep free may be borrowed. */
  const mayStart = (level: Level): boolean => {
    if (level.exempt || level.executing < level.seats) return true
    let taken = level.executing
    for (const other of levels.values()) if (other !== level && !other.exempt) taken += Math.max(other.executing, other.guaranteed)
    return taken < seats
  }

  function startWaiting(): void {
    for (const level of levels.values()) {
      while (level.waiting > 0 && mayStart(level)) level.startNext()
    }
  }

  return {
    enter(user, info, client) {
      refresh()
      const flow = flowOf(schemas, user, info)
      const level = flow && levels.get(flow.schema.spec.priorityLevelConfiguration.name)
      if (!flow || !level) throw tooMany()
      const seat = (): Seat => new TakenSeat(flow.schema.metadata.uid, level, startWaiting)
      if (level.waiting > 0 || !mayStart(level)) return level.wait(flow.key, clock, waitMs, client).then(seat)
      level.start()
      return seat()
    },
    levels: () => [...levels].map(([name, { executing, waiting, seats: own, dispatched, rejected }]) => ({ name, executing, waiting, seats: own, dispatched, rejected })),
  }
}

const tooMany = (): StatusError => new StatusError('TooManyRequests', 'Too many requests, please try again later.', { retryAfterSeconds: 1 })

class TakenSeat implements Seat {
  readonly schemaUid: string
  readonly #level: Level
  readonly #onFree: () => void
  #held = true

  constructor(schemaUid: string, level: Level, onFree: () => void) {
    this.schemaUid = schemaUid
    this.#level = level
    this.#onFree = onFree
  }

  get levelUid(): string {
    return this.#level.uid
  }

  [Symbol.dispose](): void {
    if (!this.#held) return
    this.#held = false
    this.#level.executing -= 1
    this.#onFree()
  }
}

/** One priority level at work. */
class Level {
  exempt = false
  uid = ''
  /** What it has by right, and what of that it does not lend. */
  seats = 0
  guaranteed = 0
  executing = 0
  dispatched = 0
  rejected = 0
  #queues: Queues | undefined
  #shape = ''

  get waiting(): number {
    return this.#queues?.length ?? 0
  }

  configure({ metadata, spec }: PriorityLevelConfiguration, seats: number): void {
    this.uid = metadata.uid
    this.exempt = spec.type === 'Exempt'
    this.seats = seats
    this.guaranteed = Math.floor((seats * (100 - (spec.limited?.lendablePercent ?? 0))) / 100)
    const response = spec.limited?.limitResponse
    const shape = response?.type === 'Queue' ? JSON.stringify(response.queuing ?? {}) : ''
    // Queues that hold somebody stay as they are until they are empty.
    if (shape === this.#shape || this.waiting > 0) return
    this.#shape = shape
    const { queues, handSize, queueLengthLimit } = response?.queuing ?? {}
    this.#queues = shape === '' ? undefined : new Queues({ queues: queues ?? 64, handSize: handSize ?? 8, lengthLimit: queueLengthLimit ?? 50 })
  }

  start(): void {
    this.executing += 1
    this.dispatched += 1
  }

  startNext(): void {
    const next = this.#queues?.next()
    if (!next) return
    this.start()
    next.start()
  }

  wait(flow: string, clock: Clock, waitMs: number, { signal }: { readonly signal: AbortSignal }): Promise<void> {
    return new Promise((resolve, reject) => {
      const request: Waiting = {
        flow,
        start: () => {
          done()
          resolve()
        },
      }
      const giveUp = (error: unknown): void => {
        done()
        this.#queues?.remove(request)
        this.rejected += 1
        reject(error)
      }
      const onAbort = (): void => giveUp(new StatusError('Timeout', 'the client went away while its request waited'))
      const timer = clock.after(waitMs, () => giveUp(tooMany()), { background: true })
      const done = (): void => {
        timer.cancel()
        signal.removeEventListener('abort', onAbort)
      }
      if (signal.aborted) return onAbort()
      if (this.#queues?.add(request)) return signal.addEventListener('abort', onAbort, { once: true })
      giveUp(tooMany())
    })
  }
}
