import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import { ageColumn, nameColumn } from '../columns.ts'
import { keepUsersMetadata, STATUS_ONLY } from '../meta/status-strategy.ts'
import { goForm } from '../go-form.ts'
import { invalid, sameJson } from '../validation.ts'
import { deviceId, validateClaimStatus } from './claim-status-validation.ts'
import { defaultClaimSpec, validateClaimSpec } from './claim-validation.ts'
import { resourceClaimSpec } from './shared.ts'
import type { ResourceClaim } from './resource-claim-schema.ts'
import { resourceClaim } from './resource-claim-schema.ts'

export * from './resource-claim-schema.ts'

/** The handle for resourceclaims of resource.k8s.io. */
export const ResourceClaims: Resource<ResourceClaim> = defineResource<ResourceClaim>({
  group: 'resource.k8s.io', version: 'v1', kind: 'ResourceClaim', plural: 'resourceclaims',
  subresources: [
    { name: 'status', group: 'resource.k8s.io', version: 'v1', kind: 'ResourceClaim', verbs: ['get', 'patch', 'update'] },
  ],
  storageVersionHash: 'wgAZaHcZxUg=',
  schema: resourceClaim,
  columns: [nameColumn, { name: 'State', type: 'string', cell: stateText }, ageColumn],
  defaults: ({ spec }) => defaultClaimSpec(spec),
  prepareForSubresource(draft, old) {
    keepUsersMetadata(draft, old)
    dropDeallocated(draft, old)
  },
  resetFields: STATUS_ONLY,
  validate: ({ spec }, { isNew }) => (isNew === false ? [] : validateClaimSpec(spec, 'spec')),
  validateUpdate: ({ spec }, old) => (sameJson(spec, old.spec) ? [] : [invalid('spec', goForm(resourceClaimSpec, spec), 'field is immutable')]),
  validateStatusUpdate: validateClaimStatus,
})

function stateText({ metadata, status }: ResourceClaim): string {
  const deleted = metadata.deletionTimestamp !== undefined
  const states = status.allocation ? ['allocated', ...(status.reservedFor?.length ? ['reserved'] : [])] : deleted ? [] : ['pending']
  return [...(deleted ? ['deleted'] : []), ...states].join(',')
}

/** What is said of devices goes with them when they are taken back. */
function dropDeallocated({ status }: ResourceClaim, old: ResourceClaim): void {
  const held = new Set((status.allocation?.devices.results ?? []).map(deviceId))
  const gone = new Set((old.status.allocation?.devices.results ?? []).map(deviceId).filter(id => !held.has(id)))
  if (gone.size === 0 || !status.devices) return
  const kept = status.devices.filter(device => !gone.has(deviceId(device)))
  if (kept.length > 0) status.devices = kept
  else delete status.devices
}
