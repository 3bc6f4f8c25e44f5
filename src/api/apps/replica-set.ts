import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { int32, int64, kind, list, object, ref, string, struct, time } from '../../machinery/schema/schema.ts'
import { podTemplateSpec } from '../core/pod/pod-spec.ts'
import { objectMeta } from '../meta/object-meta.ts'
import { labelSelector } from '../meta/selectors.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import { formatLabelSelector } from '../../machinery/selector.ts'
import { ageColumn, containerColumns, nameColumn } from '../columns.ts'
import { defaultPodTemplate } from '../core/pod/defaults.ts'
import { dropUnserved } from '../core/pod/strategy.ts'
import { immutable, invalid, nonNegative } from '../validation.ts'
import { nonNegativeCounts, validateRunningTemplate, validateSelector } from './template-validation.ts'
import type { Cause } from '../../machinery/status.ts'
import { podNameWarnings } from './template-validation.ts'
import { templateWarnings } from '../core/pod/warnings.ts'
import { sameJson } from '../validation.ts'

const replicaSetSpecShape = object('io.k8s.api.apps.v1.ReplicaSetSpec', {
  replicas: int32(1, { pointer: true }),
  minReadySeconds: int32(4),
  selector: ref(2, labelSelector, { required: true }),
  template: struct(3, podTemplateSpec),
})
export interface ReplicaSetSpec extends Infer<typeof replicaSetSpecShape> {}
export const replicaSetSpec: Schema<ReplicaSetSpec> = replicaSetSpecShape

const replicaSetConditionShape = object('io.k8s.api.apps.v1.ReplicaSetCondition', {
  type: string(1, { required: true }),
  status: string(2, { required: true }),
  lastTransitionTime: time(3),
  reason: string(4),
  message: string(5),
})
export interface ReplicaSetCondition extends Infer<typeof replicaSetConditionShape> {}
export const replicaSetCondition: Schema<ReplicaSetCondition> = replicaSetConditionShape

const replicaSetStatusShape = object('io.k8s.api.apps.v1.ReplicaSetStatus', {
  replicas: int32(1, { required: true }),
  fullyLabeledReplicas: int32(2),
  readyReplicas: int32(4),
  availableReplicas: int32(5),
  terminatingReplicas: int32(7, { pointer: true }),
  observedGeneration: int64(3),
  conditions: list(6, replicaSetCondition, { patchStrategy: 'merge', patchMergeKey: 'type', listType: 'map', listMapKeys: ['type'] }),
})
export interface ReplicaSetStatus extends Infer<typeof replicaSetStatusShape> {}
export const replicaSetStatus: Schema<ReplicaSetStatus> = replicaSetStatusShape

const replicaSetShape = kind('io.k8s.api.apps.v1.ReplicaSet', {
  metadata: struct(1, objectMeta),
  spec: struct(2, replicaSetSpec),
  status: struct(3, replicaSetStatus),
})
export interface ReplicaSet extends Infer<typeof replicaSetShape> {}
export const replicaSet: Schema<ReplicaSet> = replicaSetShape

/** The handle for replicasets of apps. */
export const ReplicaSets: Resource<ReplicaSet> = defineResource<ReplicaSet>({
  group: 'apps', version: 'v1', kind: 'ReplicaSet', plural: 'replicasets', shortNames: ['rs'], categories: ['all'],
  subresources: [
    { name: 'scale', group: 'autoscaling', version: 'v1', kind: 'Scale', verbs: ['get', 'patch', 'update'] },
    { name: 'status', group: 'apps', version: 'v1', kind: 'ReplicaSet', verbs: ['get', 'patch', 'update'] },
  ],
  storageVersionHash: 'P1RzHs8/mWQ=',
  schema: replicaSet,
  columns: [
    nameColumn,
    { name: 'Desired', type: 'integer', cell: ({ spec }) => spec.replicas ?? 0 },
    { name: 'Current', type: 'integer', cell: ({ status }) => status.replicas },
    { name: 'Ready', type: 'integer', cell: ({ status }) => status.readyReplicas ?? 0 },
    ageColumn,
    ...containerColumns<ReplicaSet>(({ spec }) => spec.template.spec),
    { name: 'Selector', type: 'string', priority: 1, cell: ({ spec }) => formatLabelSelector(spec.selector) },
  ],
  generationOf: ({ spec }) => spec,
  defaults({ spec }) {
    spec.replicas ??= 1
    defaultPodTemplate(spec.template)
  },
  prepareForCreate: ({ spec }) => dropUnserved(spec.template),
  prepareForUpdate: ({ spec }) => dropUnserved(spec.template),
  validate: ({ spec }) => [
    ...nonNegative('spec.replicas', spec.replicas), ...nonNegative('spec.minReadySeconds', spec.minReadySeconds),
    ...validateSelector(spec.selector, 'deployment'), ...validateRunningTemplate(spec.template, spec.selector),
  ],
  validateUpdate: ({ spec }, old) => immutable('spec.selector', spec.selector, old.spec.selector),
  validateStatusUpdate: ({ status }) => validateCounts(status),
  warnings: ({ metadata, spec }, old) => [...(old ? [] : podNameWarnings(metadata.name)), ...(old && sameJson(old.spec.template, spec.template) ? [] : templateWarnings(spec.template))],
})

function validateCounts(status: ReplicaSetStatus): Cause[] {
  const { replicas, fullyLabeledReplicas = 0, readyReplicas = 0, availableReplicas = 0 } = status
  const causes = nonNegativeCounts(status, ['replicas', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas', 'terminatingReplicas', 'observedGeneration'])
  const most = { fullyLabeledReplicas, readyReplicas, availableReplicas }
  for (const [name, count] of Object.entries(most)) if (count > replicas) causes.push(invalid(`status.${name}`, count, 'cannot be greater than status.replicas'))
  return availableReplicas > readyReplicas ? [...causes, invalid('status.availableReplicas', availableReplicas, 'cannot be greater than readyReplicas')] : causes
}
