import type { Call, Expr } from './ast.ts'
import type { Checked } from './checker.ts'
import type { Issue } from './issues.ts'
import type { Kind } from './types.ts'

const SHOWN: readonly Kind[] = ['list', 'map', 'int', 'uint', 'double', 'bool', 'string', 'timestamp', 'bytes', 'duration', 'type', 'null']

interface Clause {
  readonly kinds: readonly Kind[]
  readonly wording: string
}

/** What each clause of `format` takes, and how a message says so. */
export const CLAUSES: Readonly<Record<string, Clause>> = {
  s: { kinds: SHOWN, wording: 'string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps' },
  d: { kinds: ['int', 'uint'], wording: 'decimal clause can only be used on integers' },
  f: { kinds: ['double', 'string'], wording: 'fixed-point clause can only be used on doubles' },
  e: { kinds: ['double', 'string'], wording: 'scientific clause can only be used on doubles' },
  b: { kinds: ['int', 'uint', 'bool'], wording: 'only integers and bools can be formatted as binary' },
  x: { kinds: ['int', 'uint', 'string', 'bytes'], wording: 'only integers, byte buffers, and strings can be formatted as hex' },
  X: { kinds: ['int', 'uint', 'string', 'bytes'], wording: 'only integers, byte buffers, and strings can be formatted as hex' },
  o: { kinds: ['int', 'uint'], wording: 'octal clause can only be used on integers' },
}

/** Clauses of a format, in order; a broken one ends them with what is wrong. */
export function clausesOf(template: string): ({ readonly verb: string } | { readonly error: string })[] {
  const clauses: ({ verb: string } | { error: string })[] = []
  for (const [, precision, verb] of template.matchAll(/%(?:%|(\.[0-9]*)?(.?))/gsu)) {
    if (verb === undefined) continue
    const error = verb === '' ? (precision ? 'could not parse formatting clause: error while parsing precision: could not find end of precision specifier' : 'unexpected end of string')
      : verb in CLAUSES ? undefined : `could not parse formatting clause: unrecognized formatting clause "${verb}"`
    clauses.push(error === undefined ? { verb } : { error })
    if (error !== undefined) break
  }
  return clauses
}

/** A literal format with a literal list of arguments can be checked beforehand. */
export function checkFormat(checked: Checked, call: Call): Issue[] {
  const [list] = call.args
  if (call.target?.kind !== 'literal' || typeof call.target.value !== 'string' || list?.kind !== 'list') return []
  const args = list.elements.map(({ value }) => value)
  const clauses = clausesOf(call.target.value)
  for (const [i, clause] of clauses.entries()) {
    const argument = args[i]
    if ('error' in clause) return [{ message: argument || clause.error !== 'unexpected end of string' ? clause.error : `index ${i} out of range`, offset: call.offset }]
    // The checker asks for arguments without looking whether they are there: upstream's index check comes first.
    if (!argument) return [{ message: `index ${i} out of range`, offset: call.offset }]
    const bad = unfit(checked, argument, clause.verb)
    if (bad) return [{ message: `error during formatting: ${CLAUSES[clause.verb]!.wording}, was given ${checked.types.get(bad)!.name}`, offset: bad.offset }]
  }
  if (args.length <= clauses.length) return []
  return [{ message: `too many arguments supplied to string.format (expected ${clauses.length}, got ${args.length})`, offset: call.offset }]
}

/** The expression whose type the clause does not take; `%s` looks into lists and maps. */
function unfit(checked: Checked, expr: Expr, verb: string): Expr | undefined {
  const { kind } = checked.types.get(expr)!
  if (kind !== 'dyn' && !CLAUSES[verb]!.kinds.includes(kind)) return expr
  if (verb !== 's') return undefined
  const parts = expr.kind === 'list' ? expr.elements.map(({ value }) => value) : expr.kind === 'map' ? expr.entries.flatMap(({ key, value }) => [key, value]) : []
  for (const part of parts) {
    const bad = unfit(checked, part, verb)
    if (bad) return bad
  }
  return undefined
}
