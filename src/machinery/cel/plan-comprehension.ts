import { ACCUMULATOR } from './ast.ts'
import { Pending, attempt, charge } from './frame.ts'
import { full, plain } from './planned.ts'
import { ArrayList, CelMap, EntryMap, GrowingList, GrowingMap, List, fail, typeOf } from './values.ts'
import type { Comprehension } from './ast.ts'
import type { Frame, Run } from './frame.ts'
import type { Plan, PlanPart, Planner, Scope } from './planned.ts'
import type { Type } from './types.ts'
import type { Value } from './values.ts'

/** Plans a loop. What fails in a step stays in the accumulator: `all` and `exists` may still come to a decision. */
export function planComprehension(planner: Planner, expr: Comprehension, scope: Scope, plan: PlanPart): Plan {
  const accumulator = planner.locals++
  const around: Scope = new Map(scope).set(expr.accumulator, accumulator)
  const initial = full(plan(planner, expr.initial, scope))
  const result = full(plan(planner, expr.result, around))
  if (isBinding(expr)) return planBinding(accumulator, initial, result)
  const [first, second] = [planner.locals++, expr.variable2 === undefined ? undefined : planner.locals++]
  const inside = new Map(around).set(expr.variable, first)
  if (expr.variable2 !== undefined && second !== undefined) inside.set(expr.variable2, second)
  const range = full(plan(planner, expr.range, scope))
  const always = expr.condition.kind === 'literal' && expr.condition.value === true
  const condition = always ? undefined : full(plan(planner, expr.condition, inside))
  const step = full(plan(planner, expr.step, inside))
  const start = starter(expr, initial)
  return plain(frame => {
    const { locals } = frame
    const items = range(frame)
    locals[accumulator] = start(frame)
    const once = (): boolean => {
      if (condition && condition(frame) !== true) return false
      locals[accumulator] = attempt(step, frame)
      return true
    }
    charge(frame, 0)
    if (second === undefined) loop(frame, items, first, once)
    else loopOverPairs(frame, items, first, second, once)
    return frozen(result(frame))
  })
}

function loop(frame: Frame, items: Value, variable: number, once: () => boolean): void {
  if (items instanceof List) return loopOverList(frame, items, variable, once)
  if (!(items instanceof CelMap)) return notIterable(items)
  for (const key of items.keys()) {
    frame.locals[variable] = key
    if (!once()) return
    charge(frame, 0)
  }
}

function loopOverList(frame: Frame, list: List, variable: number, once: () => boolean): void {
  const { size } = list
  for (let i = 0; i < size; i++) {
    frame.locals[variable] = list.at(i)
    if (!once()) return
    charge(frame, 0)
  }
}

/** Upstream tells its own names of types. */
const GO_TYPES: Readonly<Record<string, string>> = {
  null: 'types.Null', bool: 'types.Bool', int: 'types.Int', uint: 'types.Uint', double: 'types.Double', string: 'types.String', bytes: 'types.Bytes', timestamp: 'types.Timestamp',
  duration: 'types.Duration', type: '*types.Type',
}
const goType = ({ kind, name }: Type): string => GO_TYPES[kind] ?? (name === 'optional_type' ? '*types.Optional' : `cel.${name.slice(name.lastIndexOf('.') + 1)}`)
const notIterable = (value: Value): never => fail(`got '${goType(typeOf(value))}', expected iterable type`)

function loopOverPairs(frame: Frame, items: Value, key: number, value: number, once: () => boolean): void {
  if (!(items instanceof List) && !(items instanceof CelMap)) return notIterable(items)
  let position = 0
  for (const item of items instanceof List ? items : items.keys()) {
    frame.locals[key] = items instanceof List ? position++ : item
    frame.locals[value] = items instanceof List ? item : items.find(item)!
    if (!once()) return
    charge(frame, 0)
  }
}

/** Lists and maps that a macro builds grow in place: nothing but the macro's own step can see the accumulator. */
function starter(expr: Comprehension, initial: Run): Run {
  if (expr.accumulator !== ACCUMULATOR) return initial
  if (expr.initial.kind === 'list' && expr.initial.elements.length === 0) return () => new GrowingList([])
  return expr.initial.kind === 'map' && expr.initial.entries.length === 0 ? () => new GrowingMap() : initial
}

function frozen(value: Value): Value {
  if (value instanceof GrowingList) return new ArrayList(value.values)
  return value instanceof GrowingMap ? new EntryMap(value.growing) : value
}

/** A loop over nothing, whose accumulator is not the macros': `cel.bind` and the like. */
export const isBinding = ({ range, condition, accumulator }: Comprehension): boolean =>
  accumulator !== ACCUMULATOR && range.kind === 'list' && range.elements.length === 0 && condition.kind === 'literal' && condition.value === false

function planBinding(slot: number, initial: Run, result: Run): Plan {
  return plain(frame => {
    frame.locals[slot] = new Pending(initial)
    return result(frame)
  })
}
