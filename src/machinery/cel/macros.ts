import { ACCUMULATOR } from './ast.ts'
import type { Expr } from './ast.ts'
import type { Value } from './values.ts'

/** A call that the parser replaces by an expression of its own. */
export interface Macro {
  readonly name: string
  readonly args: number
  /** Called on something: `target.name(…)`. */
  readonly method: boolean
  /** The expression; undefined: the call is none of this macro's business. */
  readonly expand: (call: MacroCall) => Expr | undefined
}

export interface MacroCall {
  readonly offset: number
  readonly target: Expr
  readonly args: readonly Expr[]
  /** Reports what is wrong with the call. */
  readonly fail: (message: string, offset: number) => Expr
}

export const literal = (offset: number, value: Value): Expr => ({ kind: 'literal', value, offset })
export const ident = (offset: number, name: string): Expr => ({ kind: 'ident', name, offset })
export const callOf = (offset: number, name: string, ...args: Expr[]): Expr => ({ kind: 'call', name, args, offset })
export const methodOf = (offset: number, target: Expr, name: string, ...args: Expr[]): Expr => ({ kind: 'call', name, target, args, offset })
export const listOf = (offset: number, ...values: Expr[]): Expr => ({ kind: 'list', elements: values.map(value => ({ value, optional: false })), offset })

/** One loop over the target of the call. */
export interface Loop {
  readonly variables: readonly string[]
  readonly initial: Expr
  readonly condition: Expr
  readonly step: Expr
  readonly result: Expr
}
export const comprehension = ({ offset, target }: MacroCall, loop: Loop): Expr => ({
  kind: 'comprehension', range: target, variable: loop.variables[0]!, variable2: loop.variables[1], accumulator: ACCUMULATOR,
  initial: loop.initial, condition: loop.condition, step: loop.step, result: loop.result, offset,
})

/** The names of the loop's variables (the first arguments); a report otherwise. */
export function variables({ args, fail }: MacroCall, count: number, wording = 'argument must be a simple name'): string[] | { report: Expr } {
  const names: string[] = []
  for (const arg of args.slice(0, count)) {
    if (arg.kind !== 'ident') return { report: fail(wording, arg.offset) }
    if (arg.name === '__result__') return { report: fail('iteration variable overwrites accumulator variable', arg.offset) }
    if (names.includes(arg.name)) return { report: fail(`duplicate variable name: ${arg.name}`, arg.offset) }
    names.push(arg.name)
  }
  return names
}

type Body = (call: MacroCall, variables: readonly string[], accumulator: Expr) => Omit<Loop, 'variables'>

/** A macro that is a loop with `count` variables and `rest` further arguments. */
export const loopMacro = (name: string, count: number, rest: number, body: Body, wording?: string): Macro => ({
  name, args: count + rest, method: true,
  expand(call) {
    const names = variables(call, count, wording)
    if ('report' in names) return names.report
    return comprehension(call, { variables: names, ...body(call, names, ident(call.offset, ACCUMULATOR)) })
  },
})

const has: Macro = {
  name: 'has', args: 1, method: false,
  expand({ offset, args: [arg], fail }) {
    return arg?.kind === 'select' ? { ...arg, testOnly: true, offset } : fail('invalid argument to has() macro', arg!.offset)
  },
}

/** The bodies of the quantifiers; the predicate is the last argument, however many variables there are. */
export const all: Body = ({ offset, args }, _, accumulator) => ({
  initial: literal(offset, true), condition: callOf(offset, '@not_strictly_false', accumulator), step: callOf(offset, '_&&_', accumulator, args.at(-1)!), result: accumulator,
})
export const exists: Body = ({ offset, args }, _, accumulator) => ({
  initial: literal(offset, false), condition: callOf(offset, '@not_strictly_false', callOf(offset, '!_', accumulator)),
  step: callOf(offset, '_||_', accumulator, args.at(-1)!), result: accumulator,
})
export const existsOne: Body = ({ offset, args }, _, accumulator) => ({
  initial: literal(offset, 0), condition: literal(offset, true),
  step: callOf(offset, '_?_:_', args.at(-1)!, callOf(offset, '_+_', accumulator, literal(offset, 1)), accumulator),
  result: callOf(offset, '_==_', accumulator, literal(offset, 1)),
})

/** Appends to a list, for the elements that pass the filter when there is one. */
export const collect = (offset: number, accumulator: Expr, element: Expr, filter?: Expr): Omit<Loop, 'variables'> => {
  const append = callOf(offset, '_+_', accumulator, listOf(offset, element))
  return { initial: listOf(offset), condition: literal(offset, true), step: filter ? callOf(offset, '_?_:_', filter, append, accumulator) : append, result: accumulator }
}

const NOT_A_NAME = 'argument is not an identifier'

/** The macros of the language itself. */
export const standardMacros: readonly Macro[] = [
  has,
  loopMacro('all', 1, 1, all),
  loopMacro('exists', 1, 1, exists),
  loopMacro('exists_one', 1, 1, existsOne),
  loopMacro('map', 1, 1, ({ offset, args }, _, accumulator) => collect(offset, accumulator, args[1]!), NOT_A_NAME),
  loopMacro('map', 1, 2, ({ offset, args }, _, accumulator) => collect(offset, accumulator, args[2]!, args[1]!), NOT_A_NAME),
  loopMacro('filter', 1, 1, ({ offset, args }, _, accumulator) => collect(offset, accumulator, args[0]!, args[1]!), NOT_A_NAME),
]
