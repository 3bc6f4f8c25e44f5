import { parseDuration, parseTimestamp } from './time.ts'
import { compileRegex } from './regex.ts'
import type { Call, Expr } from './ast.ts'
import type { Checked } from './checker.ts'
import type { Issue } from './issues.ts'

const CHECKS: Readonly<Record<string, (text: string) => boolean>> = {
  duration: text => parseDuration(text) !== undefined,
  timestamp: text => parseTimestamp(text) !== undefined,
  matches: text => compileRegex(text) !== undefined,
}

/** Literal durations, timestamps and regular expressions must be sound. */
export function checkLiterals(checked: Checked): Issue[] {
  const issues: Issue[] = []
  for (const [expr, { declaration }] of checked.calls) {
    const sound = CHECKS[declaration.name]
    const literal = sound && literalOf(expr)
    if (literal && typeof literal.value === 'string' && !sound(literal.value)) {
      issues.push({ message: `invalid ${declaration.name} argument`, offset: literal.offset })
    }
  }
  return issues
}

function literalOf(expr: Expr): Extract<Expr, { kind: 'literal' }> | undefined {
  const argument = (expr as Call).args.at(-1)
  return argument?.kind === 'literal' ? argument : undefined
}
