import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import { ageColumn, nameColumn } from '../columns.ts'
import { roundUpAmounts } from './resource-names.ts'
import { resourceQuotaWarnings, validateResourceQuota, validateResourceQuotaStatus, validateResourceQuotaUpdate } from './resource-quota-validation.ts'
import type { ResourceQuota } from './resource-quota-schema.ts'
import { resourceQuota } from './resource-quota-schema.ts'

export * from './resource-quota-schema.ts'

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
