import type { Cause } from '../../machinery/status.ts'
import { forbidden, invalid, notSupported, required } from '../validation.ts'
import type { JSONSchemaProps, ValidationRule } from './custom-resource-definition-schema.ts'
import { additionalOf, childSchemas, itemsOf } from './schema-walk.ts'

const TYPES = ['array', 'boolean', 'integer', 'number', 'object', 'string']
const LIST_TYPES = ['atomic', 'set', 'map']
const MAP_TYPES = ['atomic', 'granular']
const REASONS = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired']

/** What each part of an OpenAPI schema may say, whatever it is part of. Rules are looked at from outside: CEL is compiled elsewhere. */
export function validateOpenAPISchema(schema: JSONSchemaProps, field: string): Cause[] {
  return [
    ...validateUnsupported(schema, field), ...childSchemas(schema, field).flatMap(([child, path]) => validateOpenAPISchema(child, path)), ...validateMarkers(schema, field),
    ...(schema['x-kubernetes-validations'] ?? []).flatMap((rule, index) => validateRule(rule, schema, `${field}.x-kubernetes-validations[${index}]`)),
  ]
}

/** Parts of JSON schema that OpenAPI, or Kubernetes, does without. */
function validateUnsupported(schema: JSONSchemaProps, field: string): Cause[] {
  const causes: Cause[] = []
  const deny = (part: string, why: string): void => void causes.push(forbidden(`${field}.${part}`, why))
  if (schema.id) deny('id', 'id is not supported')
  if (schema.additionalItems !== undefined) deny('additionalItems', 'additionalItems is not supported')
  for (const part of ['patternProperties', 'definitions'] as const) if (Object.keys(schema[part] ?? {}).length > 0) deny(part, `${part} is not supported`)
  if (schema.dependencies !== undefined) deny('dependencies', 'dependencies is not supported')
  if (schema.$ref !== undefined) deny('$ref', '$ref is not supported')
  if (schema.type === 'null') deny('type', 'type cannot be set to null, use nullable as an alternative')
  else if (schema.type && !TYPES.includes(schema.type)) causes.push(notSupported(`${field}.type`, schema.type, TYPES))
  if (Array.isArray(schema.items)) deny('items', 'items must be a schema object and not an array')
  if (schema.uniqueItems) deny('uniqueItems', 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic')
  const { additionalProperties: additional } = schema
  if (additional !== undefined && additional !== true && Object.keys(schema.properties ?? {}).length > 0) {
    deny('additionalProperties', 'additionalProperties and properties are mutual exclusive')
  }
  return causes
}

/** Kubernetes' own markers. */
function validateMarkers(schema: JSONSchemaProps, field: string): Cause[] {
  const { type = '', 'x-kubernetes-map-type': mapType, 'x-kubernetes-list-type': listType, 'x-kubernetes-list-map-keys': keys = [] } = schema
  const causes: Cause[] = []
  const mustBe = (wanted: string, marker: string): void => {
    const why = `must be ${wanted} if ${marker} is specified`
    if (type !== wanted) causes.push(type ? invalid(`${field}.type`, type, why) : required(`${field}.type`, why))
  }
  if (schema['x-kubernetes-preserve-unknown-fields'] === false) causes.push(invalid(`${field}.x-kubernetes-preserve-unknown-fields`, false, 'must be true or undefined'))
  if (mapType !== undefined) mustBe('object', 'x-kubernetes-map-type')
  if (mapType !== undefined && !MAP_TYPES.includes(mapType)) causes.push(notSupported(`${field}.x-kubernetes-map-type`, mapType, MAP_TYPES))
  if (listType !== undefined) mustBe('array', 'x-kubernetes-list-type')
  if (listType !== undefined && !LIST_TYPES.includes(listType)) causes.push(notSupported(`${field}.x-kubernetes-list-type`, listType, LIST_TYPES))
  if (keys.length > 0 && listType !== 'map') {
    const [path, why] = [`${field}.x-kubernetes-list-type`, 'must be map if x-kubernetes-list-map-keys is non-empty']
    causes.push(listType === undefined ? required(path, why) : invalid(path, listType, why))
  }
  if (listType === 'map') causes.push(...validateMapList(schema, keys, field))
  if (listType === 'set') causes.push(...validateSetItems(itemsOf(schema), `${field}.items`))
  return causes
}

/** Items that are told apart by keys: objects whose keys are scalars that are always there. */
function validateMapList(schema: JSONSchemaProps, keys: readonly string[], field: string): Cause[] {
  const causes = keys.length === 0 ? [required(`${field}.x-kubernetes-list-map-keys`, 'must not be empty if x-kubernetes-list-type is map')] : []
  const items = itemsOf(schema)
  if (!items) return schema.items === undefined ? [...causes, required(`${field}.items`, 'must have a schema if x-kubernetes-list-type is map')] : causes
  if (items.type !== 'object') return [...causes, invalid(`${field}.items.type`, items.type ?? '', "must be object if parent array's x-kubernetes-list-type is map")]
  if (items.nullable) causes.push(forbidden(`${field}.items.nullable`, 'cannot be nullable when x-kubernetes-list-type is map'))
  const properties = items.properties ?? {}
  for (const [index, key] of keys.entries()) {
    if (keys.indexOf(key) < index) causes.push(invalid(`${field}.x-kubernetes-list-map-keys[${index}]`, key, 'must not contain duplicate entries'))
    const property = Object.hasOwn(properties, key) ? properties[key] : undefined
    if (property) causes.push(...validateMapKey(property, items.required?.includes(key) ?? false, `${field}.items.properties[${key}]`))
  }
  if (keys.some(key => !Object.hasOwn(properties, key))) causes.push(invalid(`${field}.x-kubernetes-list-map-keys`, keys, 'entries must all be names of item properties'))
  return causes
}

function validateMapKey(property: JSONSchemaProps, isRequired: boolean, field: string): Cause[] {
  const isKey = 'this property is in x-kubernetes-list-map-keys, so it'
  return [
    ...(property.type === 'array' || property.type === 'object' ? [invalid(`${field}.type`, property.type, "must be a scalar type if parent array's x-kubernetes-list-type is map")] : []),
    ...(property.default === undefined && !isRequired ? [required(`${field}.default`, `${isKey} must have a default or be a required property`)] : []),
    ...(property.nullable ? [forbidden(`${field}.nullable`, `${isKey} cannot be nullable`)] : []),
  ]
}

/** Items of a set are compared as a whole. */
function validateSetItems(items: JSONSchemaProps | undefined, field: string): Cause[] {
  if (!items) return []
  const { type, nullable, 'x-kubernetes-map-type': mapType, 'x-kubernetes-list-type': listType } = items
  const why = 'must be atomic as item of a list with x-kubernetes-list-type=set'
  return [
    ...(nullable ? [forbidden(`${field}.nullable`, 'cannot be nullable when x-kubernetes-list-type is set')] : []),
    ...(type === 'object' && mapType !== 'atomic' ? [invalid(`${field}.x-kubernetes-map-type`, mapType ?? null, why)] : []),
    ...(type === 'array' && listType !== 'atomic' && listType !== undefined ? [invalid(`${field}.x-kubernetes-list-type`, listType, why)] : []),
  ]
}

function validateRule({ rule, message, messageExpression, reason, fieldPath }: ValidationRule, schema: JSONSchemaProps, field: string): Cause[] {
  const breaks = /[\n\r]/
  const causes = rule.trim() ? [] : [required(`${field}.rule`, 'rule is not specified')]
  if (message && !message.trim()) causes.push(invalid(`${field}.message`, message, 'must be non-empty if specified'))
  else if (message && breaks.test(message.trim())) causes.push(invalid(`${field}.message`, message, 'must not contain line breaks'))
  else if (!message && breaks.test(rule.trim())) causes.push(required(`${field}.message`, 'message must be specified if rule contains line breaks'))
  if (messageExpression && !messageExpression.trim()) causes.push(required(`${field}.messageExpression`, 'messageExpression must be non-empty if specified'))
  if (fieldPath && !fieldPath.trim()) causes.push(invalid(`${field}.fieldPath`, fieldPath, 'must be non-empty if specified'))
  else if (fieldPath && breaks.test(fieldPath)) causes.push(invalid(`${field}.fieldPath`, fieldPath, 'must not contain line breaks'))
  else if (fieldPath && !leadsSomewhere(fieldPath, schema)) causes.push(invalid(`${field}.fieldPath`, fieldPath, 'must be a valid path'))
  return reason !== undefined && !REASONS.includes(reason) ? [...causes, notSupported(`${field}.reason`, reason, REASONS)] : causes
}

const STEP = String.raw`\.([A-Za-z_][A-Za-z0-9_]*)|\['((?:[^'\\]|\\.)*)'\]`

/** Whether a path such as `.a.b['c.d']` names a field of the schema. Items of lists have no paths. */
function leadsSomewhere(path: string, schema: JSONSchemaProps): boolean {
  const next = new RegExp(STEP, 'y')
  let found: JSONSchemaProps | undefined = schema
  while (next.lastIndex < path.length) {
    const step = next.exec(path)
    if (!step || !found) return false
    const name = step[1] ?? step[2]!.replace(/\\(.)/g, '$1')
    found = found.properties && Object.hasOwn(found.properties, name) ? found.properties[name] : additionalOf(found)
  }
  return found !== undefined
}
