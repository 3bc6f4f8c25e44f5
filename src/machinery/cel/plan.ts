import { isPresent, printed, select } from './access.ts'
import { planCall } from './plan-call.ts'
import { planComprehension } from './plan-comprehension.ts'
import { fromJson } from './json-values.ts'
import { Lazy, charge, readLocal } from './frame.ts'
import { ArrayList, CelMap, EntryMap, ObjectValue, Optional, entryMap, fail, mapKey } from './values.ts'
import { DYN } from './types.ts'
import type { CreateList, CreateMap, CreateStruct, Expr, Ident, Select } from './ast.ts'
import { asPath, constant, full, path, plain } from './planned.ts'
import type { Run } from './frame.ts'
import type { Plan, Planner, Scope, VariableSlot } from './planned.ts'
import type { MapKey, Value } from './values.ts'

/** What an expression does, planned. */
export function plan(planner: Planner, expr: Expr, scope: Scope): Plan {
  switch (expr.kind) {
    case 'literal': return constant(expr.value)
    case 'ident': return planIdent(planner, expr, scope)
    case 'select': return planSelect(planner, expr, scope)
    case 'list': return planList(planner, expr, scope)
    case 'map': return planMap(planner, expr, scope)
    case 'struct': return planStruct(planner, expr, scope)
    case 'call': return planCall(planner, expr, scope, plan)
    case 'comprehension': return planComprehension(planner, expr, scope, plan)
  }
}

function planIdent(planner: Planner, expr: Ident, scope: Scope): Plan {
  const slot = scope.get(expr.name)
  if (slot !== undefined) return path(frame => readLocal(frame, slot))
  return planName(planner, expr) ?? path(() => fail(`no such attribute(s): ${expr.name}`))
}

function planName(planner: Planner, expr: Expr): Plan | undefined {
  const declared = planner.checked.names.get(expr)
  if (!declared) return undefined
  const { value } = declared
  if (value !== undefined) return constant(value)
  let slot = planner.variables.findIndex(({ name }) => name === declared.name)
  if (slot < 0) slot = planner.variables.push(declared) - 1
  return path(readVariable(slot, declared))
}

const readVariable = (slot: number, { name, type }: VariableSlot): Run => frame => {
  const known = frame.variables[slot]
  if (known !== undefined) return known
  const raw = frame.activation[name]
  if (raw === undefined) return fail(`no such attribute(s): ${name}`)
  return frame.variables[slot] = raw instanceof Lazy ? raw.make() : fromJson(type, raw)
}

function planSelect(planner: Planner, expr: Select, scope: Scope): Plan {
  const named = expr.testOnly ? undefined : planName(planner, expr)
  if (named) return named
  const { run, root } = asPath(plan(planner, expr.operand, scope))
  const { field } = expr
  if (expr.testOnly) {
    return plain(frame => {
      const operand = run(frame)
      frame.cost++
      return isPresent(operand, field)
    })
  }
  return {
    run(frame) {
      const operand = run(frame)
      frame.cost++
      if (operand instanceof CelMap) {
        const value = operand.find(field)
        if (value !== undefined) return value
      }
      return select(operand, field)
    },
    root, isPath: true,
  }
}

function planList(planner: Planner, expr: CreateList, scope: Scope): Plan {
  const plans = expr.elements.map(({ value }) => plan(planner, value, scope))
  const optional = expr.elements.map(element => element.optional)
  const runs = plans.map(full)
  if (optional.includes(true)) {
    return plain(frame => {
      const values: Value[] = []
      runs.forEach((run, i) => {
        const value = run(frame)
        if (!optional[i]) values.push(value)
        else if (!(value instanceof Optional)) fail(`cannot initialize optional list element from non-optional value ${printed(value)}`)
        else if (value.value !== undefined) values.push(value.value)
      })
      charge(frame, 10)
      return new ArrayList(values)
    })
  }
  const constants = plans.map(element => element.constant)
  if (constants.every(known => known !== undefined)) return constant(new ArrayList(constants.map(known => known.value)))
  return plain(frame => {
    const values = runs.map(run => run(frame))
    charge(frame, 10)
    return new ArrayList(values)
  })
}

function planMap(planner: Planner, expr: CreateMap, scope: Scope): Plan {
  const entries = expr.entries.map(({ key, value, optional }) => ({ key: plan(planner, key, scope), value: plan(planner, value, scope), optional }))
  const runs = entries.map(({ key, value, optional }) => ({ key: full(key), value: full(value), optional }))
  const build: Run = frame => {
    const map = new Map<MapKey, readonly [Value, Value]>()
    for (const { key, value, optional } of runs) addEntry(map, key(frame), value(frame), optional)
    return new EntryMap(map)
  }
  if (entries.every(({ key, value, optional }) => key.constant && value.constant && !optional)) {
    return constant(entryMap(entries.map(({ key, value }) => [key.constant!.value, value.constant!.value])))
  }
  return plain(frame => {
    const map = build(frame)
    charge(frame, 30)
    return map
  })
}

function addEntry(map: Map<MapKey, readonly [Value, Value]>, key: Value, value: Value, optional: boolean): void {
  const canonical = mapKey(key)
  if (!optional) map.set(canonical, [key, value])
  else if (!(value instanceof Optional)) fail(`cannot initialize optional entry '${printed(key)}' from non-optional value ${printed(value)}`)
  else if (value.value !== undefined) map.set(canonical, [key, value.value])
}

function planStruct(planner: Planner, expr: CreateStruct, scope: Scope): Plan {
  const type = planner.checked.types.get(expr) ?? DYN
  const fields = expr.fields.map(({ name, value, optional }) => ({ name, run: full(plan(planner, value, scope)), optional }))
  return plain(frame => {
    const values = new Map<string, Value>()
    for (const { name, run, optional } of fields) {
      const value = run(frame)
      if (!optional) values.set(name, value)
      else if (!(value instanceof Optional)) fail(`cannot initialize optional entry '${name}' from non-optional value ${printed(value)}`)
      else if (value.value !== undefined) values.set(name, value.value)
    }
    charge(frame, 40)
    return new ObjectValue(type, values)
  })
}
