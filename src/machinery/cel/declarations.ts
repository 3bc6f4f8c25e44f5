import type { Size } from './sizes.ts'
import type { Macro } from './macros.ts'
import type { Type } from './types.ts'
import type { Value } from './values.ts'

/** One signature of a function, with what it does. */
export interface Overload {
  readonly id: string
  readonly args: readonly Type[]
  readonly result: Type
  /** Called on its first argument: `a.f(b)`. */
  readonly method: boolean
  /** Absent where the function as a whole decides by the values (`dispatch`), and for operators that the planner knows. */
  readonly call?: (...args: never[]) => Value
  /** A faster `call` where some arguments are known beforehand (a regular expression, mostly). */
  readonly specialize?: ((constants: readonly (Value | undefined)[]) => ((...args: Value[]) => Value) | { readonly error: string } | undefined) | undefined
  readonly cost?: CostModel | undefined
}

export interface FunctionDeclaration {
  readonly name: string
  readonly overloads: readonly Overload[]
  /** Stands for all overloads; fails by itself for values that it does not know. */
  readonly dispatch?: (...args: never[]) => Value
}

/** What a call costs, when it runs and beforehand. Absent: 1. */
export interface CostModel {
  readonly actual: (args: readonly Value[], result: Value) => number
  /** The cost depends on the result. All others are paid before the work is done. */
  readonly afterwards?: boolean
  readonly estimate: (call: EstimatedCall) => { readonly cost: Size; readonly size?: Size } | undefined
}

/** A call as the estimator sees it; sizes of what may be of any size are unbounded. */
export interface EstimatedCall {
  /** The target of a method. */
  readonly target?: EstimatedValue | undefined
  readonly args: readonly EstimatedValue[]
}
export interface EstimatedValue {
  readonly type: Type
  readonly size: Size
  /** The size as the expression itself tells it (literals, results of calls). */
  readonly computed?: Size | undefined
  readonly literal?: Value | undefined
  /** The elements of a list. */
  readonly element?: EstimatedValue | undefined
}

/** A set of functions, macros and types under one name. */
export interface Library {
  readonly name: string
  readonly functions?: readonly FunctionDeclaration[]
  readonly macros?: readonly Macro[]
  /** Types whose names are values in expressions (`net.IP`), and object types that can be constructed. */
  readonly types?: readonly Type[]
  /** Types that cannot be listed. */
  readonly resolveType?: (name: string) => Type | undefined
  readonly constants?: Readonly<Record<string, Value>>
}

type Call = (...args: never[]) => Value

/** Declares `f(…)`. */
export const overload = (id: string, args: readonly Type[], result: Type, call?: Call, cost?: CostModel): Overload => ({ id, args, result, method: false, ...(call && { call }), cost })

/** Declares `a.f(…)`. */
export const method = (id: string, args: readonly Type[], result: Type, call?: Call, cost?: CostModel): Overload => ({ ...overload(id, args, result, call, cost), method: true })

export const declare = (name: string, ...overloads: Overload[]): FunctionDeclaration => ({ name, overloads })
