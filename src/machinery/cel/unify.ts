import { isDyn, isDynOrError, sameType } from './types.ts'
import type { Type } from './types.ts'

/** What the type parameters of one check stand for so far. */
export type Substitutions = ReadonlyMap<string, Type>

const scalars = new Set(['bool', 'bytes', 'double', 'int', 'string', 'uint'])

/** Whether a value of type `from` may stand where `to` is wanted (or the other way round where one is a parameter); the substitutions that make it so. */
export function assign(known: Substitutions, from: Type, to: Type): Substitutions | undefined {
  const draft = new Map(known)
  return assignable(draft, from, to) ? draft : undefined
}

/** The same for a whole list of arguments. */
export function assignAll(known: Substitutions, from: readonly Type[], to: readonly Type[]): Substitutions | undefined {
  const draft = new Map(known)
  return allAssignable(draft, from, to) ? draft : undefined
}

const allAssignable = (map: Map<string, Type>, from: readonly Type[], to: readonly Type[]): boolean =>
  from.length === to.length && from.every((type, i) => assignable(map, type, to[i]!))

function assignable(map: Map<string, Type>, a: Type, b: Type): boolean {
  if (b.kind === 'param') {
    const outcome = bind(map, a, b)
    if (outcome !== 'unbound') return outcome === 'bound'
  }
  if (a.kind === 'param') return bind(map, b, a) === 'bound'
  if (isDynOrError(a) || isDynOrError(b)) return true
  if (a.kind === 'null') return isNullable(b)
  if (b.kind === 'null') return isNullable(a)
  if (a.kind === 'wrapper' || b.kind === 'wrapper') {
    const [x, y] = [a.kind === 'wrapper' ? a.params[0]! : a, b.kind === 'wrapper' ? b.params[0]! : b]
    return x.kind === y.kind
  }
  if (a.kind !== b.kind) return false
  if (scalars.has(a.kind) || a.kind === 'type') return true
  return a.name === b.name && allAssignable(map, a.params, b.params)
}

const isNullable = (type: Type): boolean => ['opaque', 'object', 'any', 'duration', 'timestamp', 'null', 'wrapper'].includes(type.kind)

/** Takes `type` for the parameter: it does already stand for it, may from now on, or cannot (`clash`: it stands for something else). */
function bind(map: Map<string, Type>, type: Type, parameter: Type): 'bound' | 'clash' | 'unbound' {
  if (type.kind === 'param' && type.name === parameter.name) return 'bound'
  const known = map.get(parameter.name)
  if (known) {
    if (sameType(type, known)) return 'bound'
    if (!assignable(map, type, known)) return 'clash'
    const general = moreGeneral(type, known)
    if (!occursIn(map, parameter, general)) map.set(parameter.name, general)
    return 'bound'
  }
  if (occursIn(map, parameter, type)) return 'unbound'
  map.set(parameter.name, type)
  return 'bound'
}

function occursIn(map: Map<string, Type>, parameter: Type, type: Type): boolean {
  if (type.kind !== 'param') return type.params.some(inner => occursIn(map, parameter, inner))
  if (type.name === parameter.name) return true
  const known = map.get(type.name)
  return known !== undefined && occursIn(map, parameter, known)
}

/** The more general of two types that are known to go together. */
export const moreGeneral = (a: Type, b: Type): Type => (isLessSpecific(a, b) ? a : b)

function isLessSpecific(a: Type, b: Type): boolean {
  if (isDyn(a) || a.kind === 'param') return true
  if (isDyn(b) || b.kind === 'param') return false
  if (a.kind === 'wrapper' && b.kind === a.params[0]!.kind) return true
  if (a.kind === 'null' && isNullable(b)) return false
  if (a.kind !== b.kind) return false
  if (a.kind === 'type') return true
  return a.name === b.name && a.params.length === b.params.length && a.params.every((type, i) => isLessSpecific(type, b.params[i]!))
}

/** Replaces the parameters by what they stand for; the free ones become dyn when `freeIsDyn`. */
export function substitute(map: Substitutions, type: Type, freeIsDyn: boolean, dyn: Type): Type {
  if (type.kind === 'param') {
    const known = map.get(type.name)
    if (known) return substitute(map, known, freeIsDyn, dyn)
    return freeIsDyn ? dyn : type
  }
  if (type.params.length === 0) return type
  const params = type.params.map(inner => substitute(map, inner, freeIsDyn, dyn))
  return params.every((inner, i) => inner === type.params[i]) ? type : { ...type, params }
}
