import { check } from './checker.ts'
import { full } from './planned.ts'
import { formatIssues } from './issues.ts'
import { parse } from './parser.ts'
import { plan } from './plan.ts'
import { checkLiterals } from './literal-checks.ts'
import { Cancelled, EvalFailure } from './values.ts'
import type { Expr } from './ast.ts'
import type { Checked } from './checker.ts'
import type { Environment } from './environment.ts'
import type { Activation, Frame, Run } from './frame.ts'
import type { Issue } from './issues.ts'
import type { Planner } from './planned.ts'
import type { Type } from './types.ts'
import type { Value } from './values.ts'

/** An expression that is sound in its environment. */
export interface Program {
  readonly source: string
  readonly checked: Checked
  readonly resultType: Type
  /** The variables that it reads. */
  readonly variables: readonly string[]
  readonly run: Run
}

/** What is wrong with an expression; `message` is the whole text that users are shown. */
export interface CompileError {
  /** Whether the expression itself is unsound, or a part of it that was evaluated beforehand failed (`int("x")`). */
  readonly stage: 'compilation' | 'instantiation'
  readonly issues: readonly Issue[]
  readonly message: string
}

export type Compiled = { readonly program: Program; readonly error?: undefined } | { readonly error: CompileError; readonly program?: undefined }

/** Parses and checks an expression and makes it ready to run. */
export function compile(source: string, env: Environment): Compiled {
  const parsed = parseIn(source, env)
  if (parsed.issues.length > 0) return { error: errorOf(parsed.issues, source) }
  const { checked, issues } = check(parsed.expr, env)
  const wrong = issues.length > 0 || !env.options.checkLiterals ? issues : checkLiterals(checked)
  return wrong.length > 0 ? { error: errorOf(wrong, source) } : programOf(source, env, checked)
}

/** Makes a program of an expression without checking types: everything is found out when it runs. */
export function compileUnchecked(source: string, env: Environment): Compiled {
  const parsed = parseIn(source, env)
  if (parsed.issues.length > 0) return { error: errorOf(parsed.issues, source) }
  return programOf(source, env, check(parsed.expr, env).checked)
}

/** Only the grammar. */
export function parseIn(source: string, env: Environment): { expr: Expr; issues: Issue[] } {
  return parse(source, { macros: env.macros, optionals: env.options.optionals ?? false, quotedFields: env.options.quotedFields ?? false })
}

const errorOf = (issues: readonly Issue[], source: string): CompileError => ({ stage: 'compilation', issues, message: formatIssues(issues, source) })

function programOf(source: string, env: Environment, checked: Checked): Compiled {
  const planner: Planner = { env, checked, variables: [], errors: [], locals: 0 }
  const run = full(plan(planner, checked.expr, new Map()))
  const [message] = planner.errors
  if (message !== undefined) return { error: { stage: 'instantiation', issues: [{ message }], message } }
  const resultType = checked.types.get(checked.expr)!
  return { program: { source, checked, resultType, variables: planner.variables.map(({ name }) => name), run } }
}

/** How an evaluation ended. `cancelled`: it was stopped, its cost being too high. */
export type Outcome =
  | { readonly value: Value; readonly cost: number; readonly error?: undefined }
  | { readonly error: string; readonly cost: number; readonly cancelled: boolean; readonly value?: undefined }

export interface Budget {
  /** The highest cost; beyond it the evaluation is cancelled. */
  readonly limit?: number
}

/** Runs a program. Never throws for what an expression or its input does. */
export function evaluate(program: Program, activation: Activation, { limit = Infinity }: Budget = {}): Outcome {
  const outcome = run(program, activation, limit)
  if ('waitFor' in outcome) return { error: 'an answer is needed that is not there yet', cost: outcome.cost, cancelled: true }
  return outcome
}

/** Runs a program whose functions may have to wait (for an authorizer): it starts over when the awaited is there. Such functions remember their answers. */
export async function evaluateAsync(program: Program, activation: Activation, { limit = Infinity }: Budget = {}): Promise<Outcome> {
  for (;;) {
    const outcome = run(program, activation, limit)
    if (!('waitFor' in outcome)) return outcome
    await outcome.waitFor
  }
}

function run(program: Program, activation: Activation, limit: number): Outcome | { readonly waitFor: Promise<unknown>; readonly cost: number } {
  const frame: Frame = { variables: [], activation, locals: [], cost: 0, limit }
  try {
    const value = program.run(frame)
    return frame.cost > limit ? exceeded(frame.cost) : { value, cost: frame.cost }
  } catch (error) {
    if (error instanceof EvalFailure) return frame.cost > limit ? exceeded(frame.cost) : { error: error.message, cost: frame.cost, cancelled: false }
    if (error instanceof Cancelled) return error.waitFor ? { waitFor: error.waitFor, cost: frame.cost } : { error: error.message, cost: frame.cost, cancelled: true }
    // The stack: values nested deeper than calls can go.
    if (error instanceof RangeError) return { error: 'value nested too deep', cost: frame.cost, cancelled: true }
    throw error
  }
}

const exceeded = (cost: number): Outcome => ({ error: 'operation cancelled: actual cost limit exceeded', cost, cancelled: true })
