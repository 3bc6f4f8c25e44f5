import type { Schema } from '../../machinery/schema/schema.ts'

/** A variable's type: an object's schema, or a map of anything (the claims of a token). */
export type VariableType = Schema<unknown> | 'dyn-map'

/** A CEL expression, ready to be evaluated. Throws an Error when it fails. */
export interface Expression {
  evaluate(variables: Readonly<Record<string, unknown>>): unknown
}

/** Why an expression cannot be used, as configurations are refused with it. */
export interface Unusable {
  readonly problem: string
}

/** Compiles a CEL expression of a configuration file: the one door between those files and the language. */
export function compileExpression(_text: string, _variables: Readonly<Record<string, VariableType>>, _result?: 'bool'): Expression | Unusable {
  return { problem: 'this server does not evaluate CEL expressions' }
}

/** Whether an expression looks at a field of a variable: `claims.email`. */
export const mentions = (text: string, variable: string, field: string): boolean => new RegExp(`\\b${variable}\\s*\\.\\s*\\??\\s*${field}\\b`).test(text)
