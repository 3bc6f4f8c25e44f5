import { findCost } from './costs.ts'
import { compileRegex } from '../regex.ts'
import { declare, method } from '../declarations.ts'
import { INT, STRING, listType } from '../types.ts'
import { ArrayList, fail } from '../values.ts'
import type { RE2JS } from 're2js'
import type { Library, Overload } from '../declarations.ts'
import type { Value } from '../values.ts'

function compiled(pattern: string): RE2JS {
  const regex = compileRegex(pattern)
  return 'error' in regex ? fail(`Illegal regex: ${regex.error}`) : regex
}

function find(text: string, regex: RE2JS): string {
  const matcher = regex.matcher(text)
  return matcher.find() ? matcher.group() ?? '' : ''
}

function findAll(text: string, regex: RE2JS, limit: number): Value {
  const matcher = regex.matcher(text)
  const found: string[] = []
  while ((limit < 0 || found.length < limit) && matcher.find()) found.push(matcher.group() ?? '')
  return new ArrayList(found)
}

/** A literal pattern is compiled once. */
const prepared = (constants: readonly (Value | undefined)[], call: (text: string, regex: RE2JS, limit?: number) => Value): ReturnType<NonNullable<Overload['specialize']>> => {
  const regex = typeof constants[1] === 'string' ? compileRegex(constants[1]) : undefined
  return regex === undefined || 'error' in regex ? regex : ((text, _, limit) => (typeof text === 'string' ? call(text, regex, limit === undefined ? undefined : Number(limit as number)) : fail('no such overload')))
}

/** Parts of strings that match. */
export const regexes: Library = {
  name: 'kubernetes.regex',
  functions: [
    declare('find', { ...method('string_find_string', [STRING, STRING], STRING, (text: string, pattern: string) => find(text, compiled(pattern)), findCost), specialize: constants => prepared(constants, find) }),
    declare(
      'findAll',
      {
        ...method('string_find_all_string', [STRING, STRING], listType(STRING), (text: string, pattern: string) => findAll(text, compiled(pattern), -1), findCost),
        specialize: constants => prepared(constants, (text, regex) => findAll(text, regex, -1)),
      },
      {
        ...method('string_find_all_string_int', [STRING, STRING, INT], listType(STRING), (text: string, pattern: string, limit: number) => findAll(text, compiled(pattern), limit), findCost),
        specialize: constants => prepared(constants, (text, regex, limit = -1) => findAll(text, regex, limit)),
      },
    ),
  ],
}
