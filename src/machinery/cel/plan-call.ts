import { qualifiedName } from './ast.ts'
import { lookUpFunction } from './environment.ts'
import { equal } from './equality.ts'
import { attempt, charge } from './frame.ts'
import { constant, full, plain, planIndex } from './planned.ts'
import { CelMap, EvalFailure, List, Opaque, Optional, fail, isOfType, noSuchOverload, sizeOf, typeOf } from './values.ts'
import type { Call } from './ast.ts'
import type { CostModel, FunctionDeclaration, Overload } from './declarations.ts'
import type { Run } from './frame.ts'
import type { Plan, PlanPart, Planner, Scope } from './planned.ts'
import type { Value } from './values.ts'

/** Functions of the language that do not name themselves when they refuse. */
const PLAIN_REFUSAL = new Set(['contains', 'startsWith', 'endsWith', 'matches'])
const CONVERSIONS = new Set(['bool', 'bytes', 'double', 'duration', 'dyn', 'int', 'string', 'timestamp', 'type', 'uint'])

/** Plans a call: the operators that do not simply take values have plans of their own. */
export function planCall(planner: Planner, expr: Call, scope: Scope, plan: PlanPart): Plan {
  const resolved = planner.checked.calls.get(expr)
  const target = resolved?.qualified ? undefined : expr.target
  const args = (target ? [target, ...expr.args] : expr.args).map(arg => plan(planner, arg, scope))
  const special = SPECIAL[expr.name]
  if (special && !target) return special(args)
  const declaration = resolved?.declaration ?? unchecked(planner, expr)
  if (!declaration) return plain(() => fail(`unbound function: ${expr.name}`))
  if (declaration.name === 'or' || declaration.name === 'orValue') return planOptionalOr(declaration.name, args)
  return planFunction(planner, declaration, resolved?.overloads, args, resolved ? target !== undefined : expr.target !== undefined)
}

/** What an unchecked call means. */
function unchecked(planner: Planner, expr: Call): FunctionDeclaration | undefined {
  const prefix = expr.target && qualifiedName(expr.target)
  return (prefix === undefined ? undefined : lookUpFunction(planner.env, `${prefix}.${expr.name}`)) ?? lookUpFunction(planner.env, expr.name)
}

const SPECIAL: Readonly<Record<string, (args: Plan[]) => Plan>> = {
  '_&&_': ([left, right]) => planLogical(full(left!), full(right!), false),
  '_||_': ([left, right]) => planLogical(full(left!), full(right!), true),
  '_?_:_': ([condition, yes, no]) => planConditional(condition!, yes!, no!),
  '_==_': ([left, right]) => planEquality(full(left!), full(right!)),
  '_!=_': ([left, right]) => planInequality(full(left!), full(right!)),
  '_[_]': ([operand, key]) => planIndex(operand!, key!, false),
  '_[?_]': ([operand, key]) => planIndex(operand!, key!, true),
  '_?._': ([operand, key]) => planIndex(operand!, key!, true),
  '@in': ([element, range]) => planIn(element!, range!),
  '@not_strictly_false': ([value]) => planNotStrictlyFalse(full(value!)),
}

/** `&&` and `||`: one side alone may decide, even when the other fails. `deciding` is the value that does. */
function planLogical(left: Run, right: Run, deciding: boolean): Plan {
  return plain(frame => {
    const first = attempt(left, frame)
    if (first === deciding) return deciding
    const second = attempt(right, frame)
    if (second === deciding) return deciding
    if (first instanceof EvalFailure) fail(first.message)
    if (second instanceof EvalFailure) fail(second.message)
    return typeof first === 'boolean' && typeof second === 'boolean' ? !deciding : noSuchOverload()
  })
}

/** A conditional is a path when something is selected from it; its branches are evaluated without their root. */
function planConditional(condition: Plan, yes: Plan, no: Plan): Plan {
  const test = full(condition)
  const [whenTrue, whenFalse] = [yes, no].map(branch => (branch.isPath ? branch.run : full(branch))) as [Run, Run]
  return {
    run(frame) {
      const decision = test(frame)
      if (typeof decision !== 'boolean') return noSuchOverload()
      return decision ? whenTrue(frame) : whenFalse(frame)
    },
    root: 0, isPath: true,
  }
}

/** Comparing costs as much as going through the shorter of the two. */
const comparisonCost = (a: Value, b: Value): number => Math.ceil(Math.min(sizeOf(a), sizeOf(b)) * 0.1)

function planEquality(left: Run, right: Run): Plan {
  return plain(frame => {
    const a = left(frame)
    const b = right(frame)
    charge(frame, typeof a === 'number' || typeof b === 'number' || a instanceof Opaque ? 1 : comparisonCost(a, b))
    return equal(a, b)
  })
}

function planInequality(left: Run, right: Run): Plan {
  return plain(frame => {
    const a = left(frame)
    const b = right(frame)
    charge(frame, comparisonCost(a, b))
    return !equal(a, b)
  })
}

function planNotStrictlyFalse(value: Run): Plan {
  return plain(frame => {
    const known = attempt(value, frame)
    charge(frame, 1)
    return known !== false
  })
}

/** `x in range`: free when the range is a list of scalars that the expression spells out. */
function planIn(element: Plan, range: Plan): Plan {
  const [getElement, getRange] = [full(element), full(range)]
  const list = range.constant?.value
  if (list instanceof List && list.size > 0 && [...list].every(value => typeof value === 'string')) {
    const known = new Set<Value>(list)
    return plain(frame => known.has(getElement(frame)))
  }
  const isFree = list instanceof List && list.size > 0 && [...list].every(value => typeof value !== 'object')
  return plain(frame => {
    const value = getElement(frame)
    const container = getRange(frame)
    if (!isFree) charge(frame, container instanceof List ? container.size : 1)
    if (container instanceof CelMap) return container.find(value) !== undefined
    if (!(container instanceof List)) return noSuchOverload()
    for (let i = 0; i < container.size; i++) if (equal(value, container.at(i))) return true
    return false
  })
}

/** `a.or(b)` and `a.orValue(b)`: b is evaluated only when it is needed. */
function planOptionalOr(name: string, args: readonly Plan[]): Plan {
  const [left, right] = args.map(full) as [Run, Run]
  return plain(frame => {
    const first = left(frame)
    if (!(first instanceof Optional)) return first
    if (first.value !== undefined) return name === 'or' ? first : first.value
    const second = right(frame)
    return name === 'or' && !(second instanceof Optional) ? noSuchOverload() : second
  })
}

type AnyCall = (...args: Value[]) => Value

function planFunction(planner: Planner, declaration: FunctionDeclaration, resolved: readonly Overload[] | undefined, args: readonly Plan[], method: boolean): Plan {
  const overloads = (resolved ?? declaration.overloads).filter(overload => overload.args.length === args.length && overload.method === method)
  const constants = args.map(arg => arg.constant?.value)
  if (args.length === 1 && constants[0] !== undefined && CONVERSIONS.has(declaration.name)) return planConversion(planner, declaration, overloads, constants[0])
  const only = overloads.length === 1 ? overloads[0] : undefined
  const special = only?.specialize?.(constants)
  if (special && 'error' in special) planner.errors.push(special.error)
  const call = special && !('error' in special) ? special : callOf(declaration, overloads)
  return plain(withCost(call, args.map(full), only ? only.cost : dynamicCost(overloads)))
}

/** A conversion of a literal is done once, and costs nothing; one that fails spoils the program. */
function planConversion(planner: Planner, declaration: FunctionDeclaration, overloads: readonly Overload[], argument: Value): Plan {
  try {
    return constant(callOf(declaration, overloads)(argument))
  } catch (error) {
    if (!(error instanceof EvalFailure)) throw error
    planner.errors.push(error.message)
    return plain(() => fail(error.message))
  }
}

/** The one overload that takes the values at hand. */
function callOf(declaration: FunctionDeclaration, overloads: readonly Overload[]): AnyCall {
  if (declaration.dispatch) return declaration.dispatch as AnyCall
  const [only] = overloads
  if (only?.call && PLAIN_REFUSAL.has(declaration.name)) {
    const call = only.call as AnyCall
    return (...values) => (accepts(only, values) ? call(...values) : noSuchOverload())
  }
  if (only && overloads.length === 1) {
    const call = only.call as AnyCall
    return (...values) => (accepts(only, values) ? call(...values) : refuse(declaration.name, values))
  }
  return (...values) => {
    const fitting = overloads.find(overload => accepts(overload, values))
    return fitting ? (fitting.call as AnyCall)(...values) : refuse(declaration.name, values)
  }
}

function accepts(overload: Overload, values: readonly Value[]): boolean {
  for (let i = 0; i < values.length; i++) if (!isOfType(values[i]!, overload.args[i]!)) return false
  return true
}

const refuse = (name: string, values: readonly Value[]): never => fail(`no such overload: ${name}(${values.map(value => typeOf(value).name).join(', ')})`)

/** The costs of the overload that the values turn out to want. */
function dynamicCost(overloads: readonly Overload[]): CostModel | undefined {
  if (overloads.every(overload => overload.cost === undefined)) return undefined
  const actual: CostModel['actual'] = (args, result) => overloads.find(overload => accepts(overload, args))?.cost?.actual(args, result) ?? 1
  return { actual, estimate: () => undefined, afterwards: overloads.some(overload => overload.cost?.afterwards) }
}

function withCost(call: AnyCall, runs: readonly Run[], cost: CostModel | undefined): Run {
  if (cost && runs.length === 2) {
    const [left, right] = runs as [Run, Run]
    return frame => {
      const values = [left(frame), right(frame)] as const
      if (!cost.afterwards) charge(frame, cost.actual(values, null))
      const result = call(values[0], values[1])
      if (cost.afterwards) charge(frame, cost.actual(values, result))
      return result
    }
  }
  if (cost) {
    return frame => {
      const values = runs.map(run => run(frame))
      if (!cost.afterwards) charge(frame, cost.actual(values, null))
      const result = call(...values)
      if (cost.afterwards) charge(frame, cost.actual(values, result))
      return result
    }
  }
  const [first, second] = runs
  if (runs.length === 1) return frame => payOne(frame, call(first!(frame)))
  if (runs.length === 2) return frame => payOne(frame, call(first!(frame), second!(frame)))
  return frame => payOne(frame, call(...runs.map(run => run(frame))))
}

function payOne(frame: Parameters<Run>[0], result: Value): Value {
  charge(frame, 1)
  return result
}
