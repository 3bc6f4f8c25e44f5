import { compile, evaluate, extend, kubernetesEnvironment, Optional, PER_CALL_LIMIT, toJson, typeName, type Environment, type Type } from '../../machinery/cel/index.ts'

/** What expressions of one place of a configuration may speak of. */
export type Place = Environment

/** A place whose expressions speak of these variables. */
export const placeOf = (variables: Readonly<Record<string, Type>>, types: readonly Type[] = []): Place => extend(kubernetesEnvironment, { variables, types })

/** A CEL expression, ready to be evaluated. */
export interface Expression {
  /** What it comes to, as JSON; what has no JSON form is an object. Throws an Error when it fails. */
  evaluate(variables: Readonly<Record<string, unknown>>): unknown
  /** Whether it looks at a field of a variable: `claims.email`. */
  looksAt(variable: string, field: string): boolean
}

/** Why an expression cannot be used, as configurations are refused with it. */
export interface Unusable {
  readonly problem: string
}

/** Compiles a CEL expression of a configuration file; `result` is what it must come to. */
export function compileExpression(text: string, place: Place, result?: 'bool'): Expression | Unusable {
  const { program, error } = compile(text, place)
  if (error) return { problem: `${error.stage === 'instantiation' ? 'program instantiation failed' : 'compilation failed'}: ${error.message}` }
  if (result && program.resultType.kind !== result) return { problem: `must evaluate to ${result} but got ${typeName(program.resultType)}` }
  return {
    evaluate(variables) {
      const outcome = evaluate(program, variables as Parameters<typeof evaluate>[1], { limit: PER_CALL_LIMIT })
      if (outcome.error !== undefined) throw new Error(outcome.error)
      return outcome.value instanceof Optional ? {} : toJson(outcome.value, () => ({}))
    },
    looksAt: (variable, field) => selects(program.checked.expr, variable, field),
  }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

function selects(node: unknown, variable: string, field: string): boolean {
  if (!isObject(node)) return false
  const isVariable = (part: unknown): boolean => isObject(part) && part['kind'] === 'ident' && part['name'] === variable
  if (node['kind'] === 'select' && node['field'] === field && isVariable(node['operand'])) return true
  if (node['kind'] === 'call' && node['name'] === '_?._') {
    const [of, what] = node['args'] as unknown[]
    if (isVariable(of) && isObject(what) && what['kind'] === 'literal' && what['value'] === field) return true
  }
  return Object.values(node).some(part => (Array.isArray(part) ? part.some(each => selects(each, variable, field)) : selects(part, variable, field)))
}
