import { duplicate, invalid, required, tooMany } from '../../api/validation.ts'
import type { SubjectAccessReviewSpec } from '../../api/authorization/shared.ts'
import { errorMessage } from '../../machinery/log.ts'
import type { Cause } from '../../machinery/status.ts'
import { compileExpression, type Expression } from '../expressions/expression.ts'
import { requestValue, REVIEW } from '../expressions/environments.ts'
import { aggregate } from './union.ts'

const MOST = 64

/** What is wrong with a webhook's match conditions. */
export function matchConditionCauses(field: string, conditions: readonly { expression?: string | undefined }[]): Cause[] {
  if (conditions.length > MOST) return [tooMany(field, conditions.length, MOST)]
  const seen = new Set<string>()
  return conditions.flatMap(({ expression = '' }, index): Cause[] => {
    const at = `${field}[${index}].expression`
    if (expression.trim() === '') return [required(at)]
    if (seen.has(expression)) return [duplicate(at, expression)]
    seen.add(expression)
    const compiled = compileExpression(expression, REVIEW, 'bool')
    return 'problem' in compiled ? [invalid(at, expression, compiled.problem)] : []
  })
}

/** Whether a webhook is asked at all; `error` when nobody can tell. */
export interface MatchResult {
  readonly matches: boolean
  readonly error?: string
}

/** Match conditions that were found right, ready to be asked: one that is false decides; one that fails only when none is false. */
export function matchConditions(conditions: readonly { expression?: string | undefined }[]): (request: SubjectAccessReviewSpec) => MatchResult {
  const compiled = conditions.map(({ expression = '' }) => {
    const found = compileExpression(expression, REVIEW, 'bool')
    if ('problem' in found) throw new Error(found.problem)
    return { expression, program: found }
  })
  return request => evaluate(compiled, request)
}

function evaluate(conditions: readonly { expression: string; program: Expression }[], request: SubjectAccessReviewSpec): MatchResult {
  const errors: string[] = []
  const variables = { request: requestValue(request) }
  for (const { expression, program } of conditions) {
    try {
      if (program.evaluate(variables) !== true) return { matches: false }
    } catch (error) {
      errors.push(`cel evaluation error: expression '${expression}' resulted in error: ${errorMessage(error)}`)
    }
  }
  return errors.length > 0 ? { matches: false, error: aggregate(errors) } : { matches: true }
}
