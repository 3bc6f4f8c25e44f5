import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { kind, list, object, ref, string, struct } from '../../machinery/schema/schema.ts'
import { groupVersionKind } from '../meta/group-kinds.ts'
import { objectMeta } from '../meta/object-meta.ts'

const apiSubresourceDiscoveryShape = object('io.k8s.api.apidiscovery.v2.APISubresourceDiscovery', {
  subresource: string(1, { required: true }),
  responseKind: ref(2, groupVersionKind),
  acceptedTypes: list(3, groupVersionKind, { listType: 'map', listMapKeys: ['group', 'version', 'kind'] }),
  verbs: list(4, 'string', { required: true, listType: 'set' }),
})
export interface APISubresourceDiscovery extends Infer<typeof apiSubresourceDiscoveryShape> {}
export const apiSubresourceDiscovery: Schema<APISubresourceDiscovery> = apiSubresourceDiscoveryShape

const apiResourceDiscoveryShape = object('io.k8s.api.apidiscovery.v2.APIResourceDiscovery', {
  resource: string(1, { required: true }),
  responseKind: ref(2, groupVersionKind),
  scope: string(3, { required: true }),
  singularResource: string(4, { required: true }),
  verbs: list(5, 'string', { required: true, listType: 'set' }),
  shortNames: list(6, 'string', { listType: 'set' }),
  categories: list(7, 'string', { listType: 'set' }),
  subresources: list(8, apiSubresourceDiscovery, { listType: 'map', listMapKeys: ['subresource'] }),
})
export interface APIResourceDiscovery extends Infer<typeof apiResourceDiscoveryShape> {}
export const apiResourceDiscovery: Schema<APIResourceDiscovery> = apiResourceDiscoveryShape

const apiVersionDiscoveryShape = object('io.k8s.api.apidiscovery.v2.APIVersionDiscovery', {
  version: string(1, { required: true }),
  resources: list(2, apiResourceDiscovery, { listType: 'map', listMapKeys: ['resource'] }),
  freshness: string(3),
})
export interface APIVersionDiscovery extends Infer<typeof apiVersionDiscoveryShape> {}
export const apiVersionDiscovery: Schema<APIVersionDiscovery> = apiVersionDiscoveryShape

const apiGroupDiscoveryShape = kind('io.k8s.api.apidiscovery.v2.APIGroupDiscovery', {
  metadata: struct(1, objectMeta),
  versions: list(2, apiVersionDiscovery, { listType: 'map', listMapKeys: ['version'] }),
})
export interface APIGroupDiscovery extends Infer<typeof apiGroupDiscoveryShape> {}
export const apiGroupDiscovery: Schema<APIGroupDiscovery> = apiGroupDiscoveryShape
