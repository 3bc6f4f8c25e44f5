import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { kind, list, object, struct } from '../../machinery/schema/schema.ts'
import { condition } from '../meta/condition.ts'
import { objectMeta } from '../meta/object-meta.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'

const serviceCIDRSpecShape = object('io.k8s.api.networking.v1.ServiceCIDRSpec', {
  cidrs: list(1, 'string', { listType: 'atomic' }),
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
})
