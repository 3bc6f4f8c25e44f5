import { Cancelled, EvalFailure, cancel, fail } from './values.ts'
import type { Value } from './values.ts'

/** One evaluation in progress. */
export interface Frame {
  /** Variables that have been read already. */
  readonly variables: (Value | undefined)[]
  readonly activation: Activation
  /** Variables of macros; an error there waits until somebody reads it. */
  readonly locals: (Value | EvalFailure | Pending | undefined)[]
  cost: number
  readonly limit: number
}

/** What variables stand for: JSON, CEL values, or a `Lazy` that is asked on first use. */
export type Activation = Readonly<Record<string, unknown>>

/** A variable whose value is made when an expression first reads it. */
export class Lazy {
  readonly make: () => Value
  constructor(make: () => Value) {
    this.make = make
  }
}

/** A local that is evaluated on first use (`cel.bind`). */
export class Pending {
  readonly run: Run
  constructor(run: Run) {
    this.run = run
  }
}

/** A planned expression. */
export type Run = (frame: Frame) => Value

/** Pays for a step. */
export function charge(frame: Frame, cost: number): void {
  frame.cost += cost
  if (frame.cost > frame.limit) cancel()
}

/** Called by a function whose answer is not there yet: the evaluation is run again once the promise is settled. */
export function suspend(until: Promise<unknown>): never {
  // oxlint-disable-next-line no-throw-literal
  throw new Cancelled('operation suspended', until)
}

/** The value, or the failure as a value; everything else goes on. */
export function attempt(run: Run, frame: Frame): Value | EvalFailure {
  try {
    return run(frame)
  } catch (error) {
    if (error instanceof EvalFailure) return error
    if (error instanceof RangeError && /call stack/.test(error.message)) return new EvalFailure('expression too deep')
    throw error
  }
}

/** Reads a local variable. */
export function readLocal(frame: Frame, slot: number): Value {
  let value = frame.locals[slot]
  if (value instanceof Pending) frame.locals[slot] = value = attempt(value.run, frame)
  if (value instanceof EvalFailure) fail(value.message)
  return value as Value
}
