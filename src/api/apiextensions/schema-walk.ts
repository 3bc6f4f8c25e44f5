import type { JSONSchemaProps } from './custom-resource-definition-schema.ts'

/** The one schema of a list's items. */
export const itemsOf = ({ items }: JSONSchemaProps): JSONSchemaProps | undefined => (items && !Array.isArray(items) ? items as JSONSchemaProps : undefined)

/** The schema of values under keys that are not named. */
export const additionalOf = ({ additionalProperties: additional }: JSONSchemaProps): JSONSchemaProps | undefined =>
  (additional && typeof additional === 'object' ? additional as JSONSchemaProps : undefined)

/** Parts of a schema whose values are schemas, each with its path. */
export function childSchemas(schema: JSONSchemaProps, field: string): [JSONSchemaProps, string][] {
  const [additional, items] = [additionalOf(schema), itemsOf(schema)]
  return [
    ...(additional ? [[additional, `${field}.additionalProperties`]] : []), ...namedSchemas(schema.properties, `${field}.properties`),
    ...(schema.not ? [[schema.not, `${field}.not`]] : []), ...junctors(schema, field), ...(items ? [[items, `${field}.items`]] : []),
  ] as [JSONSchemaProps, string][]
}

export const namedSchemas = (schemas: Readonly<Record<string, JSONSchemaProps>> | undefined, field: string): [JSONSchemaProps, string][] =>
  Object.entries(schemas ?? {}).map(([name, schema]) => [schema, `${field}[${name}]`])

/** What stands under `allOf`, `anyOf` and `oneOf`. */
export const junctors = (schema: JSONSchemaProps, field: string): [JSONSchemaProps, string][] =>
  (['allOf', 'oneOf', 'anyOf'] as const).flatMap(part => (schema[part] ?? []).map((child, index): [JSONSchemaProps, string] => [child, `${field}.${part}[${index}]`]))
