import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { bool, fieldsV1, int64, list, map, object, ref, string, time } from '../../machinery/schema/schema.ts'

const shardInfoShape = object('io.k8s.apimachinery.pkg.apis.meta.v1.ShardInfo', {
  selector: string(1, { required: true }),
})
export interface ShardInfo extends Infer<typeof shardInfoShape> {}
export const shardInfo: Schema<ShardInfo> = shardInfoShape

const listMetaShape = object('io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta', {
  selfLink: string(1, { deprecated: true }),
  resourceVersion: string(2),
  continue: string(3),
  remainingItemCount: int64(4, { pointer: true }),
  shardInfo: ref(5, shardInfo),
})
export interface ListMeta extends Infer<typeof listMetaShape> {}
export const listMeta: Schema<ListMeta> = listMetaShape

const managedFieldsEntryShape = object('io.k8s.apimachinery.pkg.apis.meta.v1.ManagedFieldsEntry', {
  manager: string(1),
  operation: string(2),
  apiVersion: string(3),
  time: time(4, { pointer: true }),
  fieldsType: string(6),
  fieldsV1: fieldsV1(7, { pointer: true }),
  subresource: string(8),
})
export interface ManagedFieldsEntry extends Infer<typeof managedFieldsEntryShape> {}
export const managedFieldsEntry: Schema<ManagedFieldsEntry> = managedFieldsEntryShape

const ownerReferenceShape = object('io.k8s.apimachinery.pkg.apis.meta.v1.OwnerReference', {
  apiVersion: string(5, { required: true }),
  kind: string(1, { required: true }),
  name: string(3, { required: true }),
  uid: string(4, { required: true }),
  controller: bool(6, { pointer: true }),
  blockOwnerDeletion: bool(7, { pointer: true }),
}, { atomic: true })
export interface OwnerReference extends Infer<typeof ownerReferenceShape> {}
export const ownerReference: Schema<OwnerReference> = ownerReferenceShape

const objectMetaShape = object('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta', {
  name: string(1),
  generateName: string(2),
  namespace: string(3),
  selfLink: string(4, { deprecated: true }),
  uid: string(5),
  resourceVersion: string(6),
  generation: int64(7),
  creationTimestamp: time(8, { omitZero: true }),
  deletionTimestamp: time(9, { pointer: true }),
  deletionGracePeriodSeconds: int64(10, { pointer: true }),
  labels: map(11, 'string'),
  annotations: map(12, 'string'),
  ownerReferences: list(13, ownerReference, { patchStrategy: 'merge', patchMergeKey: 'uid', listType: 'map', listMapKeys: ['uid'] }),
  finalizers: list(14, 'string', { patchStrategy: 'merge', listType: 'set' }),
  managedFields: list(17, managedFieldsEntry, { listType: 'atomic' }),
})
/** Of a stored object: the server has filled in name, uid, version and time of creation. `namespace` is there for namespaced kinds. */
export interface ObjectMeta extends Omit<Infer<typeof objectMetaShape>, 'name' | 'namespace' | 'uid' | 'resourceVersion' | 'creationTimestamp'> {
  name: string
  namespace: string
  uid: string
  resourceVersion: string
  creationTimestamp: string
}
export const objectMeta = objectMetaShape as Schema<ObjectMeta>

/** Metadata with other labels. */
export function withLabels({ labels: _, ...metadata }: ObjectMeta, labels: ObjectMeta['labels']): ObjectMeta {
  return { ...metadata, ...(labels && { labels }) }
}

/** Metadata without one of its annotations. */
export function withoutAnnotation(metadata: ObjectMeta, name: string): ObjectMeta {
  if (metadata.annotations?.[name] === undefined) return metadata
  const { annotations: { [name]: _, ...annotations }, ...others } = metadata
  return { ...others, ...(Object.keys(annotations).length > 0 && { annotations }) }
}
