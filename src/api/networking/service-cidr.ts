import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { kind, list, object, struct } from '../../machinery/schema/schema.ts'
import { condition } from '../meta/condition.ts'
import { objectMeta } from '../meta/object-meta.ts'
import { keepUsersMetadata, STATUS_ONLY } from '../meta/status-strategy.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import type { Cause } from '../../machinery/status.ts'
import { canonicalCidrProblems, parseCidr } from '../cidr.ts'
import { ageColumn, nameColumn } from '../columns.ts'
import { invalid, invalidBy, required } from '../validation.ts'

const serviceCIDRSpecShape = object('io.k8s.api.networking.v1.ServiceCIDRSpec', {
  cidrs: list(1, 'string', { listType: 'atomic', keepEmpty: true }),
})
export interface ServiceCIDRSpec extends Infer<typeof serviceCIDRSpecShape> {}
export const serviceCIDRSpec: Schema<ServiceCIDRSpec> = serviceCIDRSpecShape

const serviceCIDRStatusShape = object('io.k8s.api.networking.v1.ServiceCIDRStatus', {
  conditions: list(1, condition, { patchStrategy: 'merge', patchMergeKey: 'type', listType: 'map', listMapKeys: ['type'] }),
})
export interface ServiceCIDRStatus extends Infer<typeof serviceCIDRStatusShape> {}
export const serviceCIDRStatus: Schema<ServiceCIDRStatus> = serviceCIDRStatusShape

const serviceCIDRShape = kind('io.k8s.api.networking.v1.ServiceCIDR', {
  metadata: struct(1, objectMeta),
  spec: struct(2, serviceCIDRSpec),
  status: struct(3, serviceCIDRStatus),
})
export interface ServiceCIDR extends Infer<typeof serviceCIDRShape> {}
export const serviceCIDR: Schema<ServiceCIDR> = serviceCIDRShape

/** The handle for servicecidrs of networking.k8s.io. */
export const ServiceCIDRs: Resource<ServiceCIDR> = defineResource<ServiceCIDR>({
  group: 'networking.k8s.io', version: 'v1', kind: 'ServiceCIDR', plural: 'servicecidrs', namespaced: false,
  subresources: [
    { name: 'status', group: 'networking.k8s.io', version: 'v1', kind: 'ServiceCIDR', verbs: ['get', 'patch', 'update'] },
  ],
  storageVersionHash: 'gNLvruQhW2g=',
  schema: serviceCIDR,
  columns: [nameColumn, { name: 'CIDRs', type: 'string', cell: ({ spec }) => (spec.cidrs ?? []).join(',') }, ageColumn],
  prepareForSubresource: keepUsersMetadata,
  resetFields: STATUS_ONLY,
  validate: ({ spec }, { isNew }) => (isNew === false ? [] : validateCidrs(spec.cidrs ?? [])),
  validateUpdate: ({ spec }, old) => validateCidrsUpdate(spec.cidrs, old.spec.cidrs ?? []),
})

const FIELD = 'spec.cidrs'
const IMMUTABLE = 'field is immutable'

function validateCidrs(cidrs: readonly string[]): Cause[] {
  if (cidrs.length === 0) return [required(FIELD, 'at least one CIDR required')]
  if (cidrs.length > 2) return [invalid(FIELD, { CIDRs: cidrs }, 'may only hold up to 2 values')]
  const causes = cidrs.flatMap((cidr, index) => invalidBy(`${FIELD}[${index}]`, cidr, canonicalCidrProblems))
  const [first, second] = cidrs.map(cidr => parseCidr(cidr)?.bits)
  if (cidrs.length === 2 && first && first === second) {
    causes.push(invalid(FIELD, cidrs, 'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64'))
  }
  return causes
}

/** Addresses are allocated from the ranges, so they stay; a range of the other family may be added. */
function validateCidrsUpdate(given: readonly string[] | undefined, old: readonly string[]): Cause[] {
  const cidrs = given ?? []
  if (cidrs.length === old.length) return cidrs.flatMap((cidr, index) => (cidr === old[index] ? [] : [invalid(`${FIELD}[${index}]`, cidr, IMMUTABLE)]))
  if (cidrs.length !== 2 || old.length !== 1) return [invalid(FIELD, given, IMMUTABLE)]
  return [...(cidrs[0] === old[0] ? [] : [invalid(`${FIELD}[0]`, cidrs[0], IMMUTABLE)]), ...validateCidrs(cidrs)]
}
