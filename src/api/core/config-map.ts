import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { bool, kind, map, struct } from '../../machinery/schema/schema.ts'
import { objectMeta } from '../meta/object-meta.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import { ageColumn, nameColumn } from '../columns.ts'
import type { Cause } from '../../machinery/status.ts'
import { invalid, invalidBy, tooLong } from '../validation.ts'
import { LARGEST_DATA_BYTES, validateFrozen } from './frozen-data.ts'
import { byteLength } from '../../machinery/names.ts'
import { configKeyProblems } from './pod/validation/env.ts'

const configMapShape = kind('io.k8s.api.core.v1.ConfigMap', {
  metadata: struct(1, objectMeta),
  immutable: bool(4, { pointer: true }),
  data: map(2, 'string'),
  binaryData: map(3, 'bytes'),
})
export interface ConfigMap extends Infer<typeof configMapShape> {}
export const configMap: Schema<ConfigMap> = configMapShape

/** The handle for configmaps. */
export const ConfigMaps: Resource<ConfigMap> = defineResource<ConfigMap>({
  version: 'v1', kind: 'ConfigMap', plural: 'configmaps', shortNames: ['cm'],
  storageVersionHash: 'qFsyl6wFWjQ=',
  schema: configMap,
  columns: [
    nameColumn,
    { name: 'Data', type: 'string', cell: ({ data, binaryData }) => Object.keys(data ?? {}).length + Object.keys(binaryData ?? {}).length },
    ageColumn,
  ],
  validate: validateConfigMap,
  validateUpdate: (next, old) => (old.immutable ? validateFrozen(next, old, ['data', 'binaryData']) : []),
})

function validateConfigMap({ data, binaryData }: ConfigMap): Cause[] {
  const causes: Cause[] = []
  let size = 0
  for (const key in data) {
    causes.push(...invalidBy(`data[${key}]`, key, configKeyProblems))
    if (binaryData && Object.hasOwn(binaryData, key)) causes.push(invalid(`data[${key}]`, key, 'duplicate of key present in binaryData'))
    size += byteLength(data[key]!)
  }
  for (const key in binaryData) {
    causes.push(...invalidBy(`binaryData[${key}]`, key, configKeyProblems))
    size += (binaryData[key]!.length * 3) / 4
  }
  return size > LARGEST_DATA_BYTES ? [...causes, tooLong('[]', LARGEST_DATA_BYTES)] : causes
}
