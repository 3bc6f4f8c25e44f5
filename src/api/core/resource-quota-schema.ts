import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { kind, list, map, object, ref, string, struct } from '../../machinery/schema/schema.ts'
import { objectMeta } from '../meta/object-meta.ts'

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
