import { optionalIndex } from './operators.ts'
import { declare, method, overload } from '../declarations.ts'
import { callOf, listOf, literal, methodOf } from '../macros.ts'
import { BOOL, DYN, INT, STRING, listType, mapType, optionalType, param } from '../types.ts'
import { ArrayList, CelMap, Double, Duration, List, Optional, Timestamp, Uint, fail } from '../values.ts'
import type { Library } from '../declarations.ts'
import type { Expr } from '../ast.ts'
import type { Macro, MacroCall } from '../macros.ts'
import type { Value } from '../values.ts'

const V = param('V')
const K = param('K')
const OPTIONAL = optionalType(V)
const LIST = listType(V)
const MAP = mapType(K, V)

function isZero(value: Value): boolean {
  if (value === null || value === false || value === 0 || value === '') return true
  if (value instanceof List || value instanceof CelMap) return value.size === 0
  if (value instanceof Uint8Array) return value.length === 0
  if (value instanceof Double || value instanceof Uint) return Number(value.value) === 0
  if (value instanceof Duration) return value.nanos === 0n
  if (value instanceof Timestamp) return value.seconds === 0 && value.nanos === 0
  return value instanceof Optional && value.value === undefined
}

const valueOf = ({ value }: Optional): Value => (value === undefined ? fail('optional.none() dereference') : value)

/** Takes the values out of the optionals that have one. */
const unwrap = (list: List): Value =>
  new ArrayList([...list].flatMap(element => (!(element instanceof Optional) ? fail('value is not optional') : element.value === undefined ? [] : [element.value])))

/** `a.optMap(x, f)`: f of the value when there is one; the variable is bound, not looped over. */
const optMap = (name: string, wrap: (offset: number, mapped: Expr) => Expr): Macro => ({
  name, args: 2, method: true,
  expand({ offset, target, args: [variable, body], fail: report }: MacroCall) {
    if (variable?.kind !== 'ident') return report(`${name}() variable name must be a simple identifier`, variable!.offset)
    const bound: Expr = {
      kind: 'comprehension', range: listOf(offset), variable: '#unused', accumulator: variable.name, initial: methodOf(offset, target, 'value'),
      condition: literal(offset, false), step: { kind: 'ident', name: variable.name, offset }, result: body!, offset,
    }
    return callOf(offset, '_?_:_', methodOf(offset, target, 'hasValue'), wrap(offset, bound), callOf(offset, 'optional.none'))
  },
})

/** Values that may be absent. */
export const optionals: Library = {
  name: 'optionals',
  macros: [optMap('optMap', (offset, mapped) => callOf(offset, 'optional.of', mapped)), optMap('optFlatMap', (_, mapped) => mapped)],
  types: [optionalType(DYN)],
  functions: [
    declare('optional.of', overload('optional_of', [V], OPTIONAL, (value: Value) => new Optional(value))),
    declare('optional.ofNonZeroValue', overload('optional_ofNonZeroValue', [V], OPTIONAL, (value: Value) => new Optional(isZero(value) ? undefined : value))),
    declare('optional.none', overload('optional_none', [], OPTIONAL, () => new Optional(undefined))),
    declare('value', method('optional_value', [OPTIONAL], V, valueOf)),
    declare('hasValue', method('optional_hasValue', [OPTIONAL], BOOL, ({ value }: Optional) => value !== undefined)),
    declare('or', method('optional_or_optional', [OPTIONAL, OPTIONAL], OPTIONAL)),
    declare('orValue', method('optional_orValue_value', [OPTIONAL, V], V)),
    declare('_?._', overload('select_optional_field', [DYN, STRING], OPTIONAL)),
    declare(
      '_[?_]', overload('list_optindex_optional_int', [LIST, INT], OPTIONAL), overload('optional_list_optindex_optional_int', [optionalType(LIST), INT], OPTIONAL),
      overload('map_optindex_optional_value', [MAP, K], OPTIONAL), overload('optional_map_optindex_optional_value', [optionalType(MAP), K], OPTIONAL),
    ),
    optionalIndex,
    declare('optional.unwrap', overload('optional_unwrap', [listType(OPTIONAL)], LIST, unwrap)),
    declare('first', method('list_first', [LIST], OPTIONAL, (list: List) => new Optional(list.size > 0 ? list.at(0) : undefined))),
    declare('last', method('list_last', [LIST], OPTIONAL, (list: List) => new Optional(list.size > 0 ? list.at(list.size - 1) : undefined))),
    declare('unwrapOpt', method('optional_unwrapOpt', [listType(OPTIONAL)], LIST, unwrap)),
  ],
}
