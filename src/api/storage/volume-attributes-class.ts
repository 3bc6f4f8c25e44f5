import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { kind, map, string, struct } from '../../machinery/schema/schema.ts'
import { objectMeta } from '../meta/object-meta.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import type { Cause } from '../../machinery/status.ts'
import { ageColumn, nameColumn } from '../columns.ts'
import { forbidden, sameJson } from '../validation.ts'
import { validateParameters, validateProvisioner } from './validation.ts'

const volumeAttributesClassShape = kind('io.k8s.api.storage.v1.VolumeAttributesClass', {
  metadata: struct(1, objectMeta),
  driverName: string(2, { required: true }),
  parameters: map(3, 'string'),
})
export interface VolumeAttributesClass extends Infer<typeof volumeAttributesClassShape> {}
export const volumeAttributesClass: Schema<VolumeAttributesClass> = volumeAttributesClassShape

/** The handle for volumeattributesclasses of storage.k8s.io. */
export const VolumeAttributesClasses: Resource<VolumeAttributesClass> = defineResource<VolumeAttributesClass>({
  group: 'storage.k8s.io', version: 'v1', kind: 'VolumeAttributesClass', plural: 'volumeattributesclasses', shortNames: ['vac'], namespaced: false,
  storageVersionHash: 'tIjydgKBC5w=',
  schema: volumeAttributesClass,
  columns: [nameColumn, { name: 'DriverName', type: 'string', cell: ({ driverName }) => driverName }, ageColumn],
  validate: (object, { isNew = true }) => (isNew ? validateVolumeAttributesClass(object) : []),
  validateUpdate: (next, old) => [
    ...(next.driverName === old.driverName ? [] : [forbidden('driverName', 'updates to driverName are forbidden.')]),
    ...(sameJson(next.parameters, old.parameters) ? [] : [forbidden('parameters', 'updates to parameters are forbidden.')]),
    ...validateVolumeAttributesClass(next),
  ],
})

const validateVolumeAttributesClass = ({ driverName, parameters }: VolumeAttributesClass): Cause[] =>
  [...validateProvisioner(driverName, 'driverName'), ...validateParameters(parameters, 'parameters', false)]
