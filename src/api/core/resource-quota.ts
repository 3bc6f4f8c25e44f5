import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { kind, list, map, object, ref, string, struct } from '../../machinery/schema/schema.ts'
import { objectMeta } from '../meta/object-meta.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import { ageColumn, nameColumn } from '../columns.ts'
import { roundUpAmounts } from './resource-names.ts'
import { resourceQuotaWarnings, validateResourceQuota, validateResourceQuotaStatus, validateResourceQuotaUpdate } from './resource-quota-validation.ts'

const scopedResourceSelectorRequirementShape = object('io.k8s.api.core.v1.ScopedResourceSelectorRequirement', {
  scopeName: string(1, { required: true, enum: ['BestEffort', 'CrossNamespacePodAffinity', 'NotBestEffort', 'NotTerminating', 'PriorityClass', 'Terminating', 'VolumeAttributesClass'] }),
  operator: string(2, { required: true, enum: ['DoesNotExist', 'Exists', 'In', 'NotIn'] }),
  values: list(3, 'string', { listType: 'atomic' }),
})
export interface ScopedResourceSelectorRequirement extends Infer<typeof scopedResourceSelectorRequirementShape> {}
export const scopedResourceSelectorRequirement: Schema<ScopedResourceSelectorRequirement> = scopedResourceSelectorRequirementShape

const scopeSelectorShape = object('io.k8s.api.core.v1.ScopeSelector', {
  matchExpressions: list(1, scopedResourceSelectorRequirement, { listType: 'atomic' }),
}, { atomic: true })
export interface ScopeSelector extends Infer<typeof scopeSelectorShape> {}
export const scopeSelector: Schema<ScopeSelector> = scopeSelectorShape

const resourceQuotaSpecShape = object('io.k8s.api.core.v1.ResourceQuotaSpec', {
  hard: map(1, 'quantity'),
  scopes: list(2, 'string', { listType: 'atomic' }),
  scopeSelector: ref(3, scopeSelector),
})
export interface ResourceQuotaSpec extends Infer<typeof resourceQuotaSpecShape> {}
export const resourceQuotaSpec: Schema<ResourceQuotaSpec> = resourceQuotaSpecShape

const resourceQuotaStatusShape = object('io.k8s.api.core.v1.ResourceQuotaStatus', {
  hard: map(1, 'quantity'),
  used: map(2, 'quantity'),
})
export interface ResourceQuotaStatus extends Infer<typeof resourceQuotaStatusShape> {}
export const resourceQuotaStatus: Schema<ResourceQuotaStatus> = resourceQuotaStatusShape

const resourceQuotaShape = kind('io.k8s.api.core.v1.ResourceQuota', {
  metadata: struct(1, objectMeta),
  spec: struct(2, resourceQuotaSpec),
  status: struct(3, resourceQuotaStatus),
})
export interface ResourceQuota extends Infer<typeof resourceQuotaShape> {}
export const resourceQuota: Schema<ResourceQuota> = resourceQuotaShape

/** The handle for resourcequotas. */
export const ResourceQuotas: Resource<ResourceQuota> = defineResource<ResourceQuota>({
  version: 'v1', kind: 'ResourceQuota', plural: 'resourcequotas', shortNames: ['quota'],
  subresources: [
    { name: 'status', version: 'v1', kind: 'ResourceQuota', verbs: ['get', 'patch', 'update'] },
  ],
  storageVersionHash: '8uhSgffRX6w=',
  schema: resourceQuota,
  columns: [
    nameColumn,
    { name: 'Request', type: 'string', cell: quota => usage(quota, name => !name.startsWith('limits.')) },
    { name: 'Limit', type: 'string', cell: quota => usage(quota, name => name.startsWith('limits.')) },
    ageColumn,
  ],
  defaults: ({ spec, status }) => roundUpAmounts(spec.hard, status.hard, status.used),
  validate: validateResourceQuota,
  validateUpdate: validateResourceQuotaUpdate,
  validateStatusUpdate: validateResourceQuotaStatus,
  warnings: resourceQuotaWarnings,
})

const usage = ({ status: { hard = {}, used = {} } }: ResourceQuota, wanted: (name: string) => boolean): string =>
  Object.keys(hard).sort().filter(wanted).map(name => `${name}: ${used[name] ?? '0'}/${hard[name]}`).join(', ')
