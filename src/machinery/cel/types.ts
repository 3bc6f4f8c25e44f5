/**
 * CEL's types. A type is a value: kind, name and parameters decide what it is; whatever else it carries (fields, how JSON is read, bounds of
 * sizes) is knowledge about one declaration and takes no part in comparisons.
 */
export type Kind =
  | 'dyn' | 'error' | 'null' | 'bool' | 'int' | 'uint' | 'double' | 'string' | 'bytes' | 'timestamp' | 'duration'
  | 'list' | 'map' | 'object' | 'opaque' | 'type' | 'param' | 'wrapper' | 'any'

export interface Type {
  readonly kind: Kind
  readonly name: string
  readonly params: readonly Type[]
  /** The type of an object's field; undefined when there is no such field. */
  readonly field?: ((name: string) => ObjectField | undefined) | undefined
  /** A list whose order does not matter when compared: by whole elements (`[]`), or by these keys. */
  readonly listKeys?: readonly string[] | undefined
  /** Upper bound of the size: characters, bytes, items or entries. */
  readonly maxSize?: number | undefined
  /** Makes the CEL value of a JSON value where the type alone does not say how. */
  readonly read?: ((raw: unknown) => unknown) | undefined
}

/** What an object type says about one field. */
export interface ObjectField {
  readonly type: Type
  /** The property that holds it, where CEL has to write the name in another way. */
  readonly property?: string
}

const NONE: readonly Type[] = []
const simple = (kind: Kind, name: string = kind): Type => ({ kind, name, params: NONE })

export const DYN = simple('dyn')
export const ERROR = simple('error', '*error*')
export const NULL = simple('null', 'null_type')
export const BOOL = simple('bool')
export const INT = simple('int')
export const UINT = simple('uint')
export const DOUBLE = simple('double')
export const STRING = simple('string')
export const BYTES = simple('bytes')
export const TIMESTAMP = simple('timestamp', 'google.protobuf.Timestamp')
export const DURATION = simple('duration', 'google.protobuf.Duration')
export const TYPE = simple('type')
export const ANY = simple('any', 'google.protobuf.Any')

export const listType = (element: Type): Type => ({ kind: 'list', name: 'list', params: [element] })
export const mapType = (key: Type, value: Type): Type => ({ kind: 'map', name: 'map', params: [key, value] })
export const typeType = (of: Type): Type => ({ kind: 'type', name: 'type', params: [of] })
export const param = (name: string): Type => simple('param', name)
/** A type of a library with nothing to look into but through its functions. */
export const opaque = (name: string, ...params: Type[]): Type => ({ kind: 'opaque', name, params })
export const optionalType = (of: Type): Type => opaque('optional_type', of)
/** A scalar that may be null. */
export const wrapper = (of: Type): Type => ({ kind: 'wrapper', name: of.name, params: [of] })

/** An object type under its name, with a table of its fields. */
export function objectType(name: string, fields: Readonly<Record<string, Type>> = {}): Type {
  const table = new Map(Object.entries(fields).map(([key, type]) => [key, { type }]))
  return { kind: 'object', name, params: NONE, field: key => table.get(key) }
}

/** A type of a library that is an object in name only: it has no fields, and cannot be constructed. */
export const handleType = (name: string): Type => simple('object', name)

export const isDyn = (type: Type): boolean => type.kind === 'dyn' || type.kind === 'any'
export const isDynOrError = (type: Type): boolean => isDyn(type) || type.kind === 'error'
export const isOptional = (type: Type): boolean => type.kind === 'opaque' && type.name === 'optional_type'
/** What an optional holds; any other type itself. */
export const unwrapOptional = (type: Type): Type => (isOptional(type) ? type.params[0]! : type)

export function sameType(a: Type, b: Type): boolean {
  if (a === b) return true
  if (a.kind !== b.kind || a.name !== b.name || a.params.length !== b.params.length) return false
  return a.params.every((type, i) => sameType(type, b.params[i]!))
}

const SHOWN: Partial<Record<Kind, string>> = { timestamp: 'timestamp', duration: 'duration', error: '!error!', null: 'null', any: 'any' }

/** The type as messages name it. */
export function formatType(type: Type): string {
  const shown = SHOWN[type.kind]
  if (shown !== undefined) return shown
  if (type.kind === 'wrapper') return `wrapper(${formatType(type.params[0]!)})`
  return type.params.length === 0 || type.kind === 'param' ? type.name : `${type.name}(${type.params.map(formatType).join(', ')})`
}

/** The type's full name, as messages about results give it: `null_type`, `google.protobuf.Timestamp`, `map(string, dyn)`. */
export const typeName = ({ name, params }: Type): string => (params.length === 0 ? name : `${name}(${params.map(typeName).join(', ')})`)

/** The arguments of a call as messages write them: `string.(int)` for a method, `(string, int)` for a function. */
export function formatArguments(types: readonly Type[], isMethod: boolean): string {
  const shown = types.map(formatType)
  return isMethod ? `${shown[0]}.(${shown.slice(1).join(', ')})` : `(${shown.join(', ')})`
}
