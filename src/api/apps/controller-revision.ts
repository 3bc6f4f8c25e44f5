import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { int64, kind, rawExtension, struct } from '../../machinery/schema/schema.ts'
import { objectMeta } from '../meta/object-meta.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import { ageColumn, nameColumn } from '../columns.ts'
import type { OwnerReference } from '../meta/object-meta.ts'
import { immutable, nonNegative, required } from '../validation.ts'

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
  columns: [
    nameColumn,
    { name: 'Controller', type: 'string', cell: ({ metadata }) => controllerText(metadata.ownerReferences) },
    { name: 'Revision', type: 'string', cell: ({ revision }) => revision },
    ageColumn,
  ],
  validate({ data, revision }, { isNew }) {
    const causes = nonNegative('revision', revision)
    if (isNew === false) return causes
    if (data === undefined || data === null) return [...causes, required('data', 'data is mandatory')]
    return typeof data === 'object' && !Array.isArray(data) ? causes : [...causes, required('data', 'data must be a valid JSON object')]
  },
  validateUpdate: ({ data }, old) => immutable('data', data, old.data),
})

function controllerText(owners: readonly OwnerReference[] | undefined): string {
  const controller = owners?.find(owner => owner.controller)
  if (!controller) return '<none>'
  const group = controller.apiVersion.includes('/') ? `.${controller.apiVersion.split('/')[0]}` : ''
  return `${(controller.kind + group).toLowerCase()}/${controller.name}`
}
