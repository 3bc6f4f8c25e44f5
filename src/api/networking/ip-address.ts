import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { kind, object, ref, string, struct } from '../../machinery/schema/schema.ts'
import { objectMeta } from '../meta/object-meta.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'

const parentReferenceShape = object('io.k8s.api.networking.v1.ParentReference', {
  group: string(1),
  resource: string(2, { required: true, omitEmpty: true }),
  namespace: string(3),
  name: string(4, { required: true, omitEmpty: true }),
})
export interface ParentReference extends Infer<typeof parentReferenceShape> {}
export const parentReference: Schema<ParentReference> = parentReferenceShape

const ipAddressSpecShape = object('io.k8s.api.networking.v1.IPAddressSpec', {
  parentRef: ref(1, parentReference, { required: true, omitEmpty: true }),
})
export interface IPAddressSpec extends Infer<typeof ipAddressSpecShape> {}
export const ipAddressSpec: Schema<IPAddressSpec> = ipAddressSpecShape

const ipAddressShape = kind('io.k8s.api.networking.v1.IPAddress', {
  metadata: struct(1, objectMeta),
  spec: struct(2, ipAddressSpec, { required: true, omitEmpty: true }),
})
export interface IPAddress extends Infer<typeof ipAddressShape> {}
export const ipAddress: Schema<IPAddress> = ipAddressShape

/** The handle for ipaddresses of networking.k8s.io. */
export const IPAddresses: Resource<IPAddress> = defineResource<IPAddress>({
  group: 'networking.k8s.io', version: 'v1', kind: 'IPAddress', plural: 'ipaddresses', shortNames: ['ip'], namespaced: false,
  storageVersionHash: '3f/plJFChNE=',
  schema: ipAddress,
})
