import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { bool, kind, map, struct } from '../../machinery/schema/schema.ts'
import { objectMeta } from '../meta/object-meta.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import { ageColumn, nameColumn } from '../columns.ts'

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
})
