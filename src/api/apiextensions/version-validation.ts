import type { Cause } from '../../machinery/status.ts'
import { duplicate, invalid, required, tooMany } from '../validation.ts'
import type {
  CustomResourceColumnDefinition, CustomResourceDefinitionVersion, CustomResourceSubresources, JSONSchemaProps, SelectableField,
} from './custom-resource-definition-schema.ts'

const TYPES = ['boolean', 'date', 'integer', 'number', 'string']
const FORMATS = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password']
const MOST_SELECTABLE = 8
const LONGEST_WARNING = 256

/** What users of an old version are told. */
export function validateDeprecation({ deprecated, deprecationWarning: warning }: CustomResourceDefinitionVersion, field: string): Cause[] {
  if (warning === undefined) return []
  const path = `${field}.deprecationWarning`
  const causes = deprecated ? [] : [invalid(path, warning, 'can only be set for deprecated versions')]
  if (warning.length > LONGEST_WARNING) causes.push(invalid(path, warning, `must be <= ${LONGEST_WARNING} characters long`))
  if (warning === '') causes.push(invalid(path, warning, 'must not be an empty string'))
  const unprintable = [...warning].findIndex(character => !/[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.test(character))
  return unprintable < 0 ? causes : [...causes, invalid(path, warning, `must only contain printable UTF-8 characters; non-printable character found at index ${unprintable}`)]
}

const simplePath = (path: string, field: string): Cause[] =>
  (/^\.(?:[A-Za-z0-9_$-]|\\.|\.(?=[A-Za-z0-9_$\\-])|\[[^\]]*\])*$/.test(path) ? [] : [invalid(field, path, 'must be a simple json path starting with .')])

/** Where `scale` finds its numbers. */
export function validateSubresources(subresources: CustomResourceSubresources | undefined, field: string): Cause[] {
  if (!subresources?.scale) return []
  const { specReplicasPath, statusReplicasPath, labelSelectorPath } = subresources.scale
  const path = `${field}.scale`
  return [
    ...scalePath(specReplicasPath, `${path}.specReplicasPath`, ['.spec'], 'should be a json path under .spec'),
    ...scalePath(statusReplicasPath, `${path}.statusReplicasPath`, ['.status'], 'should be a json path under .status'),
    ...(labelSelectorPath ? scalePath(labelSelectorPath, `${path}.labelSelectorPath`, ['.spec', '.status'], 'should be a json path under either .spec or .status') : []),
  ]
}

function scalePath(path: string, field: string, roots: readonly string[], why: string): Cause[] {
  if (!path) return [required(field)]
  const causes = simplePath(path, field)
  return causes.length > 0 || roots.some(root => path.startsWith(`${root}.`)) ? causes : [invalid(field, path, why)]
}

export const validateColumns = (columns: readonly CustomResourceColumnDefinition[] | undefined, field: string): Cause[] => (columns ?? []).flatMap((column, index) => {
  const path = `${field}[${index}]`
  const { name, type, format, jsonPath } = column
  return [
    ...(name ? [] : [required(`${path}.name`)]),
    ...(type ? TYPES.includes(type) ? [] : [invalid(`${path}.type`, type, `must be one of ${TYPES.join(',')}`)] : [required(`${path}.type`, `must be one of ${TYPES.join(',')}`)]),
    ...(format && !FORMATS.includes(format) ? [invalid(`${path}.format`, format, `must be one of ${FORMATS.join(',')}`)] : []),
    ...(jsonPath ? simplePath(jsonPath, `${path}.JSONPath`) : [required(`${path}.JSONPath`)]),
  ]
})

const SCALARS_ONLY = 'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.'

/** Fields that lists can be selected by (KEP-4358): scalars of the schema. */
export function validateSelectableFields(fields: readonly SelectableField[] | undefined, schema: JSONSchemaProps | undefined, field: string): Cause[] {
  const paths = (fields ?? []).map(({ jsonPath }) => jsonPath)
  return [
    ...paths.flatMap((path, index) => {
      const at = `${field}[${index}].jsonPath`
      if (!path) return [required(at)]
      const problem = selectablePathProblem(path, schema)
      return [...(problem ? [invalid(at, path, problem)] : []), ...(paths.indexOf(path) < index ? [duplicate(at, path)] : [])]
    }),
    ...(paths.length > MOST_SELECTABLE ? [tooMany(field, paths.length, MOST_SELECTABLE)] : []),
  ]
}

function selectablePathProblem(path: string, schema: JSONSchemaProps | undefined): string | undefined {
  const start = /^[^.[]+/.exec(path)?.[0]
  if (start) return `is an invalid path: expected [ or . but got: ${start}`
  const steps = path.split('.').slice(1)
  if (steps[0] === 'metadata') return 'is an invalid path: does not refer to a valid field'
  let found: JSONSchemaProps | undefined = schema
  for (const step of steps) found = found?.properties && Object.hasOwn(found.properties, step) ? found.properties[step] : undefined
  if (!found) return 'is an invalid path: does not refer to a valid field'
  return found.type === 'string' || found.type === 'boolean' || found.type === 'integer' ? undefined : SCALARS_ONLY
}
