import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import { timestamp } from '../../machinery/clock.ts'
import { ageColumn, nameColumn } from '../columns.ts'
import { validateSliceSpec } from './slice-validation.ts'
import type { ResourceSlice } from './resource-slice-schema.ts'
import { resourceSlice } from './resource-slice-schema.ts'

export * from './resource-slice-schema.ts'

/** The handle for resourceslices of resource.k8s.io. */
export const ResourceSlices: Resource<ResourceSlice> = defineResource<ResourceSlice>({
  group: 'resource.k8s.io', version: 'v1', kind: 'ResourceSlice', plural: 'resourceslices', namespaced: false,
  storageVersionHash: 'KsC072WgaEY=',
  schema: resourceSlice,
  columns: [
    nameColumn,
    { name: 'Node', type: 'string', cell: ({ spec }) => spec.nodeName ?? '' },
    { name: 'Driver', type: 'string', cell: ({ spec }) => spec.driver },
    { name: 'Pool', type: 'string', cell: ({ spec }) => spec.pool.name },
    ageColumn,
  ],
  fieldSelectors: { 'spec.nodeName': ({ spec }) => spec.nodeName ?? '', 'spec.driver': ({ spec }) => spec.driver },
  generationOf: ({ spec }) => spec,
  prepareForCreate(slice, now = 0) {
    dropUnserved(slice)
    dateTaints(slice, now)
  },
  prepareForUpdate(slice, old, now = 0) {
    dropUnserved(slice, old)
    dateTaints(slice, now)
  },
  validate: ({ spec }, { isNew }) => (isNew === false ? [] : validateSliceSpec(spec)),
  validateUpdate: ({ spec }, old) => validateSliceSpec(spec, old.spec),
  warnings: ({ spec: { driver } }) =>
    (driver === driver.toLowerCase() ? [] : [`spec.driver: driver names should be lowercase; ${JSON.stringify(driver)} contains uppercase characters`]),
})

const LISTS = ['ints', 'bools', 'strings', 'versions'] as const

/** Fields of gates that are off in this release: lists as attributes (KEP-5491), devices that count as node resources. */
function dropUnserved({ spec }: ResourceSlice, old?: ResourceSlice): void {
  const served = (old?.spec.devices ?? []).some(device => Object.values(device.attributes ?? {}).some(attribute => LISTS.some(type => attribute[type])))
  for (const device of spec.devices ?? []) {
    if (!old?.spec.devices?.some(({ nodeAllocatableResourceMappings: mappings }) => mappings)) delete device.nodeAllocatableResourceMappings
    for (const attribute of served ? [] : Object.values(device.attributes ?? {})) for (const type of LISTS) delete attribute[type]
  }
}

/** A taint counts from when it was added. */
function dateTaints({ spec }: ResourceSlice, now: number): void {
  for (const { taints } of spec.devices ?? []) for (const taint of taints ?? []) taint.timeAdded ??= timestamp(now)
}
