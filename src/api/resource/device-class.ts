import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { kind, list, object, ref, string, struct } from '../../machinery/schema/schema.ts'
import { objectMeta } from '../meta/object-meta.ts'
import { deviceSelector, opaqueDeviceConfiguration } from './shared.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import type { Cause } from '../../machinery/status.ts'
import { dnsSubdomain, qualifiedName } from '../../machinery/names.ts'
import { ageColumn, nameColumn } from '../columns.ts'
import { invalid, sameJson } from '../validation.ts'
import { MOST, validateEach } from './checks.ts'
import { validateOpaque, validateSelectors } from './claim-validation.ts'

const deviceClassConfigurationShape = object('io.k8s.api.resource.v1.DeviceClassConfiguration', {
  opaque: ref(1, opaqueDeviceConfiguration, { via: [1] }),
})
export interface DeviceClassConfiguration extends Infer<typeof deviceClassConfigurationShape> {}
export const deviceClassConfiguration: Schema<DeviceClassConfiguration> = deviceClassConfigurationShape

const deviceClassSpecShape = object('io.k8s.api.resource.v1.DeviceClassSpec', {
  selectors: list(1, deviceSelector, { listType: 'atomic' }),
  config: list(2, deviceClassConfiguration, { listType: 'atomic' }),
  extendedResourceName: string(4, { pointer: true }),
})
export interface DeviceClassSpec extends Infer<typeof deviceClassSpecShape> {}
export const deviceClassSpec: Schema<DeviceClassSpec> = deviceClassSpecShape

const deviceClassShape = kind('io.k8s.api.resource.v1.DeviceClass', {
  metadata: struct(1, objectMeta),
  spec: struct(2, deviceClassSpec, { required: true }),
})
export interface DeviceClass extends Infer<typeof deviceClassShape> {}
export const deviceClass: Schema<DeviceClass> = deviceClassShape

/** The handle for deviceclasses of resource.k8s.io. */
export const DeviceClasses: Resource<DeviceClass> = defineResource<DeviceClass>({
  group: 'resource.k8s.io', version: 'v1', kind: 'DeviceClass', plural: 'deviceclasses', namespaced: false,
  storageVersionHash: 'Yk2PTc1Ybxk=',
  schema: deviceClass,
  columns: [nameColumn, ageColumn],
  generationOf: ({ spec }) => spec,
  validate: ({ spec }, { isNew }) => (isNew === false ? [] : validateClass(spec)),
  validateUpdate: ({ spec }, old) => validateClass(spec, old.spec),
})

function validateClass({ selectors, config, extendedResourceName: extended }: DeviceClassSpec, old?: DeviceClassSpec): Cause[] {
  const isNew = !old || !sameJson(config, old.config)
  return [
    ...validateSelectors(selectors, 'spec.selectors'), ...validateEach(config, 'spec.config', MOST.configs, (each, at) => validateOpaque(each, at, isNew)),
    ...(extended === undefined || isExtendedResource(extended) ? [] : [invalid('spec.extendedResourceName', extended, 'must be a valid extended resource name')]),
  ]
}

/** A resource of somebody's own domain that quotas can name. */
function isExtendedResource(name: string): boolean {
  const domain = name.slice(0, name.indexOf('/'))
  if (!name.includes('/') || domain.endsWith('kubernetes.io') || name.startsWith('requests.')) return false
  return dnsSubdomain(domain).length === 0 && qualifiedName(`requests.${name}`).length === 0
}
