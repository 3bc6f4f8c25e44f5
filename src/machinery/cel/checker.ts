import { qualifiedName } from './ast.ts'
import { lookUp, lookUpFunction } from './environment.ts'
import { BOOL, BYTES, DOUBLE, DYN, ERROR, INT, NULL, STRING, UINT, formatArguments, formatType, isDyn, isDynOrError, isOptional, listType, mapType, optionalType, param, sameType, unwrapOptional } from './types.ts'
import { assign, assignAll, moreGeneral, substitute } from './unify.ts'
import { Double, Uint, isInt } from './values.ts'
import type { Call, Comprehension, CreateList, CreateMap, CreateStruct, Expr, Ident, Select } from './ast.ts'
import type { FunctionDeclaration, Overload } from './declarations.ts'
import type { Declared, Environment } from './environment.ts'
import type { Issue } from './issues.ts'
import type { Type } from './types.ts'
import type { Substitutions } from './unify.ts'
import type { Value } from './values.ts'

/** What the checker found out about an expression. Nodes that are not listed were not reached. */
export interface Checked {
  readonly expr: Expr
  readonly types: ReadonlyMap<Expr, Type>
  /** What identifiers and qualified names stand for; names of macro variables are not here. */
  readonly names: ReadonlyMap<Expr, Declared>
  readonly calls: ReadonlyMap<Expr, ResolvedCall>
}

export interface ResolvedCall {
  readonly declaration: FunctionDeclaration
  readonly overloads: readonly Overload[]
  /** `a.b.f(x)` was the function `a.b.f`, not a method of `a.b`. */
  readonly qualified: boolean
}

export function check(expr: Expr, env: Environment): { checked: Checked; issues: Issue[] } {
  const checker = new Checker(env)
  checker.check(expr)
  return { checked: checker.finish(expr), issues: checker.issues }
}

class Checker {
  readonly issues: Issue[] = []
  private readonly env: Environment
  private readonly types = new Map<Expr, Type>()
  private readonly names = new Map<Expr, Declared>()
  private readonly calls = new Map<Expr, ResolvedCall>()
  private known: Substitutions = new Map()
  private scopes: ReadonlyMap<string, Type> = new Map()
  private freeCount = 0

  constructor(env: Environment) {
    this.env = env
  }

  finish(expr: Expr): Checked {
    const types = new Map([...this.types].map(([node, type]) => [node, this.settled(type, true)]))
    return { expr, types, names: this.names, calls: this.calls }
  }

  check(expr: Expr): Type {
    const type = this.typeOf(expr)
    this.types.set(expr, type)
    return type
  }

  private typeOf(expr: Expr): Type {
    switch (expr.kind) {
      case 'literal': return literalType(expr.value)
      case 'ident': return this.ident(expr)
      case 'select': return this.select(expr)
      case 'call': return this.call(expr)
      case 'list': return this.list(expr)
      case 'map': return this.map(expr)
      case 'struct': return this.struct(expr)
      case 'comprehension': return this.comprehension(expr)
    }
  }

  private report(expr: { readonly offset: number }, message: string): Type {
    this.issues.push({ message, offset: expr.offset })
    return ERROR
  }

  private undeclared(expr: { readonly offset: number }, name: string): Type {
    return this.report(expr, `undeclared reference to '${name}' (in container '${this.env.container}')`)
  }

  private settled(type: Type, freeIsDyn = false): Type {
    return substitute(this.known, type, freeIsDyn, DYN)
  }

  private isAssignable(from: Type, to: Type): boolean {
    const known = assign(this.known, from, to)
    if (known) this.known = known
    return known !== undefined
  }

  private free(): Type {
    return param(`_var${this.freeCount++}`)
  }

  private ident(expr: Ident): Type {
    const local = this.scopes.get(expr.name)
    if (local) return local
    const declared = lookUp(this.env, expr.name)
    if (!declared) return this.undeclared(expr, expr.name)
    this.names.set(expr, declared)
    return declared.type
  }

  private select(expr: Select): Type {
    const name = qualifiedName(expr)
    const declared = name === undefined || this.startsLocally(name) ? undefined : lookUp(this.env, name)
    if (declared) {
      this.names.set(expr, declared)
      return declared.type
    }
    const type = this.field(expr, expr.operand, expr.field, false)
    return expr.testOnly ? BOOL : this.settled(type)
  }

  private startsLocally(name: string): boolean {
    return this.scopes.has(name.split('.', 1)[0]!)
  }

  private field(expr: Expr, operand: Expr, field: string, optional: boolean): Type {
    const operandType = this.settled(this.check(operand))
    const target = unwrapOptional(operandType)
    const type = this.fieldOf(expr, target, field)
    return isOptional(operandType) || optional ? optionalType(type) : type
  }

  private fieldOf(expr: Expr, target: Type, field: string): Type {
    switch (target.kind) {
      case 'map': return target.params[1]!
      case 'object':
        if (!target.field) return this.report(expr, `unexpected failed resolution of '${target.name}'`)
        return target.field(field)?.type ?? this.report(expr, `undefined field '${field}'`)
      case 'param':
        this.isAssignable(DYN, target)
        return DYN
      default:
        if (!isDynOrError(target)) this.report(expr, `type '${formatType(target)}' does not support field selection`)
        return DYN
    }
  }

  private call(expr: Call): Type {
    if (expr.name === '_?._') return this.optionalSelect(expr)
    for (const arg of expr.args) this.check(arg)
    if (!expr.target) {
      const found = lookUpFunction(this.env, expr.name)
      return found ? this.resolve(expr, found, undefined, false) : this.undeclared(expr, expr.name)
    }
    const prefix = qualifiedName(expr.target)
    const qualified = prefix === undefined ? undefined : lookUpFunction(this.env, `${prefix}.${expr.name}`)
    if (qualified) return this.resolve(expr, qualified, undefined, true)
    this.check(expr.target)
    const found = lookUpFunction(this.env, expr.name)
    return found ? this.resolve(expr, found, expr.target, false) : this.undeclared(expr, expr.name)
  }

  private optionalSelect(expr: Call): Type {
    const field = expr.args[1]!
    this.types.set(field, STRING)
    return this.settled(this.field(expr, expr.args[0]!, field.kind === 'literal' ? String(field.value) : '', true))
  }

  private resolve(expr: Call, declaration: FunctionDeclaration, target: Expr | undefined, qualified: boolean): Type {
    const args = target ? [target, ...expr.args] : expr.args
    if (declaration.name === '_&&_' || declaration.name === '_||_') return this.logical(expr, declaration)
    const types = args.map(arg => this.types.get(arg)!)
    const fitting: Overload[] = []
    let result: Type | undefined
    for (const overload of declaration.overloads) {
      if (overload.method !== (target !== undefined)) continue
      const type = this.fit(overload, types)
      if (!type) continue
      fitting.push(overload)
      if (!result) result = type
      else if (!isDyn(result) && !sameType(type, result)) result = DYN
    }
    if (!result) {
      const shown = types.map(type => this.settled(type, true))
      return this.report(expr, `found no matching overload for '${declaration.name}' applied to '${formatArguments(shown, target !== undefined)}'`)
    }
    this.calls.set(expr, { declaration, overloads: fitting, qualified })
    return result
  }

  /** The result type when the overload takes these arguments. */
  private fit(overload: Overload, types: readonly Type[]): Type | undefined {
    const fresh = new Map<string, Type>()
    const instance = (type: Type): Type => {
      if (type.kind === 'param') {
        if (!fresh.has(type.name)) fresh.set(type.name, this.free())
        return fresh.get(type.name)!
      }
      return type.params.length === 0 ? type : { ...type, params: type.params.map(instance) }
    }
    const known = assignAll(this.known, types, overload.args.map(instance))
    if (!known) return undefined
    this.known = known
    return this.settled(instance(overload.result))
  }

  private logical(expr: Call, declaration: FunctionDeclaration): Type {
    let sound = true
    for (const arg of expr.args) {
      const type = this.types.get(arg)!
      if (this.isAssignable(type, BOOL)) continue
      this.report(arg, `expected type 'bool' but found '${formatType(type)}'`)
      sound = false
    }
    if (!sound) return ERROR
    this.calls.set(expr, { declaration, overloads: declaration.overloads, qualified: false })
    return BOOL
  }

  private list(expr: CreateList): Type {
    let element: Type | undefined
    for (const { value, optional } of expr.elements) {
      const type = this.check(value)
      element = this.join(element, optional ? this.unwrapped(value, type) : type)
    }
    return listType(element ?? this.free())
  }

  private map(expr: CreateMap): Type {
    let [keys, values]: [Type | undefined, Type | undefined] = [undefined, undefined]
    for (const { key, value, optional } of expr.entries) {
      keys = this.join(keys, this.check(key))
      const type = this.check(value)
      values = this.join(values, optional ? this.unwrapped(value, type) : type)
    }
    return mapType(keys ?? this.free(), values ?? this.free())
  }

  private unwrapped(expr: Expr, type: Type): Type {
    if (!isOptional(type) && !isDyn(type)) this.report(expr, `expected type '${formatType(optionalType(type))}' but found '${formatType(type)}'`)
    return unwrapOptional(type)
  }

  private join(previous: Type | undefined, current: Type): Type {
    if (!previous) return current
    if (this.isAssignable(previous, current)) return moreGeneral(previous, current)
    return DYN
  }

  private struct(expr: CreateStruct): Type {
    const declared = lookUp(this.env, expr.name)
    if (!declared) return this.undeclared(expr, expr.name)
    const type = declared.type.kind === 'type' ? declared.type.params[0] : undefined
    if (!type) return this.report(expr, `'${declared.type.name}' is not a type`)
    const isMessage = type.kind === 'object' || type.field !== undefined
    if (!isMessage) this.report(expr, `'${type.name}' is not a message type`)
    this.names.set(expr, declared)
    for (const field of expr.fields) {
      const found = this.check(field.value)
      const value = field.optional ? this.unwrapped(field.value, found) : found
      const wanted = isMessage ? type.field?.(field.name)?.type : undefined
      if (!wanted) this.report(field, isMessage ? `undefined field '${field.name}'` : `unexpected failed resolution of '${type.name}'`)
      else if (!this.isAssignable(wanted, value)) {
        this.report(field, `expected type of field '${field.name}' is '${formatType(wanted)}' but provided type is '${formatType(value)}'`)
      }
    }
    return isMessage ? type : ERROR
  }

  private comprehension(expr: Comprehension): Type {
    const range = this.settled(this.check(expr.range))
    const accumulated = this.check(expr.initial)
    const outside = this.scopes
    const around = new Map(outside).set(expr.accumulator, accumulated)
    const [first, second] = this.loopTypes(expr, range)
    const inside = new Map(around).set(expr.variable, expr.variable2 === undefined ? first : second.key)
    if (expr.variable2 !== undefined) inside.set(expr.variable2, second.value)
    this.scopes = inside
    this.must(expr.condition, BOOL)
    this.must(expr.step, accumulated)
    this.scopes = around
    const result = this.check(expr.result)
    this.scopes = outside
    return this.settled(result)
  }

  /** The type of the only variable, and those of two. */
  private loopTypes(expr: Comprehension, range: Type): [Type, { key: Type; value: Type }] {
    switch (range.kind) {
      case 'list': return [range.params[0]!, { key: INT, value: range.params[0]! }]
      case 'map': return [range.params[0]!, { key: range.params[0]!, value: range.params[1]! }]
      case 'dyn': case 'error': case 'param':
        this.isAssignable(DYN, range)
        return [DYN, { key: DYN, value: DYN }]
      default:
        this.report(expr.range, `expression of type '${formatType(range)}' cannot be range of a comprehension (must be list, map, or dynamic)`)
        return [ERROR, { key: ERROR, value: ERROR }]
    }
  }

  private must(expr: Expr, wanted: Type): void {
    const type = this.check(expr)
    if (!this.isAssignable(wanted, type)) this.report(expr, `expected type '${formatType(wanted)}' but found '${formatType(type)}'`)
  }
}

function literalType(value: Value): Type {
  if (value === null) return NULL
  if (typeof value === 'string') return STRING
  if (typeof value === 'boolean') return BOOL
  if (isInt(value)) return INT
  return value instanceof Double ? DOUBLE : value instanceof Uint ? UINT : BYTES
}
