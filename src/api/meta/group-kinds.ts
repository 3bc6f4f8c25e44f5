import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { object, string } from '../../machinery/schema/schema.ts'

const groupKindShape = object('io.k8s.apimachinery.pkg.apis.meta.v1.GroupKind', {
  group: string(1, { required: true }),
  kind: string(2, { required: true }),
})
export interface GroupKind extends Infer<typeof groupKindShape> {}
export const groupKind: Schema<GroupKind> = groupKindShape

const groupResourceShape = object('io.k8s.apimachinery.pkg.apis.meta.v1.GroupResource', {
  group: string(1, { required: true }),
  resource: string(2, { required: true }),
})
export interface GroupResource extends Infer<typeof groupResourceShape> {}
export const groupResource: Schema<GroupResource> = groupResourceShape

const groupVersionShape = object('io.k8s.apimachinery.pkg.apis.meta.v1.GroupVersion', {
  group: string(1, { required: true }),
  version: string(2, { required: true }),
})
export interface GroupVersion extends Infer<typeof groupVersionShape> {}
export const groupVersion: Schema<GroupVersion> = groupVersionShape

const groupVersionForDiscoveryShape = object('io.k8s.apimachinery.pkg.apis.meta.v1.GroupVersionForDiscovery', {
  groupVersion: string(1, { required: true }),
  version: string(2, { required: true }),
})
export interface GroupVersionForDiscovery extends Infer<typeof groupVersionForDiscoveryShape> {}
export const groupVersionForDiscovery: Schema<GroupVersionForDiscovery> = groupVersionForDiscoveryShape

const groupVersionKindShape = object('io.k8s.apimachinery.pkg.apis.meta.v1.GroupVersionKind', {
  group: string(1, { required: true }),
  version: string(2, { required: true }),
  kind: string(3, { required: true }),
})
export interface GroupVersionKind extends Infer<typeof groupVersionKindShape> {}
export const groupVersionKind: Schema<GroupVersionKind> = groupVersionKindShape

const groupVersionResourceShape = object('io.k8s.apimachinery.pkg.apis.meta.v1.GroupVersionResource', {
  group: string(1, { required: true }),
  version: string(2, { required: true }),
  resource: string(3, { required: true }),
})
export interface GroupVersionResource extends Infer<typeof groupVersionResourceShape> {}
export const groupVersionResource: Schema<GroupVersionResource> = groupVersionResourceShape
