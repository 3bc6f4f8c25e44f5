import { traversal } from './costs.ts'
import { declare, overload } from '../declarations.ts'
import { DYN, STRING, objectType } from '../types.ts'
import { CelMap, List, ObjectValue } from '../values.ts'
import type { Library } from '../declarations.ts'
import type { Type } from '../types.ts'
import type { Value } from '../values.ts'

/** One operation of a JSON patch, as MutatingAdmissionPolicies make them. */
export const JSON_PATCH_TYPE = objectType('JSONPatch', { op: STRING, path: STRING, from: STRING, value: DYN })

/** What apply configurations are made of: `Object`, `Object.spec`, `Object.spec.template` and so on; the schema is looked at only when they are applied. */
export const OBJECT_TYPE: Type = { kind: 'object', name: 'Object', params: [], field: () => ({ type: DYN }) }

const escapeKey = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1')

/** Objects and JSON patches that expressions make; in environments of MutatingAdmissionPolicies only. */
export const mutation: Library = {
  name: 'kubernetes.mutation',
  types: [JSON_PATCH_TYPE, OBJECT_TYPE],
  resolveType: name => (name.startsWith('Object.') ? { ...OBJECT_TYPE, name } : undefined),
  functions: [declare('jsonpatch.escapeKey', overload('string_jsonpatch_escapeKey_string', [STRING], STRING, escapeKey, traversal({ keeps: true })))],
}

/** The types of objects must be named for where they stand: what is wrong with those that are not. */
export function misnamedObjects(value: Value, path = 'Object'): string[] {
  if (value instanceof List) return [...value].flatMap(element => misnamedObjects(element, path))
  if (!(value instanceof CelMap)) return []
  const { name } = value.objectType ?? DYN
  const isObject = value instanceof ObjectValue
  const own = isObject && name !== path ? [`unexpected type name ${JSON.stringify(name)}, expected ${JSON.stringify(path)}, which matches field name path from root Object type`] : []
  return [...own, ...[...value.keys()].flatMap(key => misnamedObjects(value.find(key)!, isObject ? `${path}.${String(key)}` : path))]
}
