import { equal } from '../equality.ts'
import { declare, overload } from '../declarations.ts'
import { ONE, add, multiply, scale } from '../sizes.ts'
import { BOOL, listType, param } from '../types.ts'
import { sizeOf } from '../values.ts'
import type { CostModel, FunctionDeclaration, Library } from '../declarations.ts'
import type { List } from '../values.ts'

const LIST = listType(param('T'))

const contains = (list: List, part: List): boolean => [...part].every(value => [...list].some(element => equal(element, value)))
const intersects = (a: List, b: List): boolean => [...a].some(value => [...b].some(element => equal(element, value)))

/** Every element of one may be compared with every element of the other. */
const cost = (factor: number): CostModel => ({
  actual: ([a, b]) => 1 + Math.floor(sizeOf(a!) * sizeOf(b!) * factor),
  estimate: ({ args: [a, b] }) => ({ cost: add(scale(multiply(a!.size, b!.size), factor), ONE) }),
})
const on = (name: string, factor: number, call: (a: List, b: List) => boolean): FunctionDeclaration =>
  declare(`sets.${name}`, overload(`list_sets_${name}_list`, [LIST, LIST], BOOL, call, cost(factor)))

/** Lists as sets. */
export const sets: Library = {
  name: 'sets',
  functions: [on('contains', 1, contains), on('equivalent', 2, (a, b) => contains(a, b) && contains(b, a)), on('intersects', 1, intersects)],
}
