import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { bool, int64, kind, list, object, ref, string } from '../../machinery/schema/schema.ts'

const applyOptionsShape = kind('io.k8s.apimachinery.pkg.apis.meta.v1.ApplyOptions', {
  dryRun: list(1, 'string', { listType: 'atomic' }),
  force: bool(2, { required: true }),
  fieldManager: string(3, { required: true }),
})
export interface ApplyOptions extends Infer<typeof applyOptionsShape> {}
export const applyOptions: Schema<ApplyOptions> = applyOptionsShape

const createOptionsShape = kind('io.k8s.apimachinery.pkg.apis.meta.v1.CreateOptions', {
  dryRun: list(1, 'string', { listType: 'atomic' }),
  fieldManager: string(3),
  fieldValidation: string(4),
})
export interface CreateOptions extends Infer<typeof createOptionsShape> {}
export const createOptions: Schema<CreateOptions> = createOptionsShape

const preconditionsShape = object('io.k8s.apimachinery.pkg.apis.meta.v1.Preconditions', {
  uid: string(1, { pointer: true }),
  resourceVersion: string(2, { pointer: true }),
})
export interface Preconditions extends Infer<typeof preconditionsShape> {}
export const preconditions: Schema<Preconditions> = preconditionsShape

const deleteOptionsShape = kind('io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions', {
  gracePeriodSeconds: int64(1, { pointer: true }),
  preconditions: ref(2, preconditions),
  orphanDependents: bool(3, { pointer: true, deprecated: true }),
  propagationPolicy: string(4, { pointer: true }),
  dryRun: list(5, 'string', { listType: 'atomic' }),
  ignoreStoreReadErrorWithClusterBreakingPotential: bool(6, { pointer: true }),
})
export interface DeleteOptions extends Infer<typeof deleteOptionsShape> {}
export const deleteOptions: Schema<DeleteOptions> = deleteOptionsShape

const getOptionsShape = kind('io.k8s.apimachinery.pkg.apis.meta.v1.GetOptions', {
  resourceVersion: string(1),
})
export interface GetOptions extends Infer<typeof getOptionsShape> {}
export const getOptions: Schema<GetOptions> = getOptionsShape

const listOptionsShape = kind('io.k8s.apimachinery.pkg.apis.meta.v1.ListOptions', {
  labelSelector: string(1),
  fieldSelector: string(2),
  watch: bool(3),
  allowWatchBookmarks: bool(9),
  resourceVersion: string(4),
  resourceVersionMatch: string(10),
  timeoutSeconds: int64(5, { pointer: true }),
  limit: int64(7),
  continue: string(8),
  sendInitialEvents: bool(11, { pointer: true }),
  shardSelector: string(15),
})
export interface ListOptions extends Infer<typeof listOptionsShape> {}
export const listOptions: Schema<ListOptions> = listOptionsShape

const patchShape = object('io.k8s.apimachinery.pkg.apis.meta.v1.Patch', {})
export interface Patch extends Infer<typeof patchShape> {}
export const patch: Schema<Patch> = patchShape

const patchOptionsShape = kind('io.k8s.apimachinery.pkg.apis.meta.v1.PatchOptions', {
  dryRun: list(1, 'string', { listType: 'atomic' }),
  force: bool(2, { pointer: true }),
  fieldManager: string(3),
  fieldValidation: string(4),
})
export interface PatchOptions extends Infer<typeof patchOptionsShape> {}
export const patchOptions: Schema<PatchOptions> = patchOptionsShape

const updateOptionsShape = kind('io.k8s.apimachinery.pkg.apis.meta.v1.UpdateOptions', {
  dryRun: list(1, 'string', { listType: 'atomic' }),
  fieldManager: string(2),
  fieldValidation: string(3),
})
export interface UpdateOptions extends Infer<typeof updateOptionsShape> {}
export const updateOptions: Schema<UpdateOptions> = updateOptionsShape
