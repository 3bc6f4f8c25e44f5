import { traversal } from './costs.ts'
import { declare, overload } from '../declarations.ts'
import { DYN, STRING, objectType } from '../types.ts'
import type { Library } from '../declarations.ts'

/** One operation of a JSON patch, as MutatingAdmissionPolicies make them. */
export const JSON_PATCH_TYPE = objectType('JSONPatch', { op: STRING, path: STRING, from: STRING, value: DYN })

const escapeKey = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1')

/** JSON patches; in environments of MutatingAdmissionPolicies only. */
export const jsonPatch: Library = {
  name: 'kubernetes.jsonpatch',
  types: [JSON_PATCH_TYPE],
  functions: [declare('jsonpatch.escapeKey', overload('string_jsonpatch_escapeKey_string', [STRING], STRING, escapeKey, traversal({ keeps: true })))],
}
