import { checkFormat } from './format-check.ts'
import { compileRegex } from './regex.ts'
import { parseDuration, parseTimestamp } from './time.ts'
import { formatType, sameType, unwrapOptional } from './types.ts'
import { isInt } from './values.ts'
import type { Call, Expr } from './ast.ts'
import type { Checked } from './checker.ts'
import type { Issue } from './issues.ts'
import type { Type } from './types.ts'
import type { Value } from './values.ts'

const FIRST_SECOND = -62_135_596_800
const LAST_SECOND = 253_402_300_799

const CHECKS: Readonly<Record<string, (literal: Value) => boolean>> = {
  duration: literal => typeof literal === 'string' && parseDuration(literal) !== undefined,
  timestamp: literal => (typeof literal === 'string' ? parseTimestamp(literal) !== undefined : !isInt(literal) || (literal >= FIRST_SECOND && literal <= LAST_SECOND)),
  matches: literal => typeof literal !== 'string' || !('error' in compileRegex(literal)),
}

/** What the types allow and still can only fail: bad literals of durations, timestamps, patterns and formats, mixed lists and maps. */
export function checkLiterals(checked: Checked): Issue[] {
  return walk(checked, checked.expr, false)
}

/** Arguments of `format` may be mixed, however deep. */
function walk(checked: Checked, expr: Expr, mayMix: boolean): Issue[] {
  const mix = mayMix || (expr.kind === 'call' && expr.name === 'format')
  const own = expr.kind === 'call' ? checkCall(checked, expr) : mayMix ? [] : checkMixture(checked, expr)
  return [...own, ...childrenOf(expr).flatMap(child => walk(checked, child, mix))]
}

function childrenOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'select': return [expr.operand]
    case 'call': return expr.target ? [expr.target, ...expr.args] : expr.args
    case 'list': return expr.elements.map(({ value }) => value)
    case 'map': return expr.entries.flatMap(({ key, value }) => [key, value])
    case 'struct': return expr.fields.map(({ value }) => value)
    case 'comprehension': return [expr.range, expr.initial, expr.condition, expr.step, expr.result]
    default: return []
  }
}

function checkCall(checked: Checked, expr: Call): Issue[] {
  const name = checked.calls.get(expr)?.declaration.name
  if (name === 'format') return checkFormat(checked, expr)
  const sound = name === undefined ? undefined : CHECKS[name]
  const argument = expr.args[0]
  if (!sound || argument?.kind !== 'literal' || sound(argument.value)) return []
  return [{ message: `invalid ${name} argument`, offset: argument.offset }]
}

function checkMixture(checked: Checked, expr: Expr): Issue[] {
  if (expr.kind === 'list') {
    const first = (found: readonly Issue[]): Issue[] => found.slice(0, 1)
    return first(mismatches(checked, expr.elements))
  }
  if (expr.kind !== 'map') return []
  return [...mismatches(checked, expr.entries.map(({ key }) => ({ value: key, optional: false }))), ...mismatches(checked, expr.entries)]
}

/** Those whose type is not the first one's. */
function mismatches(checked: Checked, parts: readonly { readonly value: Expr; readonly optional: boolean }[]): Issue[] {
  const typeOf = ({ value, optional }: (typeof parts)[number]): Type => (optional ? unwrapOptional(checked.types.get(value)!) : checked.types.get(value)!)
  const [first, ...rest] = parts
  if (!first) return []
  const expected = typeOf(first)
  return rest.filter(part => !sameType(expected, typeOf(part))).map(part =>
    ({ message: `expected type '${formatType(expected)}' but found '${formatType(typeOf(part))}'`, offset: part.value.offset }))
}
