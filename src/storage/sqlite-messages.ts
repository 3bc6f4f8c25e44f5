import { assert } from '../machinery/assert.ts'
import type { SealingPlan } from './encryption-plan.ts'
import type { Change, ChangePosition } from './journal.ts'

/** Changes as they cross between threads: two transferable buffers and the keys, however many there are. */
export interface PackedChanges {
  keys: string[]
  /** `FIELDS` numbers for each change: position, create revision, previous position or 0, deadline, length of the value or -1. */
  numbers: Float64Array<ArrayBuffer>
  /** All values, one after the other. */
  values: Uint8Array<ArrayBuffer>
}

/** How many numbers stand for one change. */
export const FIELDS = 5

/** A row's id: revisions leave room for this many changes each, so that ids sort as history does. */
const CHANGES_PER_REVISION = 1024

/** The number that a change's place in history is kept as. */
export const toPosition = ({ revision, index }: ChangePosition): number => revision * CHANGES_PER_REVISION + index
/** The highest position that a revision's changes can have. */
export const endOfRevision = (revision: number): number => (revision + 1) * CHANGES_PER_REVISION - 1
/** The revision of a position. */
export const revisionOf = (position: number): number => Math.floor(position / CHANGES_PER_REVISION)
const fromPosition = (position: number): ChangePosition => ({ revision: revisionOf(position), index: position % CHANGES_PER_REVISION })

/** What the journal asks of its worker; each is answered by one `Answer` with the same id. */
export type Request = { id: number } & (
  | { type: 'append'; changes: PackedChanges }
  | { type: 'read'; key: string; revision: number }
  | { type: 'scan'; from: string; end: string | undefined; revision: number; limit: number }
  | { type: 'history'; from: string; end: string | undefined; after: number; through: number }
  | { type: 'values'; positions: number[] }
  | { type: 'compact'; revision: number }
  | { type: 'checkpoint' }
  /** From now on values are sealed and opened by this plan. */
  | { type: 'plan'; plan: SealingPlan }
  | { type: 'stale'; key: string; revision: number }
  | { type: 'close' }
)

/** What can be asked, without the id. */
export type Question = Request extends infer Each ? (Each extends Request ? Omit<Each, 'id'> : never) : never

export interface Answer {
  id: number
  changes?: PackedChanges
  /** How far a `history` reaches. */
  through?: number
  /** Whether what `stale` asked for is sealed otherwise than the plan says. */
  isStale?: boolean
  /** Whether a `compact` has come to its end. */
  done?: boolean
  error?: Failure
}

/** The code of a failure that is not SQLite's: a value could not be sealed or opened. */
export const NOT_OPENED = -1

/** What went wrong in the worker, with SQLite's primary result code where it was SQLite that failed. */
export interface Failure {
  message: string
  code: number
}

/** The first message of a worker: what the file holds, or why it cannot be used. */
export type Opened = { revision: number; compactedRevision: number; heads: PackedChanges } | { error: Failure }

/** Packs changes for the way to the other thread. */
export function pack(changes: readonly Change[]): PackedChanges {
  const numbers = new Float64Array(changes.length * FIELDS)
  const values = new Uint8Array(changes.reduce((sum, { value }) => sum + (value?.length ?? 0), 0))
  let at = 0
  let offset = 0
  for (const change of changes) {
    assert(change.index < CHANGES_PER_REVISION, `a transaction has more than ${CHANGES_PER_REVISION} operations`)
    numbers[at++] = toPosition(change)
    numbers[at++] = change.createRevision
    numbers[at++] = change.previous ? toPosition(change.previous) : 0
    numbers[at++] = change.deadlineMs
    numbers[at++] = change.value?.length ?? -1
    if (!change.value) continue
    values.set(change.value, offset)
    offset += change.value.length
  }
  return { keys: changes.map(({ key }) => key), numbers, values }
}

/** The inverse of `pack`; the values are views of one buffer. */
export function unpack({ keys, numbers, values }: PackedChanges): Change[] {
  let offset = 0
  return keys.map((key, row) => {
    const at = row * FIELDS
    const previous = numbers[at + 2]!
    const length = numbers[at + 4]!
    const value = length < 0 ? undefined : values.subarray(offset, (offset += length))
    return { ...fromPosition(numbers[at]!), key, value, createRevision: numbers[at + 1]!, previous: previous ? fromPosition(previous) : undefined, deadlineMs: numbers[at + 3]! }
  })
}
