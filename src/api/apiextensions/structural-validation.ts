import { RE2JS } from 're2js'
import type { Cause } from '../../machinery/status.ts'
import { forbidden, invalid, required, sameJson } from '../validation.ts'
import type { JSONSchemaProps } from './custom-resource-definition-schema.ts'
import { additionalOf, itemsOf, junctors, namedSchemas } from './schema-walk.ts'

type Level = 'root' | 'item' | 'field'
const INT_OR_STRING: readonly JSONSchemaProps[] = [{ type: 'integer' }, { type: 'string' }] as JSONSchemaProps[]
const EMBEDDED = 'must be object if x-kubernetes-embedded-resource is true'
const MISSING_TYPE = { root: 'must not be empty at the root', item: 'must not be empty for specified array items', field: 'must not be empty for specified object fields' } as const

/**
 * A structural schema says what fields there are in one place, so that objects can be pruned and defaulted by it; what stands under junctors
 * (`allOf`, `anyOf`, `oneOf`, `not`) narrows values only. Causes come in the order of their texts, as upstream sorts them.
 */
export function validateStructural(schema: JSONSchemaProps, field: string): Cause[] {
  const text = ({ field: path, message }: Cause): string => `${path}: ${message}`
  return [...validateInvariants(schema, 'root', field), ...validateCompleteness(schema, field)].sort((a, b) => (text(a) < text(b) ? -1 : 1))
}

function validateInvariants(schema: JSONSchemaProps, level: Level, field: string): Cause[] {
  const [items, additional] = [itemsOf(schema), additionalOf(schema)]
  const causes: Cause[] = []
  if (schema.type === 'array' && schema.items === undefined) causes.push(required(`${field}.items`, 'must be specified'))
  if (items) causes.push(...validateInvariants(items, 'item', `${field}.items`))
  for (const [child, path] of namedSchemas(schema.properties, `${field}.properties`)) causes.push(...validateInvariants(child, 'field', path))
  if (schema.additionalProperties !== undefined && level === 'root') causes.push(forbidden(`${field}.additionalProperties`, 'must not be used at the root'))
  if (additional) causes.push(...validateInvariants(additional, 'field', `${field}.additionalProperties`))
  return [...causes, ...validateExtensions(schema, field), ...validateValues(schema, field, true), ...validateType(schema, level, field), ...validateMetadata(schema, level, field)]
}

function validateExtensions(schema: JSONSchemaProps, field: string): Cause[] {
  if (!schema['x-kubernetes-int-or-string']) return []
  return (['x-kubernetes-preserve-unknown-fields', 'x-kubernetes-embedded-resource'] as const).flatMap(name =>
    (schema[name] ? [invalid(`${field}.${name}`, true, 'must be false if x-kubernetes-int-or-string is true')] : []))
}

function validateType(schema: JSONSchemaProps, level: Level, field: string): Cause[] {
  const { type = '', 'x-kubernetes-embedded-resource': embedded, 'x-kubernetes-int-or-string': intOrString, 'x-kubernetes-preserve-unknown-fields': preserves } = schema
  const causes: Cause[] = []
  if (embedded && type !== 'object') causes.push(type ? invalid(`${field}.type`, type, EMBEDDED) : required(`${field}.type`, EMBEDDED))
  else if (!type && !intOrString && !preserves) causes.push(required(`${field}.type`, MISSING_TYPE[level]))
  if (embedded && schema.additionalProperties !== undefined) causes.push(forbidden(`${field}.additionalProperties`, 'must not be used if x-kubernetes-embedded-resource is set'))
  if (level === 'root' && type && type !== 'object') causes.push(invalid(`${field}.type`, type, 'must be object at the root'))
  if (embedded && !preserves && Object.keys(schema.properties ?? {}).length === 0) {
    causes.push(required(`${field}.properties`, 'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields'))
  }
  return causes
}

/** What every object has is known; only the form of its name may be narrowed. */
function validateMetadata({ properties = {}, 'x-kubernetes-embedded-resource': embedded }: JSONSchemaProps, level: Level, field: string): Cause[] {
  const { kind, apiVersion, metadata } = properties
  const at = (name: string): string => `${field}.properties[${name}]`
  const causes: Cause[] = []
  if (level === 'root' || embedded) {
    for (const [name, property] of Object.entries({ kind, apiVersion })) {
      if (property && property.type !== 'string') causes.push(invalid(`${at(name)}.type`, property.type ?? '', 'must be string'))
    }
    if (metadata && metadata.type !== 'object') causes.push(invalid(`${at('metadata')}.type`, metadata.type ?? '', 'must be object'))
  }
  if (!metadata || level !== 'root') return causes
  const { type: _type, default: _default, properties: named, required: _required, minProperties: _min, maxProperties: _max, ...rest } = metadata
  const onlyNames = Object.keys(named ?? {}).every(name => name === 'name' || name === 'generateName')
  return onlyNames && Object.values(rest).every(value => value === undefined) ? causes
    : [...causes, forbidden(at('metadata'), 'must not specify anything other than name and generateName, but metadata is implicitly specified')]
}

/** What narrows values: patterns, and the junctors. */
function validateValues(schema: JSONSchemaProps, field: string, skips: boolean): Cause[] {
  const skipAny = skips && sameJson(schema.anyOf, INT_OR_STRING)
  const skipFirstAll = skips && sameJson(schema.allOf?.[0]?.anyOf, INT_OR_STRING)
  const causes = junctors(schema, field).flatMap(([child, path]) => {
    if (skipAny && path.startsWith(`${field}.anyOf[`)) return []
    return validateNested(child, path, skipFirstAll && path === `${field}.allOf[0]`)
  })
  if (schema.not) causes.push(...validateNested(schema.not, `${field}.not`))
  const wrong = schema.pattern ? patternProblem(schema.pattern) : undefined
  return wrong ? [...causes, invalid(`${field}.pattern`, schema.pattern, `must be a valid regular expression, but isn't: ${wrong}`)] : causes
}

function patternProblem(pattern: string): string | undefined {
  try {
    RE2JS.compile(pattern)
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

const EMPTY = ['type', 'title', 'description', 'x-kubernetes-list-map-keys', 'x-kubernetes-validations'] as const
const UNDEFINED = ['additionalProperties', 'default', 'externalDocs', 'x-kubernetes-list-type', 'x-kubernetes-map-type'] as const
const FALSE = ['nullable', 'x-kubernetes-preserve-unknown-fields', 'x-kubernetes-embedded-resource', 'x-kubernetes-int-or-string'] as const

/** A schema under a junctor: it may say nothing of structure. */
function validateNested(schema: JSONSchemaProps, field: string, skipsAnyOf = false): Cause[] {
  const items = itemsOf(schema)
  const values = validateValues(skipsAnyOf ? { ...schema, anyOf: undefined } : schema, field, false)
  const deny = (names: readonly (keyof JSONSchemaProps)[], isSet: (value: unknown) => boolean, what: string): Cause[] =>
    names.flatMap(name => (isSet(schema[name]) ? [forbidden(`${field}.${name}`, `must be ${what} to be structural`)] : []))
  return [
    ...values, ...(items ? validateNested(items, `${field}.items`) : []),
    ...namedSchemas(schema.properties, `${field}.properties`).flatMap(([child, path]) => validateNested(child, path)),
    ...deny(EMPTY, value => (Array.isArray(value) ? value.length > 0 : Boolean(value)), 'empty'), ...deny(UNDEFINED, value => value !== undefined, 'undefined'),
    ...deny(FALSE, value => value === true, 'false'),
    ...(schema.properties && Object.hasOwn(schema.properties, 'metadata') ? [forbidden(`${field}.properties[metadata]`, 'must not be specified in a nested context')] : []),
  ]
}

/** Every field that a junctor at the root speaks of must be specified outside of junctors too; upstream looks no deeper. */
const validateCompleteness = (schema: JSONSchemaProps, field: string): Cause[] =>
  [...junctors(schema, field), ...(schema.not ? [[schema.not, `${field}.not`] as const] : [])].flatMap(([child, path]) => validateSpecified(child, schema, field, path))

/** `outside` is what is specified where `nested` narrows; `field` and `path` are where the two stand. */
function validateSpecified(nested: JSONSchemaProps, outside: JSONSchemaProps | undefined, field: string, path: string): Cause[] {
  if (!outside) return [required(field, `because it is defined in ${path}`)]
  const items = itemsOf(nested)
  return [
    ...junctors(nested, path).flatMap(([child, at]) => validateSpecified(child, outside, field, at)), ...(nested.not ? validateSpecified(nested.not, outside, field, `${path}.not`) : []),
    ...(items ? validateSpecified(items, itemsOf(outside), `${field}.items`, `${path}.items`) : []),
    ...Object.entries(nested.properties ?? {}).flatMap(([name, child]) => {
      const known = outside.properties && Object.hasOwn(outside.properties, name) ? outside.properties[name] : undefined
      return validateSpecified(child, known, `${field}.properties[${name}]`, `${path}.properties[${name}]`)
    }),
  ]
}
