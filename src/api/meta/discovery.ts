import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { bool, int32, int64, kind, list, object, rawExtension, string, struct } from '../../machinery/schema/schema.ts'
import { groupVersionForDiscovery } from './group-kinds.ts'
import { listMeta } from './object-meta.ts'
import { partialObjectMetadata } from './table.ts'

const serverAddressByClientCIDRShape = object('io.k8s.apimachinery.pkg.apis.meta.v1.ServerAddressByClientCIDR', {
  clientCIDR: string(1, { required: true }),
  serverAddress: string(2, { required: true }),
})
export interface ServerAddressByClientCIDR extends Infer<typeof serverAddressByClientCIDRShape> {}
export const serverAddressByClientCIDR: Schema<ServerAddressByClientCIDR> = serverAddressByClientCIDRShape

const apiGroupShape = kind('io.k8s.apimachinery.pkg.apis.meta.v1.APIGroup', {
  name: string(1, { required: true }),
  versions: list(2, groupVersionForDiscovery, { required: true, listType: 'atomic' }),
  preferredVersion: struct(3, groupVersionForDiscovery),
  serverAddressByClientCIDRs: list(4, serverAddressByClientCIDR, { listType: 'atomic' }),
})
export interface APIGroup extends Infer<typeof apiGroupShape> {}
export const apiGroup: Schema<APIGroup> = apiGroupShape

const apiGroupListShape = kind('io.k8s.apimachinery.pkg.apis.meta.v1.APIGroupList', {
  groups: list(1, apiGroup, { required: true, listType: 'atomic' }),
})
export interface APIGroupList extends Infer<typeof apiGroupListShape> {}
export const apiGroupList: Schema<APIGroupList> = apiGroupListShape

const apiResourceShape = object('io.k8s.apimachinery.pkg.apis.meta.v1.APIResource', {
  name: string(1, { required: true }),
  singularName: string(6, { required: true }),
  namespaced: bool(2, { required: true }),
  group: string(8),
  version: string(9),
  kind: string(3, { required: true }),
  verbs: list(4, 'string', { required: true, message: true }),
  shortNames: list(5, 'string', { listType: 'atomic' }),
  categories: list(7, 'string', { listType: 'atomic' }),
  storageVersionHash: string(10),
})
export interface APIResource extends Infer<typeof apiResourceShape> {}
export const apiResource: Schema<APIResource> = apiResourceShape

const apiResourceListShape = kind('io.k8s.apimachinery.pkg.apis.meta.v1.APIResourceList', {
  groupVersion: string(1, { required: true }),
  resources: list(2, apiResource, { required: true, listType: 'atomic' }),
})
export interface APIResourceList extends Infer<typeof apiResourceListShape> {}
export const apiResourceList: Schema<APIResourceList> = apiResourceListShape

const apiVersionsShape = kind('io.k8s.apimachinery.pkg.apis.meta.v1.APIVersions', {
  versions: list(1, 'string', { required: true, listType: 'atomic' }),
  serverAddressByClientCIDRs: list(2, serverAddressByClientCIDR, { required: true, listType: 'atomic' }),
})
export interface APIVersions extends Infer<typeof apiVersionsShape> {}
export const apiVersions: Schema<APIVersions> = apiVersionsShape

const listSchemaShape = kind('io.k8s.apimachinery.pkg.apis.meta.v1.List', {
  metadata: struct(1, listMeta),
  items: list(2, 'rawExtension', { required: true }),
})
export interface List extends Infer<typeof listSchemaShape> {}
export const listSchema: Schema<List> = listSchemaShape

const partialObjectMetadataListShape = kind('io.k8s.apimachinery.pkg.apis.meta.v1.PartialObjectMetadataList', {
  metadata: struct(1, listMeta),
  items: list(2, partialObjectMetadata, { required: true }),
})
export interface PartialObjectMetadataList extends Infer<typeof partialObjectMetadataListShape> {}
export const partialObjectMetadataList: Schema<PartialObjectMetadataList> = partialObjectMetadataListShape

const rootPathsShape = object('io.k8s.apimachinery.pkg.apis.meta.v1.RootPaths', {
  paths: list(1, 'string', { required: true, listType: 'atomic' }),
})
export interface RootPaths extends Infer<typeof rootPathsShape> {}
export const rootPaths: Schema<RootPaths> = rootPathsShape

const timestampShape = object('io.k8s.apimachinery.pkg.apis.meta.v1.Timestamp', {
  seconds: int64(1, { required: true }),
  nanos: int32(2, { required: true }),
})
export interface Timestamp extends Infer<typeof timestampShape> {}
export const timestamp: Schema<Timestamp> = timestampShape

const typeMetaShape = object('io.k8s.apimachinery.pkg.apis.meta.v1.TypeMeta', {
  kind: string(1),
  apiVersion: string(2),
})
export interface TypeMeta extends Infer<typeof typeMetaShape> {}
export const typeMeta: Schema<TypeMeta> = typeMetaShape

const watchEventShape = object('io.k8s.apimachinery.pkg.apis.meta.v1.WatchEvent', {
  type: string(1, { required: true }),
  object: rawExtension(2, { required: true }),
})
export interface WatchEvent extends Infer<typeof watchEventShape> {}
export const watchEvent: Schema<WatchEvent> = watchEventShape

const infoShape = object('io.k8s.apimachinery.pkg.version.Info', {
  major: string(0, { required: true }),
  minor: string(0, { required: true }),
  emulationMajor: string(0),
  emulationMinor: string(0),
  minCompatibilityMajor: string(0),
  minCompatibilityMinor: string(0),
  gitVersion: string(0, { required: true }),
  gitCommit: string(0, { required: true }),
  gitTreeState: string(0, { required: true }),
  buildDate: string(0, { required: true }),
  goVersion: string(0, { required: true }),
  compiler: string(0, { required: true }),
  platform: string(0, { required: true }),
}, { proto: undefined })
export interface Info extends Infer<typeof infoShape> {}
export const info: Schema<Info> = infoShape
