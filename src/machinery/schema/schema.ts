/**
 * One schema value per type. A field is declared once, its protobuf number first; the TypeScript type, JSON decoding, defaults,
 * the protobuf codec, OpenAPI and the merge keys are all read from that value.
 */

/** How a scalar is written; in memory: numbers, booleans, and strings for everything else but `json` (any JSON value) and `intOrString`. */
export type ScalarType =
  | 'string' | 'bool' | 'int32' | 'int64' | 'double'
  | 'bytes' // base64 in JSON and in memory
  | 'quantity' | 'time' | 'microTime' | 'duration'
  | 'intOrString'
  | 'json' // apiextensions JSON: any value, kept as it is
  | 'rawExtension' // an object, kept as it is
  | 'fieldsV1'

export interface ScalarNode {
  readonly type: ScalarType
}
export interface ListNode {
  readonly type: 'list'
  readonly element: TypeNode
  /** Its protobuf form is a message whose field 1 repeats the elements (ExtraValue, Verbs). */
  readonly message?: boolean
}
export interface MapNode {
  readonly type: 'map'
  readonly value: TypeNode
}
/** A schema that refers to itself, or to one declared later. */
export interface LazyNode {
  readonly type: 'lazy'
  readonly target: () => TypeNode
}
/** A value with several JSON shapes (JSONSchemaPropsOrBool and the like); the first whose shape fits decodes it. `number` is its protobuf field. */
export interface UnionNode {
  readonly type: 'union'
  readonly name: string
  readonly members: readonly { readonly number: number; readonly node: TypeNode }[]
}
export type TypeNode = ScalarNode | ListNode | MapNode | LazyNode | UnionNode | Schema

/** What a field says besides its type. Absent flags are false. */
export interface FieldOptions<T = unknown> {
  /** Required, as OpenAPI publishes it. Such fields are written even when empty, unless `omitEmpty`. */
  readonly required?: boolean
  /** Left out of JSON when `''`, 0, false or empty. Default: the opposite of `required`. */
  readonly omitEmpty?: boolean
  /** Left out of JSON when it is the zero value; only times need to say so, because Go's `omitempty` never drops a struct. */
  readonly omitZero?: boolean
  /** Told apart from unset: 0, false and '' are values. (Go: a pointer.) */
  readonly pointer?: boolean
  /** A list or map that may be `null` in a valid object: its type says so. */
  readonly nullable?: boolean
  /** Filled in when absent; the type is then never undefined. */
  readonly default?: T
  /** The closed set of values, for OpenAPI; validation is worded in the kind's file. */
  readonly enum?: readonly string[]
  /** An empty list is told apart from none, for kinds that never let one in. */
  readonly keepEmpty?: boolean
  readonly patchStrategy?: 'merge' | 'replace' | 'retainKeys' | 'merge,retainKeys'
  readonly patchMergeKey?: string
  readonly listType?: 'atomic' | 'set' | 'map'
  readonly listMapKeys?: readonly string[]
  readonly mapType?: 'atomic' | 'granular'
  readonly structType?: 'atomic' | 'granular'
  /** The name in the protobuf message where it is not the JSON name. */
  readonly protoName?: string
  /** Field numbers of the sub-messages that the field sits in, from the outside in (JSON inlines them). */
  readonly via?: readonly number[]
  readonly deprecated?: boolean
  /** A list whose protobuf form is a message with `items`. */
  readonly message?: boolean
}

/** A declared field. `T` and `P` live in the type system only. */
export interface Field<T = unknown, P extends Presence = Presence> {
  readonly number: number
  readonly node: TypeNode
  readonly options: FieldOptions
  /** A message held by value: never absent, written as `{}` when empty. */
  readonly value?: boolean
  readonly [phantom]?: [T, P]
}
type Presence = 'required' | 'optional'
declare const phantom: unique symbol

export type Fields = Readonly<Record<string, Field>>

/** An object type under its OpenAPI name. */
export interface Schema<T = unknown> {
  readonly type: 'object'
  readonly name: string
  readonly fields: Fields
  /** The protobuf message's full name; absent: the type has no protobuf form. */
  readonly proto?: string | undefined
  /** Server-side apply takes the whole object as one unit. */
  readonly atomic?: boolean
  /** Fields of which at most one may be set (`discriminator`: the one that names it). */
  readonly unions?: readonly Union[]
  /** A custom resource that keeps fields the schema does not know. */
  readonly preserveUnknownFields?: boolean
  readonly [typed]?: T
}
declare const typed: unique symbol

export interface Union {
  readonly discriminator?: string
  readonly members: readonly string[]
}

/** The TypeScript type of a schema: `export interface Pod extends Infer<typeof pod> {}`. */
export type Infer<S> = S extends Schema<infer T> ? T : never

type TypeOf<F extends Fields> = Show<
  { -readonly [K in keyof F as F[K] extends Field<unknown, 'required'> ? K : never]: F[K] extends Field<infer T> ? T : never } & {
    -readonly [K in keyof F as F[K] extends Field<unknown, 'required'> ? never : K]?: F[K] extends Field<infer T> ? T | undefined : never
  }
>
type Show<T> = { [K in keyof T]: T[K] }

/** A default that is the zero value fills in nothing: the field stays out of JSON. */
type PresenceOf<O> = O extends { required: true } | { omitEmpty: false } ? 'required'
  : O extends { default: infer D } ? (O extends { pointer: true } ? 'required' : D extends '' | 0 | false ? 'optional' : 'required') : 'optional'
/** What is written even when there is nothing to write is then `null`. */
type Nullable<T, O> = O extends { nullable: true } | { omitEmpty: false } ? T | null : T

/** Declares an object type. */
export function object<const F extends Fields>(
  name: string, fields: F, options: Omit<Schema, 'type' | 'name' | 'fields'> = {},
): Schema<TypeOf<F>> {
  return { type: 'object', name, fields, proto: protoName(name), ...options } as Schema<TypeOf<F>>
}

/** Objects inside of others (claim templates) may lack these; `decode` sees to it that no object as a whole does. */
const typeName = string(0) as unknown as Field<string, 'required'>

/** Declares a kind: an object type that also has `apiVersion` and `kind`, which stand in protobuf's envelope (number 0). */
export function kind<const F extends Fields>(name: string, fields: F, options: Omit<Schema, 'type' | 'name' | 'fields'> = {}) {
  return object(name, { kind: typeName, apiVersion: typeName, ...fields }, options)
}

/** `io.k8s.api.core.v1.Pod` is the message `k8s.io.api.core.v1.Pod`. */
const protoName = (name: string): string => name.replace(/^io\.k8s\./, 'k8s.io.').replace('apiextensions-apiserver', 'apiextensions_apiserver').replace('kube-aggregator', 'kube_aggregator')

/** A pointer that is written even when unset is then `null`. */
type Pointer<T, O> = O extends { required: true } | { default: unknown } ? T : O extends { pointer: true; omitEmpty: false } ? T | null : T

const scalar = <T>(type: ScalarType) =>
  <const O extends FieldOptions<T>>(number: number, options?: O): Field<Pointer<T, O>, PresenceOf<O>> =>
    ({ number, node: { type }, options: options ?? {} }) as Field<Pointer<T, O>, PresenceOf<O>>

type Moment<O> = O extends { required: true } | { pointer: true } | { omitZero: true } ? string : string | null
/** A time; one that is no pointer is `null` when unset, not absent. */
function moment(type: ScalarType) {
  return <const O extends FieldOptions<string>>(number: number, options?: O): Field<Moment<O>, PresenceOf<O>> =>
    ({ number, node: { type }, options: options ?? {} }) as Field<Moment<O>, PresenceOf<O>>
}

export const bool = scalar<boolean>('bool')
export const int32 = scalar<number>('int32')
export const int64 = scalar<number>('int64')
export const double = scalar<number>('double')
export const bytes = scalar<string>('bytes')
export const quantity = scalar<string>('quantity')
export const time = moment('time')
export const microTime = moment('microTime')
export const duration = scalar<string>('duration')
export const intOrString = scalar<number | string>('intOrString')
export const json = scalar<unknown>('json')
export const rawExtension = scalar<Record<string, unknown>>('rawExtension')
export const fieldsV1 = scalar<Record<string, unknown>>('fieldsV1')

/** A string; with `enum` its type is the union of the values. */
export function string<const O extends FieldOptions<string>>(
  number: number, options?: O,
): Field<Pointer<O extends { enum: readonly (infer E)[] } ? E : string, O>, PresenceOf<O>> {
  return { number, node: { type: 'string' }, options: options ?? {} } as never
}

type ElementTypes = {
  string: string; bool: boolean; int32: number; int64: number; double: number; bytes: string; quantity: string; time: string
  microTime: string; duration: string; intOrString: number | string; json: unknown; rawExtension: Record<string, unknown>; fieldsV1: Record<string, unknown>
}
/** What a list or map holds: a scalar by name, a schema, or a thunk for one declared later. */
export type Element = ScalarType | TypeNode | (() => TypeNode)
type ElementOf<E> = E extends ScalarType ? ElementTypes[E]
  : E extends Schema<infer T> ? T
  : E extends { type: 'list'; element: infer X } ? ElementOf<X>[]
  : E extends { type: infer S extends ScalarType } ? ElementTypes[S]
  : E extends () => infer S ? ElementOf<S>
  : unknown

type NodeOf<E> = E extends ScalarType ? { type: E } : E extends () => infer S ? S : E

const nodeOf = (element: Element): TypeNode =>
  typeof element === 'string' ? { type: element } : typeof element === 'function' ? { type: 'lazy', target: element } : element

/** An optional message (Go: a pointer). */
export function ref<const E extends Element, const O extends FieldOptions<ElementOf<E>>>(
  number: number, element: E, options?: O,
): Field<O extends { required: true } ? ElementOf<E> : Nullable<ElementOf<E>, O>, PresenceOf<O>> {
  return { number, node: nodeOf(element), options: { pointer: true, ...options } } as never
}

/** A message held by value: always there, `{}` when empty. */
export function struct<const E extends Element>(number: number, element: E, options: FieldOptions = {}): Field<ElementOf<E>, 'required'> {
  return { number, node: nodeOf(element), options, value: true } as never
}

export function list<const E extends Element, const O extends FieldOptions<ElementOf<E>[]>>(
  number: number, element: E, options?: O,
): Field<Nullable<ElementOf<E>[], O>, PresenceOf<O>> {
  return { number, node: { type: 'list', element: nodeOf(element), ...(options?.message && { message: true }) }, options: options ?? {} } as never
}

/** A list inside a list or map. */
export const listOf = <const E extends Element>(element: E, options: { message?: boolean } = {}): { type: 'list'; element: NodeOf<E>; message?: boolean } =>
  ({ type: 'list', element: nodeOf(element) as NodeOf<E>, ...options })

/** A map with string keys. */
export function map<const E extends Element, const O extends FieldOptions<Record<string, ElementOf<E>>>>(
  number: number, element: E, options?: O,
): Field<Nullable<Record<string, ElementOf<E>>, O>, PresenceOf<O>> {
  return { number, node: { type: 'map', value: nodeOf(element) }, options: options ?? {} } as never
}

/** The schema that a lazy reference stands for. */
export function resolve(node: TypeNode): Exclude<TypeNode, LazyNode> {
  let current = node
  while (current.type === 'lazy') current = nodeOf(current.target())
  return current
}

/** What a caller may hand in where the server fills in the rest: every field optional, all the way down. */
export type Draft<T> = T extends readonly (infer E)[] ? Draft<E>[] : T extends object ? { [K in keyof T]?: Draft<T[K]> } : T
