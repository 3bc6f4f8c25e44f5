import { formatString } from './string-format.ts'
import { traversal, elements } from './costs.ts'
import { printed } from '../access.ts'
import { declare, method, overload } from '../declarations.ts'
import { TRAVERSAL, add, multiply, scale } from '../sizes.ts'
import { DYN, INT, STRING, listType } from '../types.ts'
import { ArrayList, affordCharacters, fail, sizeOf, stringSize } from '../values.ts'
import type { CostModel, EstimatedCall, Library } from '../declarations.ts'
import type { Size } from '../sizes.ts'
import type { List, Value } from '../values.ts'

const STRINGS = listType(STRING)
const outOfRange = (position: number): never => fail(`index out of range: ${position}`)

function charAt(text: string, position: number): string {
  const characters = [...text]
  return position < 0 || position > characters.length ? outOfRange(position) : characters[position] ?? ''
}

/** Where the character with this number begins. */
function unitAt(text: string, position: number): number {
  let unit = 0
  for (let i = 0; i < position && unit < text.length; i++) unit += text.codePointAt(unit)! > 0xffff ? 2 : 1
  return unit
}
const positionOf = (text: string, unit: number): number => (unit < 0 ? -1 : stringSize(text.slice(0, unit)))

function indexOf(text: string, part: string, offset = 0): number {
  if (part === '') return offset
  if (offset < 0) return outOfRange(offset)
  const unit = text.indexOf(part, unitAt(text, offset))
  return unit < 0 ? -1 : positionOf(text, unit)
}

function lastIndexOf(text: string, part: string, offset?: number): number {
  const size = stringSize(text)
  if (part === '') return offset ?? size
  if (offset !== undefined && offset < 0) return outOfRange(offset)
  if (offset !== undefined && offset >= size) return -1
  return positionOf(text, text.lastIndexOf(part, offset === undefined ? Infinity : unitAt(text, offset)))
}

function replace(text: string, old: string, by: string, count = -1): string {
  const most = old === '' ? text.length + 1 : text.length / old.length
  affordCharacters(text.length + Math.min(most, count < 0 ? Infinity : count) * by.length)
  if (count < 0) return old === '' ? [...text].reduce((all, character) => all + character + by, by) : text.replaceAll(old, () => by)
  let [result, rest, left] = ['', text, count]
  while (left-- > 0) {
    const at = old === '' ? 0 : rest.indexOf(old)
    if (at < 0) break
    const first = old === '' ? String.fromCodePoint(...[rest.codePointAt(0)].filter(code => code !== undefined)) : ''
    result += rest.slice(0, at) + by + first
    rest = rest.slice(at + (old === '' ? first.length : old.length))
    if (old === '' && first === '') break
  }
  return result + rest
}

function split(text: string, separator: string, count = -1): List {
  const parts = separator === '' ? [...text] : text.split(separator)
  if (count === 0) return new ArrayList([])
  if (count < 0 || parts.length <= count) return new ArrayList(parts)
  return new ArrayList([...parts.slice(0, count - 1), parts.slice(count - 1).join(separator)])
}

function substring(text: string, start: number, end?: number): string {
  const characters = [...text]
  if (end !== undefined && start > end) fail(`invalid substring range. start: ${start}, end: ${end}`)
  if (start < 0 || start > characters.length) outOfRange(start)
  if (end !== undefined && (end < 0 || end > characters.length)) outOfRange(end)
  return characters.slice(start, end).join('')
}

function join(list: List, separator = ''): string {
  const texts: string[] = []
  let size = 0
  for (const element of list) {
    const text = typeof element === 'string' ? element : fail(`join: invalid input: ${printed(element)}`)
    affordCharacters(size += text.length + separator.length)
    texts.push(text)
  }
  return texts.join(separator)
}

const ESCAPES: Readonly<Record<string, string>> = { '\x07': '\\a', '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\v': '\\v', '\\': '\\\\', '"': '\\"' }
// oxlint-disable-next-line no-control-regex
const quote = (text: string): string => `"${text.toWellFormed().replace(/[\x07\b\f\n\r\t\v\\"]/g, character => ESCAPES[character]!)}"`

const once = traversal({ keeps: true })
/** Go's white space. */
const WHITE_SPACE = /^[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+|[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+$/g

/** A replacement may make the string longer or shorter, depending on how long what is replaced is. */
const replaceCost: CostModel = {
  actual: ([text]) => Math.ceil(sizeOf(text!) * 2 * TRAVERSAL),
  estimate({ target, args: [old, by] }: EstimatedCall) {
    const [text, from, to] = [target!.size, old!.size, by!.size]
    const longest = from.min === 0 ? { count: text.max + 1, kept: text.max } : to.max <= from.min ? { count: 0, kept: text.max } : { count: Math.ceil(text.max / from.min), kept: 0 }
    const shortest = from.max === 0 ? { count: text.min + 1, kept: text.min } : from.max <= to.min ? { count: 0, kept: text.min } : { count: Math.ceil(text.min / from.max), kept: 0 }
    const size = add(multiply({ min: shortest.count, max: longest.count }, to), { min: shortest.kept, max: longest.kept })
    return { cost: scale(text, 2 * TRAVERSAL), size }
  },
}
const splitCost: CostModel = {
  actual: replaceCost.actual,
  estimate({ target, args: [, count] }) {
    const max = typeof count?.literal === 'number' ? count.literal : target!.size.max
    return { cost: scale(target!.size, 2 * TRAVERSAL), size: { min: 0, max } }
  },
}
const joinCost: CostModel = {
  afterwards: true,
  actual: (_, result) => Math.ceil(sizeOf(result) * 2 * TRAVERSAL),
  estimate({ target, args: [separator] }) {
    const { size: count, element } = target!
    const texts: Size = element ? multiply(count, element.size) : { min: 0, max: 0 }
    const size = separator ? add(texts, multiply(separator.size, { min: Math.max(0, count.min - 1), max: Math.max(0, count.max - 1) })) : texts
    return { cost: scale(size, TRAVERSAL), size }
  },
}
const formatCost: CostModel = { actual: ([text]) => Math.ceil(sizeOf(text!) * TRAVERSAL), estimate: ({ target }) => ({ cost: scale(target!.size, TRAVERSAL) }) }
const quoteCost: CostModel = {
  actual: formatCost.actual,
  estimate: ({ args: [text] }) => ({ cost: scale(text!.size, TRAVERSAL), size: { min: text!.size.min + 2, max: add(scale(text!.size, 2), { min: 2, max: 2 }).max } }),
}

/** Upstream's string extension, version 2. */
export const strings: Library = {
  name: 'strings',
  functions: [
    declare('charAt', method('string_char_at_int', [STRING, INT], STRING, charAt)),
    declare('indexOf', method('string_index_of_string', [STRING, STRING], INT, indexOf, elements), method('string_index_of_string_int', [STRING, STRING, INT], INT, indexOf, elements)),
    declare(
      'lastIndexOf', method('string_last_index_of_string', [STRING, STRING], INT, lastIndexOf, elements), method('string_last_index_of_string_int', [STRING, STRING, INT], INT, lastIndexOf, elements),
    ),
    declare('lowerAscii', method('string_lower_ascii', [STRING], STRING, (text: string) => text.replace(/[A-Z]+/g, part => part.toLowerCase()), once)),
    declare('upperAscii', method('string_upper_ascii', [STRING], STRING, (text: string) => text.replace(/[a-z]+/g, part => part.toUpperCase()), once)),
    declare('replace', method('string_replace_string_string', [STRING, STRING, STRING], STRING, replace, replaceCost), method('string_replace_string_string_int', [STRING, STRING, STRING, INT], STRING, replace, replaceCost)),
    declare('split', method('string_split_string', [STRING, STRING], STRINGS, split, splitCost), method('string_split_string_int', [STRING, STRING, INT], STRINGS, split, splitCost)),
    declare('substring', method('string_substring_int', [STRING, INT], STRING, substring, once), method('string_substring_int_int', [STRING, INT, INT], STRING, substring, once)),
    declare('trim', method('string_trim', [STRING], STRING, (text: string) => text.replace(WHITE_SPACE, ''), once)),
    declare('format', method('string_format', [STRING, listType(DYN)], STRING, formatString, formatCost)),
    declare('strings.quote', overload('strings_quote', [STRING], STRING, (text: string): Value => quote(text), quoteCost)),
    declare('join', method('list_join', [STRINGS], STRING, join, joinCost), method('list_join_string', [STRINGS, STRING], STRING, join, joinCost)),
  ],
}
