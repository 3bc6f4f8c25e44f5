import { index, optionalSelect } from './access.ts'
import type { Expr } from './ast.ts'
import type { Checked } from './checker.ts'
import type { Environment } from './environment.ts'
import type { Run } from './frame.ts'
import type { Type } from './types.ts'
import type { Value } from './values.ts'

/**
 * An expression made into closures. What an evaluation costs follows upstream's accounting, where a path (`a.b[0].c`) is one thing: its steps cost
 * 1 each when they are taken, its root costs 1 (`root`) only where the path as a whole is evaluated, not where it is an index or a branch.
 */
export interface Plan {
  /** Evaluates without the cost of the root. */
  readonly run: Run
  readonly root: 0 | 1
  readonly isPath: boolean
  /** The value is known beforehand. */
  readonly constant?: { readonly value: Value }
}

/** The variables that an expression reads, by slot. */
export interface VariableSlot {
  readonly name: string
  readonly type: Type
}

/** The names in scope of macros, each with its slot. */
export type Scope = ReadonlyMap<string, number>

/** What planning knows and collects. */
export interface Planner {
  readonly env: Environment
  readonly checked: Checked
  readonly variables: VariableSlot[]
  /** What could be evaluated beforehand, and fails. */
  readonly errors: string[]
  locals: number
}

export const plain = (run: Run): Plan => ({ run, root: 0, isPath: false })
export const constant = (value: Value): Plan => ({ run: () => value, root: 0, isPath: false, constant: { value } })
export const path = (run: Run): Plan => ({ run, root: 1, isPath: true })

/** The closure that evaluates the whole, root included. */
export function full({ run, root }: Plan): Run {
  if (root === 0) return run
  return frame => {
    frame.cost++
    return run(frame)
  }
}

/** Plans a part of an expression. */
export type PlanPart = (planner: Planner, expr: Expr, scope: Scope) => Plan

/** The operand of a selection as a path: a value that is none gets a root of its own. */
export const asPath = (operand: Plan): Plan => (operand.isPath ? operand : { run: full(operand), root: 1, isPath: true })

/** `operand[key]`, or `operand[?key]` and `operand.?key`. */
export function planIndex(operand: Plan, key: Plan, optional: boolean): Plan {
  const { run, root } = asPath(operand)
  const keyRun = key.run
  const step = optional ? optionalSelect : index
  return {
    run(frame) {
      const value = run(frame)
      const at = keyRun(frame)
      frame.cost++
      return step(value, at)
    },
    root, isPath: true,
  }
}
