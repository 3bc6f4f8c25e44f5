import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { kind, list, object, string, struct } from '../../machinery/schema/schema.ts'
import { objectMeta } from '../meta/object-meta.ts'
import { nameColumn } from '../columns.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'

const componentConditionShape = object('io.k8s.api.core.v1.ComponentCondition', {
  type: string(1, { required: true }),
  status: string(2, { required: true }),
  message: string(3),
  error: string(4),
})
export interface ComponentCondition extends Infer<typeof componentConditionShape> {}
export const componentCondition: Schema<ComponentCondition> = componentConditionShape

const componentStatusShape = kind('io.k8s.api.core.v1.ComponentStatus', {
  metadata: struct(1, objectMeta),
  conditions: list(2, componentCondition, { patchStrategy: 'merge', patchMergeKey: 'type', listType: 'map', listMapKeys: ['type'] }),
})
export interface ComponentStatus extends Infer<typeof componentStatusShape> {}
export const componentStatus: Schema<ComponentStatus> = componentStatusShape

/** The handle for componentstatuses. */
export const ComponentStatuses: Resource<ComponentStatus> = defineResource<ComponentStatus>({
  version: 'v1', kind: 'ComponentStatus', plural: 'componentstatuses', shortNames: ['cs'], namespaced: false,
  verbs: ['get', 'list'],
  schema: componentStatus,
  columns: [
    nameColumn,
    { name: 'Status', type: 'string', cell: object => (healthOf(object)?.status === 'True' ? 'Healthy' : healthOf(object)?.status === 'False' ? 'Unhealthy' : 'Unknown') },
    { name: 'Message', type: 'string', cell: object => healthOf(object)?.message ?? '' },
    { name: 'Error', type: 'string', cell: object => healthOf(object)?.error ?? '' },
  ],
})

const healthOf = ({ conditions }: ComponentStatus): ComponentCondition | undefined => conditions?.find(({ type }) => type === 'Healthy')

