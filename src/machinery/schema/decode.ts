import { badRequest } from '../status.ts'
import { codecOf } from './compile.ts'
import type { DecodeOptions } from './inspect.ts'
import { inspect } from './inspect.ts'
import type { Schema } from './schema.ts'

export type { DecodeOptions } from './inspect.ts'

export interface Decoded<T> {
  object: T
  /** `unknown field "spec.foo"`, `duplicate field "spec.bar"`: the caller refuses, warns or ignores. */
  problems: string[]
}

/**
 * Reads a value (parsed JSON or YAML, or an object of a caller in this process) as an object of this type. The result is fresh, its fields
 * stand in the order of declaration and its scalars are canonical. Throws a StatusError (400) worded as upstream for values of the wrong type.
 */
export function decode<T>(schema: Schema<T>, value: unknown, options: DecodeOptions = {}): Decoded<T> {
  const notes = { unknown: false }
  let object: unknown
  try {
    const codec = codecOf(schema)
    object = value === null || value === undefined ? codec.zero(notes) : codec.decode(value, notes)
  } catch (error) {
    throw explain(schema, value, options, error)
  }
  const suspicious = notes.unknown || options.duplicates?.length || options.literals?.size
  const problems = suspicious ? inspect(schema, value, options) : []
  return { object: named(schema, object as Record<string, unknown>) as T, problems: options.problems?.length ? [...options.problems, ...problems] : problems }
}

/** A kind's object has `kind` and `apiVersion`, before all else, even where the caller left them out. */
export function named(schema: Schema, object: Record<string, unknown>, names = { kind: '', apiVersion: '' }): Record<string, unknown> {
  if (schema.fields.kind?.number !== 0 || (object.kind !== undefined && object.apiVersion !== undefined)) return object
  const { kind, apiVersion, ...rest } = object
  return { kind: kind ?? names.kind, apiVersion: apiVersion ?? names.apiVersion, ...rest }
}

function explain(schema: Schema, value: unknown, options: DecodeOptions, cause: unknown): unknown {
  if (cause instanceof RangeError) return badRequest('json: exceeded max depth')
  inspect(schema, value, options)
  return cause
}

/** Problems as the client is warned of them: YAML's come line by line. */
export const warningsOf = (problems: readonly string[]): string[] =>
  problems.flatMap(problem => (problem.startsWith('yaml: ') ? problem.split('\n').slice(1).map(line => line.trim()) : [problem]))
