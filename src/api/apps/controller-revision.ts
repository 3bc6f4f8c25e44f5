import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { int64, kind, rawExtension, struct } from '../../machinery/schema/schema.ts'
import { objectMeta } from '../meta/object-meta.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'

const controllerRevisionShape = kind('io.k8s.api.apps.v1.ControllerRevision', {
  metadata: struct(1, objectMeta),
  data: rawExtension(2),
  revision: int64(3, { required: true }),
})
export interface ControllerRevision extends Infer<typeof controllerRevisionShape> {}
export const controllerRevision: Schema<ControllerRevision> = controllerRevisionShape

/** The handle for controllerrevisions of apps. */
export const ControllerRevisions: Resource<ControllerRevision> = defineResource<ControllerRevision>({
  group: 'apps', version: 'v1', kind: 'ControllerRevision', plural: 'controllerrevisions',
  storageVersionHash: '85nkx63pcBU=',
  schema: controllerRevision,
})
