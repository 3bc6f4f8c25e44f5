import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { int32, int64, kind, list, map, object, ref, string, struct, time } from '../../machinery/schema/schema.ts'
import { podTemplateSpec } from './pod/pod-spec.ts'
import { objectMeta } from '../meta/object-meta.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import { ageColumn, containerColumns, labelsText, nameColumn } from '../columns.ts'
import { podNameWarnings } from '../apps/template-validation.ts'
import { sameJson } from '../validation.ts'
import { defaultPodTemplate } from './pod/defaults.ts'
import { templateWarnings } from './pod/warnings.ts'
import { validateReplicationController, validateReplicationControllerStatus } from './replication-controller-validation.ts'

const replicationControllerSpecShape = object('io.k8s.api.core.v1.ReplicationControllerSpec', {
  replicas: int32(1, { pointer: true, default: 1 }),
  minReadySeconds: int32(4, { default: 0 }),
  selector: map(2, 'string', { mapType: 'atomic' }),
  template: ref(3, podTemplateSpec),
})
export interface ReplicationControllerSpec extends Infer<typeof replicationControllerSpecShape> {}
export const replicationControllerSpec: Schema<ReplicationControllerSpec> = replicationControllerSpecShape

const replicationControllerConditionShape = object('io.k8s.api.core.v1.ReplicationControllerCondition', {
  type: string(1, { required: true }),
  status: string(2, { required: true }),
  lastTransitionTime: time(3),
  reason: string(4),
  message: string(5),
})
export interface ReplicationControllerCondition extends Infer<typeof replicationControllerConditionShape> {}
export const replicationControllerCondition: Schema<ReplicationControllerCondition> = replicationControllerConditionShape

const replicationControllerStatusShape = object('io.k8s.api.core.v1.ReplicationControllerStatus', {
  replicas: int32(1, { required: true }),
  fullyLabeledReplicas: int32(2),
  readyReplicas: int32(4),
  availableReplicas: int32(5),
  observedGeneration: int64(3),
  conditions: list(6, replicationControllerCondition, { patchStrategy: 'merge', patchMergeKey: 'type', listType: 'map', listMapKeys: ['type'] }),
})
export interface ReplicationControllerStatus extends Infer<typeof replicationControllerStatusShape> {}
export const replicationControllerStatus: Schema<ReplicationControllerStatus> = replicationControllerStatusShape

const replicationControllerShape = kind('io.k8s.api.core.v1.ReplicationController', {
  metadata: struct(1, objectMeta),
  spec: struct(2, replicationControllerSpec),
  status: struct(3, replicationControllerStatus),
})
export interface ReplicationController extends Infer<typeof replicationControllerShape> {}
export const replicationController: Schema<ReplicationController> = replicationControllerShape

/** The handle for replicationcontrollers. */
export const ReplicationControllers: Resource<ReplicationController> = defineResource<ReplicationController>({
  version: 'v1', kind: 'ReplicationController', plural: 'replicationcontrollers', shortNames: ['rc'], categories: ['all'],
  subresources: [
    { name: 'scale', group: 'autoscaling', version: 'v1', kind: 'Scale', verbs: ['get', 'patch', 'update'] },
    { name: 'status', version: 'v1', kind: 'ReplicationController', verbs: ['get', 'patch', 'update'] },
  ],
  storageVersionHash: 'Jond2If31h0=',
  storagePrefix: 'controllers',
  schema: replicationController,
  columns: [
    nameColumn,
    { name: 'Desired', type: 'integer', cell: ({ spec }) => spec.replicas ?? 0 },
    { name: 'Current', type: 'integer', cell: ({ status }) => status.replicas },
    { name: 'Ready', type: 'integer', cell: ({ status }) => status.readyReplicas ?? 0 },
    ageColumn,
    ...containerColumns<ReplicationController>(({ spec }) => spec.template?.spec ?? { containers: [] }),
    { name: 'Selector', type: 'string', priority: 1, cell: ({ spec }) => labelsText(spec.selector) },
  ],
  fieldSelectors: { 'status.replicas': ({ status }) => `${status.replicas}` },
  generationOf: ({ spec }) => spec,
  defaults: defaultReplicationController,
  validate: validateReplicationController,
  validateStatusUpdate: validateReplicationControllerStatus,
  warnings: ({ metadata, spec }, old) => [
    ...(old ? [] : podNameWarnings(metadata.name)), ...(spec.template && !(old && sameJson(spec, old.spec)) ? templateWarnings(spec.template) : []),
  ],
})

/** The labels of the template are the controller's own, and what it looks for, unless it says otherwise. */
function defaultReplicationController({ metadata, spec }: ReplicationController): void {
  spec.replicas ??= 1
  const { template } = spec
  if (!template) return
  const labels = template.metadata?.labels
  if (labels && Object.keys(labels).length > 0) {
    if (Object.keys(spec.selector ?? {}).length === 0) spec.selector = { ...labels }
    if (Object.keys(metadata.labels ?? {}).length === 0) metadata.labels = { ...labels }
  }
  defaultPodTemplate(template)
}
