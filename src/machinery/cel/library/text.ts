import { declare, method, overload } from '../declarations.ts'
import { REGEX, TRAVERSAL, add, fixed, multiply, scale } from '../sizes.ts'
import { compileRegex } from '../regex.ts'
import { BOOL, STRING } from '../types.ts'
import { fail, sizeOf } from '../values.ts'
import type { CostModel, FunctionDeclaration, Overload } from '../declarations.ts'
import type { Value } from '../values.ts'

/** Prefix and suffix tests cost a traversal of what is looked at: of the string when run, of the affix beforehand. */
const affixCost: CostModel = {
  actual: ([text]) => Math.ceil(sizeOf(text!) * TRAVERSAL),
  estimate: ({ args: [affix] }) => ({ cost: scale(affix!.size, TRAVERSAL) }),
}
const containsCost: CostModel = {
  actual: ([text, part]) => Math.ceil(sizeOf(text!) * TRAVERSAL) * Math.ceil(sizeOf(part!) * TRAVERSAL),
  estimate: ({ target, args: [part] }) => ({ cost: multiply(scale(target!.size, TRAVERSAL), scale(part!.size, TRAVERSAL)) }),
}
/** A regular expression costs the length of the string times that of the pattern. */
export const regexCost: CostModel = {
  actual: ([text, pattern]) => Math.ceil((1 + sizeOf(text!)) * TRAVERSAL) * Math.ceil(sizeOf(pattern!) * REGEX),
  estimate: ({ target, args }) => (target ? { cost: multiply(scale(add(target.size, fixed(1)), TRAVERSAL), scale(args[0]!.size, REGEX)) } : undefined),
}

function matches(text: string, pattern: string): boolean {
  const regex = compileRegex(pattern)
  return 'error' in regex ? fail(regex.error) : regex.matcher(text).find()
}

/** A literal pattern is compiled once. */
function compiled([, pattern]: readonly (Value | undefined)[]): ReturnType<NonNullable<Overload['specialize']>> {
  const regex = typeof pattern === 'string' ? compileRegex(pattern) : undefined
  if (regex === undefined || 'error' in regex) return regex
  return value => (typeof value === 'string' ? regex.matcher(value).find() : fail('no such overload'))
}

/** What the language itself has on strings. */
export const text: readonly FunctionDeclaration[] = [
  declare('contains', method('contains_string', [STRING, STRING], BOOL, (whole: string, part: string) => whole.includes(part), containsCost)),
  declare('startsWith', method('starts_with_string', [STRING, STRING], BOOL, (whole: string, prefix: string) => whole.startsWith(prefix), affixCost)),
  declare('endsWith', method('ends_with_string', [STRING, STRING], BOOL, (whole: string, suffix: string) => whole.endsWith(suffix), affixCost)),
  declare(
    'matches', { ...overload('matches', [STRING, STRING], BOOL, matches, { ...regexCost, actual: () => 1 }), specialize: compiled },
    { ...method('matches_string', [STRING, STRING], BOOL, matches, regexCost), specialize: compiled },
  ),
]
