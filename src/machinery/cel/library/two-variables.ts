import { GrowingMap, CelMap, EntryMap, fail, mapKey } from '../values.ts'
import { printed } from '../access.ts'
import { declare, overload } from '../declarations.ts'
import { all, callOf, collect, exists, existsOne, ident, literal, loopMacro } from '../macros.ts'
import { mapType, param } from '../types.ts'
import type { Library } from '../declarations.ts'
import type { Expr } from '../ast.ts'
import type { Loop, Macro } from '../macros.ts'
import type { MapKey, Value } from '../values.ts'

const K = param('K')
const V = param('V')
const MAP = mapType(K, V)

function insert(map: CelMap, entries: readonly (readonly [Value, Value])[]): CelMap {
  const growing: Map<MapKey, readonly [Value, Value]> = map instanceof GrowingMap ? map.growing : new Map([...map.keys()].map(key => [mapKey(key), [key, map.find(key)!]]))
  for (const entry of entries) {
    const key = mapKey(entry[0])
    if (growing.has(key)) fail(`insert failed: key ${printed(entry[0])} already exists`)
    growing.set(key, entry)
  }
  return map instanceof GrowingMap ? map : new EntryMap(growing)
}

/** Builds a map, for the entries that pass the filter when there is one. */
function gather(offset: number, accumulator: Expr, inserted: readonly Expr[], filter?: Expr): Omit<Loop, 'variables'> {
  const step = callOf(offset, 'cel.@mapInsert', accumulator, ...inserted)
  const filtered = filter ? callOf(offset, '_?_:_', filter, step, accumulator) : step
  return { initial: { kind: 'map', entries: [], offset }, condition: literal(offset, true), step: filtered, result: accumulator }
}

/** The macro without a filter, and with one before its last argument. */
const transforms = (name: string, body: (offset: number, accumulator: Expr, key: string, value: Expr, filter?: Expr) => Omit<Loop, 'variables'>): Macro[] => [
  loopMacro(name, 2, 1, ({ offset, args }, [key], accumulator) => body(offset, accumulator, key!, args[2]!)),
  loopMacro(name, 2, 2, ({ offset, args }, [key], accumulator) => body(offset, accumulator, key!, args[3]!, args[2]!)),
]

/** Macros with a variable for the index or key and one for the value. */
export const twoVariables: Library = {
  name: 'two-variable comprehensions',
  macros: [
    loopMacro('all', 2, 1, all), loopMacro('exists', 2, 1, exists), loopMacro('existsOne', 2, 1, existsOne), loopMacro('exists_one', 2, 1, existsOne),
    ...transforms('transformList', (offset, accumulator, _, value, filter) => collect(offset, accumulator, value, filter)),
    ...transforms('transformMap', (offset, accumulator, key, value, filter) => gather(offset, accumulator, [ident(offset, key), value], filter)),
    ...transforms('transformMapEntry', (offset, accumulator, _, value, filter) => gather(offset, accumulator, [value], filter)),
  ],
  functions: [
    declare(
      'cel.@mapInsert', overload('@mapInsert_map_key_value', [MAP, K, V], MAP, (map: CelMap, key: Value, value: Value) => insert(map, [[key, value]])),
      overload('@mapInsert_map_map', [MAP, MAP], MAP, (map: CelMap, more: CelMap) => insert(map, [...more.keys()].map(key => [key, more.find(key)!]))),
    ),
  ],
}
