import { isObject } from '../../machinery/patch/json-value.ts'
import { parseJson } from '../../machinery/json.ts'
import { badRequest, StatusError, type Cause } from '../../machinery/status.ts'
import { parseYaml } from '../../machinery/yaml.ts'
import type { Schema } from '../../machinery/schema/schema.ts'
import type { Call } from '../call.ts'
import { outcomeText, placesOfMerge, placesOfOperations } from './patch-outcome.ts'

/** A patch as a value, and what field validation finds wrong with its text. What the outcome has too much is found when that is decoded. */
export interface PatchText {
  readonly value: unknown
  readonly problems: readonly string[]
}

export const APPLY = 'application/apply-patch+yaml'
const JSON_PATCH = 'application/json-patch+json'
const STRATEGIC = 'application/strategic-merge-patch+json'
const OPERATION_FIELDS = new Set(['op', 'path', 'from', 'value'])

/** Reads the text of a patch. */
export function readPatch(call: Call): PatchText {
  if (!call.encoded) return { value: call.body, problems: [] }
  const text = new TextDecoder().decode(call.encoded.bytes)
  if (call.patchType === APPLY) {
    const { value, problems = [], duplicates } = yamlOf(text)
    // Upstream reads JSON as YAML here.
    return { value, problems: [...problems, ...duplicates.map(({ segments }) => `yaml: unmarshal errors:\n  line 1: key ${JSON.stringify(segments.at(-1))} already set in map`)] }
  }
  try {
    const parsed = parseJson(text)
    const { duplicates } = parsed
    // Of repeated keys the last one counts here, where objects' texts are merged.
    const value = duplicates.length > 0 ? (JSON.parse(text) as unknown) : parsed.value
    const prefix = call.patchType === JSON_PATCH ? 'json patch ' : ''
    const repeated = duplicates.map(({ path }) => `${prefix}duplicate field ${JSON.stringify(path)}`)
    if (call.patchType !== JSON_PATCH) return { value, problems: repeated }
    return { value, problems: [...repeated, ...unknownParts(value), ...repeatedInOutcome(value, duplicates)] }
  } catch (error) {
    if (call.patchType === JSON_PATCH && call.options.fieldValidation === 'Ignore' && error instanceof StatusError) throw badRequest('Invalid JSON Patch')
    // What is not to be validated is not looked at before it is applied.
    if (call.patchType !== STRATEGIC && call.options.fieldValidation !== 'Ignore' && error instanceof StatusError) throw badRequest(`error decoding patch: ${error.message}`)
    throw error
  }
}

function yamlOf(text: string): ReturnType<typeof parseYaml> {
  try {
    return parseYaml(text)
  } catch (error) {
    throw error instanceof StatusError ? badRequest(`error decoding YAML: ${error.message}`) : error
  }
}

const unknownParts = (operations: unknown): string[] =>
  (Array.isArray(operations) ? operations : []).flatMap((operation, index) =>
    (isObject(operation) ? Object.keys(operation) : []).filter(name => !OPERATION_FIELDS.has(name)).map(name => `json patch unknown field ${JSON.stringify(`[${index}].${name}`)}`))

/** A value that an operation adds as it was written is in the outcome's text with its repeated keys. */
function repeatedInOutcome(operations: unknown, duplicates: readonly { segments: readonly (string | number)[] }[]): string[] {
  return duplicates.flatMap(({ segments: [index, part, ...rest] }) => {
    const path = (operations as { path?: unknown }[] | undefined)?.[index as number]?.path
    if (part !== 'value' || rest.length === 0 || typeof path !== 'string') return []
    const place = path.split('/').slice(1).map(segment => segment.replaceAll('~1', '/').replaceAll('~0', '~'))
    return [`duplicate field ${JSON.stringify([...place, ...rest].join('.'))}`]
  })
}

/** The 422 of a patch whose outcome is no object of its kind. A strategic patch shows what was sent, the others what came of it. */
export function unfit(call: Call, schema: Schema, patch: unknown, outcome: unknown, message: string): StatusError {
  const why = message.replace(/^\S+ in version "[^"]*" cannot be handled as a \S+: /, '')
  const isStrategic = call.patchType === STRATEGIC
  const shown = isStrategic ? shownAsGo(patch) : outcomeText(outcome, schema, call.patchType === JSON_PATCH ? placesOfOperations(patch) : placesOfMerge(patch))
  const cause: Cause = { reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(shown)}: ${isStrategic ? unconverted(why) : why}`, field: 'patch' }
  return new StatusError('Invalid', ` "" is invalid: patch: ${cause.message}`, { causes: [cause] })
}

/** Upstream turns a strategic patch's outcome into an object value by value, with other words for what does not fit. */
function unconverted(why: string): string {
  const [, given, type] = /cannot unmarshal (\S+)(?: \S+)? into Go (?:struct field \S+|value) of type (.+)$/.exec(why) ?? []
  if (given === undefined || type === undefined) return why
  const from = { object: 'map', array: 'slice', number: 'int64' }[given] ?? given
  if (type.startsWith('map[')) return `cannot restore map from ${from}`
  if (type.startsWith('[]')) return `cannot restore slice from ${from}`
  if (/[.]/.test(type)) return `cannot restore struct from: ${from}`
  return from === 'int64' && type === 'string' ? 'cannot convert int64 to string' : `unrecognized type: ${type}`
}

/** A value as Go prints it with %v. */
export function shownAsGo(value: unknown): string {
  if (value === null || value === undefined) return '<nil>'
  if (Array.isArray(value)) return `[${value.map(shownAsGo).join(' ')}]`
  if (isObject(value)) return `map[${Object.keys(value).sort().map(key => `${key}:${shownAsGo(value[key])}`).join(' ')}]`
  return String(value)
}

/** The value with the keys of its objects in order, but for managed fields, which are told in an order of their own. */
export const sortedKeys = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, part]) => [key, key === 'managedFields' ? part : sortedKeys(part)]))
}
