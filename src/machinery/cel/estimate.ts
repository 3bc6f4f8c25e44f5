import { ACCUMULATOR } from './ast.ts'
import { isBinding } from './plan-comprehension.ts'
import { NONE, ONE, UNBOUNDED, UNKNOWN, add, fixed, multiply, sum, union } from './sizes.ts'
import { DYN } from './types.ts'
import { stringSize } from './values.ts'
import type { Call, Comprehension, CreateList, CreateMap, Expr, Select } from './ast.ts'
import type { Checked } from './checker.ts'
import type { EstimatedValue, Overload } from './declarations.ts'
import type { Size } from './sizes.ts'
import type { Type } from './types.ts'

/** The upper bound of the size of what is found along a path (`['self', 'items', '@items', 'name']`); undefined: nothing is known. */
export type BoundOf = (path: readonly string[]) => number | undefined

/** What the elements of a list or map are known to be like. */
interface Entry {
  readonly container: 'list' | 'map'
  readonly key: Size
  readonly value: Size
}
interface Local {
  readonly path: readonly string[] | undefined
  readonly size: Size | undefined
  readonly entry: Entry | undefined
}

const SCALARS = new Set(['bool', 'double', 'duration', 'int', 'timestamp', 'uint'])
const isScalar = (type: Type): boolean => SCALARS.has(type.kind) || (type.name === 'optional_type' && isScalar(type.params[0]!))

/** The least and the most that running an expression can cost, given bounds of what it looks at. */
export function estimateCost(checked: Checked, boundOf: BoundOf = () => undefined): Size {
  return new Estimator(checked, boundOf).cost(checked.expr)
}

class Estimator {
  private readonly checked: Checked
  private readonly boundOf: BoundOf
  private readonly paths = new Map<Expr, readonly string[]>()
  private readonly sizes = new Map<Expr, Size>()
  private readonly entries = new Map<Expr, Entry>()
  private locals: ReadonlyMap<string, Local> = new Map()

  constructor(checked: Checked, boundOf: BoundOf) {
    this.checked = checked
    this.boundOf = boundOf
  }

  cost(expr: Expr): Size {
    switch (expr.kind) {
      case 'literal': return NONE
      case 'ident': return this.ident(expr, expr.name)
      case 'select': return this.select(expr)
      case 'call': return this.call(expr)
      case 'list': return this.list(expr)
      case 'map': return this.map(expr)
      case 'struct': return add(sum(expr.fields.map(({ value }) => this.cost(value))), fixed(40))
      case 'comprehension': return isBinding(expr) ? this.binding(expr) : this.comprehension(expr)
    }
  }

  private typeOf(expr: Expr): Type {
    return this.checked.types.get(expr) ?? DYN
  }

  private ident(expr: Expr, name: string): Size {
    const local = this.locals.get(name)
    this.setPath(expr, local ? local.path : [name])
    return ONE
  }

  private setPath(expr: Expr, path: readonly string[] | undefined): void {
    if (path) this.paths.set(expr, path)
    else this.paths.delete(expr)
  }

  private pathOf(expr: Expr): readonly string[] | undefined {
    const local = expr.kind === 'ident' ? this.locals.get(expr.name) : undefined
    return local ? local.path : this.paths.get(expr)
  }

  private extended(expr: Expr, step: string): readonly string[] | undefined {
    const path = this.pathOf(expr)
    return path && [...path, step]
  }

  private select(expr: Select): Size {
    const declared = this.checked.names.get(expr)
    if (declared) return declared.value === undefined ? this.ident(expr, declared.name) : NONE
    const cost = this.cost(expr.operand)
    if (expr.testOnly) return cost
    this.setPath(expr, this.extended(expr.operand, expr.field))
    return ['map', 'object', 'param'].includes(this.typeOf(expr.operand).kind) ? add(cost, ONE) : cost
  }

  private list(expr: CreateList): Size {
    const costs = expr.elements.map(({ value }) => this.cost(value))
    const value = this.range(expr.elements.map(element => element.value))
    this.entries.set(expr, { container: 'list', key: ONE, value })
    return add(sum(costs), fixed(10))
  }

  private map(expr: CreateMap): Size {
    const costs = expr.entries.flatMap(({ key, value }) => [this.cost(key), this.cost(value)])
    this.entries.set(expr, { container: 'map', key: this.range(expr.entries.map(({ key }) => key)), value: this.range(expr.entries.map(({ value }) => value)) })
    return add(sum(costs), fixed(30))
  }

  private range(exprs: readonly Expr[]): Size {
    if (exprs.length === 0) return NONE
    return exprs.map(expr => this.sizeOrUnknown(expr)).reduce(union, { min: UNBOUNDED, max: 0 })
  }

  private comprehension(expr: Comprehension): Size {
    const before = add(this.cost(expr.range), this.cost(expr.initial))
    const outside = this.locals
    const around = new Map(outside).set(expr.accumulator, { path: this.pathOf(expr.initial), size: this.sizeOf(expr.initial), entry: this.entryOf(expr.initial) })
    this.locals = this.withVariables(expr, around)
    const once = add(this.cost(expr.condition), this.cost(expr.step))
    const stepEntry = this.entryOf(expr.step)
    this.locals = around
    const after = this.cost(expr.result)
    this.locals = outside
    const count = this.sizeOrUnknown(expr.range)
    this.remember(expr, count, stepEntry)
    return add(add(before, after), multiply(count, once))
  }

  private withVariables(expr: Comprehension, around: ReadonlyMap<string, Local>): ReadonlyMap<string, Local> {
    const entry = this.entryOf(expr.range)
    const isList = (entry?.container ?? this.typeOf(expr.range).kind) === 'list'
    const key: Local = { path: this.extended(expr.range, isList ? '@indices' : '@keys'), size: entry?.key, entry: undefined }
    const value: Local = { path: this.extended(expr.range, isList ? '@items' : '@values'), size: entry?.value, entry: undefined }
    if (expr.variable2 !== undefined) return new Map(around).set(expr.variable, key).set(expr.variable2, value)
    return new Map(around).set(expr.variable, isList ? value : key)
  }

  /** What a loop makes is as large as what it accumulates: a scalar, or as many elements as it went through. */
  private remember(expr: Comprehension, count: Size, stepEntry: Entry | undefined): void {
    const { kind } = expr.initial
    if (kind === 'literal') this.setSize(expr, this.sizeOf(expr.initial))
    if (kind !== 'list' && kind !== 'map') return
    this.setSize(expr, count)
    if (stepEntry) this.entries.set(expr, stepEntry)
  }

  private binding(expr: Comprehension): Size {
    const before = add(this.cost(expr.range), this.cost(expr.initial))
    const outside = this.locals
    this.locals = new Map(outside).set(expr.accumulator, { path: this.pathOf(expr.initial), size: this.sizeOf(expr.initial), entry: this.entryOf(expr.initial) })
    const after = this.cost(expr.result)
    this.copySizes(expr, expr.result)
    this.locals = outside
    return add(before, after)
  }

  private copySizes(to: Expr, from: Expr): void {
    this.setSize(to, this.sizeOf(from))
    const entry = this.entryOf(from)
    if (entry) this.entries.set(to, entry)
  }

  private call(expr: Call): Size {
    const resolved = this.checked.calls.get(expr)
    const { args } = expr
    if (resolved?.declaration.name === 'dyn' && args.length === 1) {
      const cost = this.cost(args[0]!)
      this.copySizes(expr, args[0]!)
      return add(cost, ONE)
    }
    const costs = args.map(arg => this.cost(arg))
    if (expr.name === '_?._') return this.optionalSelect(expr, costs)
    if (!resolved) return NONE
    const target = resolved.qualified ? undefined : expr.target
    const targetCost = target ? this.cost(target) : NONE
    const estimates = resolved.overloads.map(overload => this.overload(expr, overload, target, costs))
    const size = estimates.map(estimate => estimate.size).filter(known => known !== undefined)
    if (size.length > 0) this.setSize(expr, size.reduce(union))
    this.followIndex(expr, resolved.overloads)
    return add(targetCost, estimates.map(estimate => estimate.cost).reduce(union, { min: UNBOUNDED, max: 0 }))
  }

  private optionalSelect(expr: Call, costs: readonly Size[]): Size {
    const [operand, field] = expr.args
    if (field?.kind === 'literal') this.setPath(expr, this.extended(operand!, String(field.value)))
    return add(sum(costs), ONE)
  }

  /** An element is found along the path of its container. */
  private followIndex(expr: Call, overloads: readonly Overload[]): void {
    for (const { id } of overloads) {
      if (id !== 'index_list' && id !== 'index_map') continue
      const container = expr.args[0]!
      this.setSize(expr, this.entryOf(container)?.value)
      this.setPath(expr, this.extended(container, id === 'index_list' ? '@items' : '@values'))
    }
  }

  private overload(expr: Call, overload: Overload, target: Expr | undefined, costs: readonly Size[]): { cost: Size; size?: Size | undefined } {
    const [a, b, c] = costs
    if (overload.id === 'logical_or' || overload.id === 'logical_and') return { cost: { min: a!.min, max: add(a!, b!).max } }
    if (overload.id === 'conditional') return this.conditional(expr, a!, b!, c!)
    if (overload.id === 'add_list' || overload.id === 'add_string' || overload.id === 'add_bytes') this.joinEntries(expr, expr.args)
    const call = { target: target && this.valueOf(target), args: expr.args.map(arg => this.valueOf(arg)) }
    const estimate = overload.cost?.estimate(call)
    return { cost: add(estimate?.cost ?? ONE, sum(costs)), size: estimate?.size }
  }

  private conditional(expr: Call, condition: Size, yes: Size, no: Size): { cost: Size; size: Size } {
    const branches = expr.args.slice(1)
    this.joinEntries(expr, branches)
    return { cost: add(condition, union(yes, no)), size: union(this.sizeOrUnknown(branches[0]!), this.sizeOrUnknown(branches[1]!)) }
  }

  private joinEntries(expr: Expr, [left, right]: readonly Expr[]): void {
    const [a, b] = [this.entryOf(left!), this.entryOf(right!)]
    if (a && b) this.entries.set(expr, { container: a.container, key: union(a.key, b.key), value: union(a.value, b.value) })
  }

  private valueOf(expr: Expr): EstimatedValue {
    const path = this.pathOf(expr)
    const visible = path?.[0] === ACCUMULATOR ? undefined : path
    const type = this.typeOf(expr)
    const computed = this.sizeOf(expr)
    return { type, size: computed ?? UNKNOWN, computed, element: this.elementOf(type, visible), ...(expr.kind === 'literal' && { literal: expr.value }) }
  }

  private elementOf(type: Type, path: readonly string[] | undefined): EstimatedValue | undefined {
    const element = type.params[0]
    if (!element || type.kind === 'type') return undefined
    return { type: element, size: this.boundAlong(path && [...path, '@items']) ?? UNKNOWN }
  }

  private boundAlong(path: readonly string[] | undefined): Size | undefined {
    const bound = path && path.length > 0 ? this.boundOf(path) : undefined
    return bound === undefined ? undefined : { min: 0, max: bound }
  }

  private setSize(expr: Expr, size: Size | undefined): void {
    if (size) this.sizes.set(expr, size)
  }

  private sizeOrUnknown(expr: Expr): Size {
    return this.sizeOf(expr) ?? UNKNOWN
  }

  private sizeOf(expr: Expr): Size | undefined {
    const known = this.sizes.get(expr) ?? literalSize(expr)
    if (known) return known
    const bound = this.boundAlong(this.pathOf(expr))
    if (bound) {
      this.sizes.set(expr, bound)
      return bound
    }
    if (isScalar(this.typeOf(expr))) return ONE
    return expr.kind === 'ident' ? this.locals.get(expr.name)?.size : undefined
  }

  private entryOf(expr: Expr): Entry | undefined {
    return this.entries.get(expr) ?? (expr.kind === 'ident' ? this.locals.get(expr.name)?.entry : undefined)
  }
}

function literalSize(expr: Expr): Size | undefined {
  if (expr.kind === 'list') return fixed(expr.elements.length)
  if (expr.kind === 'map') return fixed(expr.entries.length)
  if (expr.kind !== 'literal') return undefined
  return typeof expr.value === 'string' ? fixed(stringSize(expr.value)) : expr.value instanceof Uint8Array ? fixed(expr.value.length) : ONE
}

/** Looks bounds up in the type of the variable that paths start at. */
export const boundsOf = (root: Type): BoundOf => path => {
  let type: Type | undefined = root
  for (const step of path.slice(1)) {
    if (step === '@items' || step === '@values') type = type.params.at(-1)
    else if (step === '@keys') type = type.kind === 'map' ? type.params[0] : undefined
    else type = type.field?.(step)?.type
    if (!type) return undefined
  }
  return type.maxSize ?? 0
}
