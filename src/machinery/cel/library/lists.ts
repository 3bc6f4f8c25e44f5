import { elements } from './costs.ts'
import { compare, equal } from '../equality.ts'
import { declare, method } from '../declarations.ts'
import { addNumbers } from '../numbers.ts'
import { durationOf } from '../time.ts'
import { BOOL, BYTES, DOUBLE, DURATION, INT, STRING, TIMESTAMP, UINT, listType, param } from '../types.ts'
import { Double, Duration, EvalFailure, Uint, fail } from '../values.ts'
import type { FunctionDeclaration, Library, Overload } from '../declarations.ts'
import type { Type } from '../types.ts'
import type { List, Value } from '../values.ts'

const A = param('A')
export const COMPARABLE: readonly (readonly [string, Type])[] = [
  ['int', INT], ['uint', UINT], ['double', DOUBLE], ['bool', BOOL], ['duration', DURATION], ['timestamp', TIMESTAMP], ['string', STRING], ['bytes', BYTES],
]
const ZEROS: readonly (readonly [string, Type, Value])[] = [['int', INT, 0], ['uint', UINT, new Uint(0n)], ['double', DOUBLE, new Double(0)], ['duration', DURATION, new Duration(0n)]]

const sumOf = (zero: Value) => (list: List): Value =>
  [...list].reduce((sum, value) => (sum instanceof Duration && value instanceof Duration ? durationOf(sum.nanos + value.nanos) : addNumbers(sum, value)), zero)

/** What has no order counts as equal here. */
function safeOrder(a: Value, b: Value): number {
  try {
    return compare(a, b)
  } catch (error) {
    if (error instanceof EvalFailure) return 0
    throw error
  }
}

function isSorted(list: List): boolean {
  const values = [...list]
  return values.every((value, i) => i === 0 || safeOrder(values[i - 1]!, value) <= 0)
}

const best = (name: string, isBetter: (order: number) => boolean) => (list: List): Value => {
  const values = [...list]
  if (values.length === 0) return fail(`${name} called on empty list`)
  return values.reduce((found, value) => (isBetter(safeOrder(value, found)) ? value : found))
}

const perType = (name: string, make: (id: string, type: Type) => Overload): FunctionDeclaration => declare(name, ...COMPARABLE.map(([id, type]) => make(id, type)))

/** Kubernetes' functions on lists. */
export const lists: Library = {
  name: 'kubernetes.lists',
  functions: [
    perType('isSorted', (id, type) => method(`list_${id}_is_sorted_bool`, [listType(type)], BOOL, isSorted, elements)),
    declare('sum', ...ZEROS.map(([id, type, zero]) => method(`list_${id}_sum_${id}`, [listType(type)], type, sumOf(zero), elements))),
    perType('max', (id, type) => method(`list_${id}_max_${id}`, [listType(type)], type, best('max', order => order > 0), elements)),
    perType('min', (id, type) => method(`list_${id}_min_${id}`, [listType(type)], type, best('min', order => order < 0), elements)),
    declare('indexOf', method('list_a_index_of_int', [listType(A), A], INT, (list: List, value: Value) => [...list].findIndex(element => equal(element, value)), elements)),
    declare('lastIndexOf', method('list_a_last_index_of_int', [listType(A), A], INT, (list: List, value: Value) => [...list].findLastIndex(element => equal(element, value)), elements)),
  ],
}
