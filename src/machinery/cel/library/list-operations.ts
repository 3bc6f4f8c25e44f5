import { ANY_SIZE, allocated, allocating, literalInt } from './costs.ts'
import { COMPARABLE } from './lists.ts'
import { compare, equal } from '../equality.ts'
import { declare, method, overload } from '../declarations.ts'
import { collect, ident, listOf, literal, methodOf } from '../macros.ts'
import { ACCUMULATOR } from '../ast.ts'
import { fixed, multiply } from '../sizes.ts'
import { BYTES, DYN, INT, STRING, listType, param } from '../types.ts'
import { ArrayList, List, affordElements, fail, sizeOf, typeOf } from '../values.ts'
import type { CostModel, Library } from '../declarations.ts'
import type { Expr } from '../ast.ts'
import type { Macro } from '../macros.ts'
import type { Type } from '../types.ts'
import type { Value } from '../values.ts'

const T = param('T')
const LIST = listType(T)
const DYNS = listType(DYN)

function slice(list: List, start: number, end: number): Value {
  if (start < 0 || end < 0) return fail(`cannot slice(${start}, ${end}), negative indexes not supported`)
  if (start > end) return fail(`cannot slice(${start}, ${end}), start index must be less than or equal to end index`)
  return list.size < end ? fail(`cannot slice(${start}, ${end}), list is length ${list.size}`) : new ArrayList([...list].slice(start, end))
}

function flatten(list: List, depth = 1): Value {
  if (depth < 0) return fail('level must be non-negative')
  const result: Value[] = []
  const flat = (values: List, left: number): void => {
    for (const value of values) {
      if (value instanceof List && left > 0) flat(value, left - 1)
      else affordElements(result.push(value))
    }
  }
  flat(list, depth)
  return new ArrayList(result)
}

function sortByKeys(list: List, keys: List): Value {
  const known = [...keys]
  if (list.size !== known.length) return fail(`@sortByAssociatedKeys() expected a list of the same size as the associated keys list, but got ${list.size} and ${known.length} elements respectively`)
  if (known.some(key => !COMPARABLE.some(([, type]) => type.name === typeOf(key).name))) return fail('list elements must be comparable')
  if (known.some(key => typeOf(key).name !== typeOf(known[0]!).name)) return fail('list elements must have the same type')
  const order = known.map((_, i) => i).sort((a, b) => compare(known[a]!, known[b]!) || a - b)
  return new ArrayList(order.map(i => list.at(i)))
}

function distinct(list: List): Value {
  const known: Value[] = []
  for (const value of list) if (!known.some(other => equal(other, value))) known.push(value)
  return new ArrayList(known)
}

function range(count: number | bigint): Value {
  affordElements(Number(count))
  return new ArrayList(Array.from({ length: Math.max(0, Number(count)) }, (_, i) => i))
}

const resultCost = (size: CostModel['estimate']): CostModel => ({ actual: (_, result) => allocated(1, sizeOf(result)), estimate: size, afterwards: true })
const sliceCost = resultCost(({ target, args: [start, end] }) => allocating(1, fixed(Math.max(0, literalInt(end, target!.size.max) - literalInt(start, 0)))))
const rangeCost = resultCost(({ args: [count] }) => allocating(1, fixed(literalInt(count, ANY_SIZE))))
const reverseCost = resultCost(({ target }) => allocating(1, target!.size))
const flattenCost: CostModel = {
  actual: ([list, depth]) => allocated(depth === undefined ? 1 : Number(depth as number), sizeOf(list!)),
  estimate: ({ target, args: [depth] }) => allocating(depth ? literalInt(depth, ANY_SIZE) : 1, target!.size),
}

/** Every element may be compared with every other. */
const selfCompare = (list: Value): number => {
  const first = list instanceof List && list.size > 0 ? list.at(0) : undefined
  return allocated(typeof first === 'string' || first instanceof Uint8Array ? 2.1 : 2, sizeOf(list) ** 2)
}
const distinctCost: CostModel = { actual: ([list]) => selfCompare(list!), estimate: ({ target }) => allocating(2, multiply(target!.size, target!.size)) }
const sortFactor = (type: Type): number => (type === STRING || type === BYTES ? 2.1 : 2)
const sortCost = (type: Type): CostModel => ({ actual: ([list]) => selfCompare(list!), estimate: ({ target }) => allocating(sortFactor(type), multiply(target!.size, target!.size)) })
const sortByCost = (type: Type): CostModel => ({ actual: ([, keys]) => selfCompare(keys!), estimate: ({ args: [keys] }) => allocating(sortFactor(type), multiply(keys!.size, keys!.size)) })

/** `list.sortBy(x, key)`: the list is bound to a name, its keys are made by a loop. */
const sortBy: Macro = {
  name: 'sortBy', args: 2, method: true,
  expand({ offset, target, args: [variable, key], fail: report }) {
    if (target.kind === 'literal' || target.kind === 'map' || target.kind === 'struct') {
      return report('sortBy can only be applied to a list, identifier, comprehension, call or select expression', target.offset)
    }
    if (variable?.kind !== 'ident') return report('argument is not an identifier', variable!.offset)
    const input = '@__sortBy_input__'
    const keys: Expr = { kind: 'comprehension', range: ident(offset, input), variable: variable.name, accumulator: ACCUMULATOR, ...collect(offset, ident(offset, ACCUMULATOR), key!), offset }
    return {
      kind: 'comprehension', range: listOf(offset), variable: '#unused', accumulator: input, initial: target, condition: literal(offset, false),
      step: ident(offset, input), result: methodOf(offset, ident(offset, input), '@sortByAssociatedKeys', keys), offset,
    }
  },
}

/** Upstream's list extension, version 3. */
export const listOperations: Library = {
  name: 'lists',
  macros: [sortBy],
  functions: [
    declare('slice', method('list_slice', [LIST, INT, INT], LIST, slice, sliceCost)),
    declare('flatten', method('list_flatten', [listType(LIST)], LIST, flatten, flattenCost), method('list_flatten_int', [DYNS, INT], DYNS, flatten, flattenCost)),
    declare('sort', ...COMPARABLE.map(([, type]) => method(`list_${type.name}_sort`, [listType(type)], listType(type), (list: List) => sortByKeys(list, list), sortCost(type)))),
    declare('@sortByAssociatedKeys', ...COMPARABLE.map(([, type]) => method(`list_${type.name}_sortByAssociatedKeys`, [LIST, listType(type)], LIST, sortByKeys, sortByCost(type)))),
    declare('lists.range', overload('lists_range', [INT], listType(INT), range, rangeCost)),
    declare('reverse', method('list_reverse', [LIST], LIST, (list: List) => new ArrayList([...list].toReversed()), reverseCost)),
    declare('distinct', method('list_distinct', [LIST], LIST, distinct, distinctCost)),
  ],
}
