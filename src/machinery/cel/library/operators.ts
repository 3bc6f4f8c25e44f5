import { compare } from '../equality.ts'
import { declare, method, overload } from '../declarations.ts'
import { addNumbers, divide, modulo, multiply, negate, refuseOperator, subtractNumbers } from '../numbers.ts'
import { TRAVERSAL, UNBOUNDED, add as addSizes, scale } from '../sizes.ts'
import { durationOf, nanosOf, timestampOf } from '../time.ts'
import { BOOL, BYTES, DOUBLE, DURATION, INT, STRING, TIMESTAMP, UINT, listType, mapType, optionalType, param } from '../types.ts'
import { ArrayList, CelMap, Double, Duration, GrowingList, JoinedList, List, Timestamp, Uint, affordElements, fail, isInt, mapKey, noSuchOverload, sizeOf, stringSize } from '../values.ts'
import { keyOf } from '../equality.ts'
import type { CostModel, FunctionDeclaration, Overload } from '../declarations.ts'
import type { Type } from '../types.ts'
import type { Value } from '../values.ts'

const A = param('A')
const B = param('B')
const LIST = listType(A)
const MAP = mapType(A, B)

const withDispatch = (declaration: FunctionDeclaration, dispatch: (...args: never[]) => Value): FunctionDeclaration => ({ ...declaration, dispatch })

/** Joining costs a traversal of the result, however the values come to be dyn. */
const joinCost: CostModel = {
  actual: ([a, b]) => (isJoined(a!) ? Math.ceil((sizeOf(a!) + sizeOf(b!)) * TRAVERSAL) : 1),
  estimate({ args: [a, b] }) {
    const size = addSizes(a!.size, b!.size)
    return { cost: scale(size, TRAVERSAL), size }
  },
}
const isJoined = (value: Value): boolean => typeof value === 'string' || value instanceof Uint8Array

/** Comparing strings costs a traversal of the shorter one. */
export const comparisonCost: CostModel = {
  actual: ([a, b]) => (isJoined(a!) && isJoined(b!) ? Math.ceil(Math.min(sizeOf(a!), sizeOf(b!)) * TRAVERSAL) : 1),
  estimate({ args: [a, b] }) {
    const max = Math.min(a!.size.max, b!.size.max)
    return { cost: scale({ min: max > 0 ? 1 : 0, max }, TRAVERSAL) }
  },
}
/** Kubernetes' own types are compared at a price of their own. */
const equalityCost: CostModel = {
  actual: comparisonCost.actual,
  estimate(call) {
    const [a, b] = call.args
    if (a!.type.name !== b!.type.name || a!.type.kind !== b!.type.kind) return comparisonCost.estimate(call)
    const flat = FLAT_TYPES.has(a!.type.name) ? 1 : a!.type.name === 'kubernetes.NamedFormat' ? 64 * TRAVERSAL : a!.type.name === 'kubernetes.URL' ? (b!.computed?.max ?? 1) * TRAVERSAL : undefined
    return flat === undefined ? comparisonCost.estimate(call) : { cost: { min: 1, max: Math.ceil(flat) } }
  },
}
const FLAT_TYPES = new Set([
  'net.IP', 'net.CIDR', 'kubernetes.Quantity', 'kubernetes.Semver', 'kubernetes.authorization.Authorizer', 'kubernetes.authorization.PathCheck', 'kubernetes.authorization.GroupCheck',
  'kubernetes.authorization.ResourceCheck', 'kubernetes.authorization.Decision',
])

const same = (id: string, type: Type, result: Type = type, cost?: CostModel): Overload => overload(id, [type, type], result, undefined, cost)

function add(a: Value, b: Value): Value {
  if (typeof a === 'string') return typeof b === 'string' ? a + b : noSuchOverload()
  if (a instanceof GrowingList) {
    a.values.push(...(b as List))
    return a
  }
  if (a instanceof List) return b instanceof List ? joinLists(a, b) : noSuchOverload()
  if (a instanceof Uint8Array) return b instanceof Uint8Array ? Uint8Array.from([...a, ...b]) : noSuchOverload()
  if (a instanceof Duration) return b instanceof Duration ? durationOf(a.nanos + b.nanos) : b instanceof Timestamp ? add(b, a) : noSuchOverload()
  if (a instanceof Timestamp) return b instanceof Duration ? timestampOf(nanosOf(a) + b.nanos, a.offset) : noSuchOverload()
  return addNumbers(a, b)
}

/** Lists of Kubernetes that are sets or have keys: what the right one has too replaces what the left one had, the rest is appended. */
function joinLists(a: List, b: List): List {
  const { keys } = a
  if (!keys) {
    affordElements(a.size + b.size)
    return a.size === 0 ? b : b.size === 0 ? a : new JoinedList(a, b)
  }
  if (keys.length === 0) {
    const present = new Set([...a].map(mapKey))
    return new KeyedList([...a, ...[...b].filter(value => !present.has(mapKey(value)))], keys)
  }
  const added = new Map([...b].map(value => [keyOf(value, keys), value]))
  const known = new Set([...a].map(value => keyOf(value, keys)))
  const kept = [...a].map(value => added.get(keyOf(value, keys)) ?? value)
  return new KeyedList([...kept, ...[...b].filter(value => !known.has(keyOf(value, keys)))], keys)
}

class KeyedList extends ArrayList {
  private readonly by: readonly string[]
  constructor(values: readonly Value[], by: readonly string[]) {
    super(values)
    this.by = by
  }
  override get keys(): readonly string[] {
    return this.by
  }
}

function subtract(a: Value, b: Value): Value {
  if (a instanceof Duration) return b instanceof Duration ? durationOf(a.nanos - b.nanos) : noSuchOverload()
  if (!(a instanceof Timestamp)) return subtractNumbers(a, b)
  if (b instanceof Duration) return timestampOf(nanosOf(a) - b.nanos, a.offset)
  return b instanceof Timestamp ? durationOf(nanosOf(a) - nanosOf(b)) : noSuchOverload()
}

const size = (value: Value): Value => {
  if (typeof value === 'string') return stringSize(value)
  return value instanceof List || value instanceof CelMap ? value.size : value instanceof Uint8Array ? value.length : fail('no such overload: size')
}

/** `<` and its kin, for every pair of types that has an order. */
function ordering(operator: string, name: string, holds: (order: number) => boolean): FunctionDeclaration {
  const numbers: readonly (readonly [string, Type])[] = [['int64', INT], ['uint64', UINT], ['double', DOUBLE]]
  const mixed = numbers.flatMap(([left, a]) => numbers.filter(([right]) => right !== left).map(([right, b]) => overload(`${name}_${left}_${right}`, [a, b], BOOL)))
  const declaration = declare(
    operator, same(`${name}_bool`, BOOL), ...numbers.map(([id, type]) => same(`${name}_${id}`, type, BOOL)), ...mixed,
    same(`${name}_string`, STRING, BOOL, comparisonCost), same(`${name}_bytes`, BYTES, BOOL, comparisonCost),
    same(`${name}_timestamp`, TIMESTAMP, BOOL), same(`${name}_duration`, DURATION, BOOL),
  )
  return withDispatch(declaration, (a: Value, b: Value) => {
    if (typeof a === 'number' && typeof b === 'number') return holds(a - b)
    return isOrdered(a) ? holds(compare(a, b)) : refuseOperator(operator, a)
  })
}

const isOrdered = (value: Value): boolean =>
  typeof value === 'string' || typeof value === 'boolean' || isInt(value) || value instanceof Double || value instanceof Uint || value instanceof Uint8Array || value instanceof Timestamp || value instanceof Duration

const listJoin: CostModel = { actual: () => 1, estimate: ({ args: [a, b] }) => ({ cost: { min: 1, max: 1 }, size: addSizes(a!.size, b!.size) }) }
const inList: CostModel = { actual: ([, list]) => sizeOf(list!), estimate: ({ args: [, list] }) => ({ cost: list!.size.max === UNBOUNDED ? { min: list!.size.min, max: UNBOUNDED } : list!.size }) }
const elementOf = (id: string, container: Type, cost?: CostModel): Overload => overload(id, [A, container], BOOL, undefined, cost)

/** The operators, `size` and `in` of the language. */
export const operators: readonly FunctionDeclaration[] = [
  declare('_?_:_', overload('conditional', [BOOL, A, A], A)),
  declare('_&&_', same('logical_and', BOOL)),
  declare('_||_', same('logical_or', BOOL)),
  declare('@not_strictly_false', overload('not_strictly_false', [BOOL], BOOL)),
  declare('_==_', overload('equals', [A, A], BOOL, undefined, equalityCost)),
  declare('_!=_', overload('not_equals', [A, A], BOOL, undefined, comparisonCost)),
  withDispatch(declare('!_', overload('logical_not', [BOOL], BOOL)), (value: Value) => (typeof value === 'boolean' ? !value : noSuchOverload())),
  withDispatch(declare(
    '_+_', same('add_bytes', BYTES, BYTES, joinCost), same('add_double', DOUBLE), same('add_duration_duration', DURATION), overload('add_duration_timestamp', [DURATION, TIMESTAMP], TIMESTAMP),
    overload('add_timestamp_duration', [TIMESTAMP, DURATION], TIMESTAMP), same('add_int64', INT), same('add_list', LIST, LIST, listJoin), same('add_string', STRING, STRING, joinCost), same('add_uint64', UINT),
  ), add),
  withDispatch(declare(
    '_-_', same('subtract_double', DOUBLE), same('subtract_duration_duration', DURATION), same('subtract_int64', INT), overload('subtract_timestamp_duration', [TIMESTAMP, DURATION], TIMESTAMP),
    overload('subtract_timestamp_timestamp', [TIMESTAMP, TIMESTAMP], DURATION), same('subtract_uint64', UINT),
  ), subtract),
  withDispatch(declare('_*_', same('multiply_double', DOUBLE), same('multiply_int64', INT), same('multiply_uint64', UINT)), multiply),
  withDispatch(declare('_/_', same('divide_double', DOUBLE), same('divide_int64', INT), same('divide_uint64', UINT)), divide),
  withDispatch(declare('_%_', same('modulo_int64', INT), same('modulo_uint64', UINT)), modulo),
  withDispatch(declare('-_', overload('negate_double', [DOUBLE], DOUBLE), overload('negate_int64', [INT], INT)), negate),
  ordering('_<_', 'less', order => order < 0),
  ordering('_<=_', 'less_equals', order => order <= 0),
  ordering('_>_', 'greater', order => order > 0),
  ordering('_>=_', 'greater_equals', order => order >= 0),
  declare('_[_]', overload('index_list', [LIST, INT], A), overload('index_map', [MAP, A], B)),
  declare('@in', elementOf('in_list', LIST, inList), elementOf('in_map', MAP)),
  withDispatch(declare(
    'size', ...([['bytes', BYTES], ['list', LIST], ['map', MAP], ['string', STRING]] as const).flatMap(([name, type]) => [overload(`size_${name}`, [type], INT), method(`${name}_size`, [type], INT)]),
  ), size),
]

/** The overloads that only environments with optionals have. */
export const optionalIndex: FunctionDeclaration = declare(
  '_[_]', overload('optional_list_index_int', [optionalType(LIST), INT], optionalType(A)), overload('optional_map_index_value', [optionalType(MAP), A], optionalType(B)),
)
