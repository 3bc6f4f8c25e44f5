import type { Value } from './values.ts'

/** A parsed expression. `offset` is where messages point at: the operator of a binary, the dot of a selection, the parenthesis of a call. */
export type Expr = Literal | Ident | Select | Call | CreateList | CreateMap | CreateStruct | Comprehension

interface Located {
  readonly offset: number
}
export interface Literal extends Located {
  readonly kind: 'literal'
  readonly value: Value
}
export interface Ident extends Located {
  readonly kind: 'ident'
  readonly name: string
}
export interface Select extends Located {
  readonly kind: 'select'
  readonly operand: Expr
  readonly field: string
  /** `has(operand.field)` */
  readonly testOnly: boolean
}
export interface Call extends Located {
  readonly kind: 'call'
  readonly name: string
  readonly target?: Expr | undefined
  readonly args: readonly Expr[]
}
export interface CreateList extends Located {
  readonly kind: 'list'
  readonly elements: readonly { readonly value: Expr; readonly optional: boolean }[]
}
export interface CreateMap extends Located {
  readonly kind: 'map'
  readonly entries: readonly { readonly key: Expr; readonly value: Expr; readonly optional: boolean }[]
}
export interface CreateStruct extends Located {
  readonly kind: 'struct'
  readonly name: string
  readonly fields: readonly (Located & { readonly name: string; readonly value: Expr; readonly optional: boolean })[]
}
/** The one loop of the language; macros expand to it. */
export interface Comprehension extends Located {
  readonly kind: 'comprehension'
  readonly range: Expr
  readonly variable: string
  readonly variable2?: string | undefined
  readonly accumulator: string
  readonly initial: Expr
  readonly condition: Expr
  readonly step: Expr
  readonly result: Expr
}

/** The accumulator of macros: no identifier of the language can be written so. */
export const ACCUMULATOR = '@result'

/** `a.b.c` as one name when the expression is nothing but identifiers and dots. */
export function qualifiedName(expr: Expr): string | undefined {
  if (expr.kind === 'ident') return expr.name
  if (expr.kind !== 'select' || expr.testOnly) return undefined
  const prefix = qualifiedName(expr.operand)
  return prefix === undefined ? undefined : `${prefix}.${expr.field}`
}

/** The names of operators as functions. */
export const BINARY: Readonly<Record<string, string>> = {
  '+': '_+_', '-': '_-_', '*': '_*_', '/': '_/_', '%': '_%_', '<': '_<_', '<=': '_<=_', '>': '_>_', '>=': '_>=_', '==': '_==_', '!=': '_!=_', in: '@in',
}
