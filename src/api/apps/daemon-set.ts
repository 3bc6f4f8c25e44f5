import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { int32, int64, intOrString, kind, list, object, ref, string, struct, time } from '../../machinery/schema/schema.ts'
import { podTemplateSpec } from '../core/pod/pod-spec.ts'
import { objectMeta } from '../meta/object-meta.ts'
import { labelSelector } from '../meta/selectors.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import { formatLabelSelector } from '../../machinery/selector.ts'
import { ageColumn, containerColumns, labelsText, nameColumn } from '../columns.ts'
import { defaultPodTemplate } from '../core/pod/defaults.ts'
import { templateWarnings } from '../core/pod/warnings.ts'
import { sameJson } from '../validation.ts'
import { validateDaemonSet, validateDaemonSetStatus, validateDaemonSetUpdate } from './daemon-set-validation.ts'

const rollingUpdateDaemonSetShape = object('io.k8s.api.apps.v1.RollingUpdateDaemonSet', {
  maxUnavailable: intOrString(1, { pointer: true }),
  maxSurge: intOrString(2, { pointer: true }),
})
export interface RollingUpdateDaemonSet extends Infer<typeof rollingUpdateDaemonSetShape> {}
export const rollingUpdateDaemonSet: Schema<RollingUpdateDaemonSet> = rollingUpdateDaemonSetShape

const daemonSetUpdateStrategyShape = object('io.k8s.api.apps.v1.DaemonSetUpdateStrategy', {
  type: string(1, { enum: ['OnDelete', 'RollingUpdate'] }),
  rollingUpdate: ref(2, rollingUpdateDaemonSet),
})
export interface DaemonSetUpdateStrategy extends Infer<typeof daemonSetUpdateStrategyShape> {}
export const daemonSetUpdateStrategy: Schema<DaemonSetUpdateStrategy> = daemonSetUpdateStrategyShape

const daemonSetSpecShape = object('io.k8s.api.apps.v1.DaemonSetSpec', {
  selector: ref(1, labelSelector, { required: true }),
  template: struct(2, podTemplateSpec, { required: true }),
  updateStrategy: struct(3, daemonSetUpdateStrategy),
  minReadySeconds: int32(4),
  revisionHistoryLimit: int32(6, { pointer: true }),
})
export interface DaemonSetSpec extends Infer<typeof daemonSetSpecShape> {}
export const daemonSetSpec: Schema<DaemonSetSpec> = daemonSetSpecShape

const daemonSetConditionShape = object('io.k8s.api.apps.v1.DaemonSetCondition', {
  type: string(1, { required: true }),
  status: string(2, { required: true }),
  lastTransitionTime: time(3),
  reason: string(4),
  message: string(5),
})
export interface DaemonSetCondition extends Infer<typeof daemonSetConditionShape> {}
export const daemonSetCondition: Schema<DaemonSetCondition> = daemonSetConditionShape

const daemonSetStatusShape = object('io.k8s.api.apps.v1.DaemonSetStatus', {
  currentNumberScheduled: int32(1, { required: true }),
  numberMisscheduled: int32(2, { required: true }),
  desiredNumberScheduled: int32(3, { required: true }),
  numberReady: int32(4, { required: true }),
  observedGeneration: int64(5),
  updatedNumberScheduled: int32(6),
  numberAvailable: int32(7),
  numberUnavailable: int32(8),
  collisionCount: int32(9, { pointer: true }),
  conditions: list(10, daemonSetCondition, { patchStrategy: 'merge', patchMergeKey: 'type', listType: 'map', listMapKeys: ['type'] }),
})
export interface DaemonSetStatus extends Infer<typeof daemonSetStatusShape> {}
export const daemonSetStatus: Schema<DaemonSetStatus> = daemonSetStatusShape

const daemonSetShape = kind('io.k8s.api.apps.v1.DaemonSet', {
  metadata: struct(1, objectMeta),
  spec: struct(2, daemonSetSpec),
  status: struct(3, daemonSetStatus),
})
export interface DaemonSet extends Infer<typeof daemonSetShape> {}
export const daemonSet: Schema<DaemonSet> = daemonSetShape

/** The handle for daemonsets of apps. */
export const DaemonSets: Resource<DaemonSet> = defineResource<DaemonSet>({
  group: 'apps', version: 'v1', kind: 'DaemonSet', plural: 'daemonsets', shortNames: ['ds'], categories: ['all'],
  subresources: [
    { name: 'status', group: 'apps', version: 'v1', kind: 'DaemonSet', verbs: ['get', 'patch', 'update'] },
  ],
  storageVersionHash: 'dd7pWHUlMKQ=',
  schema: daemonSet,
  columns: [
    nameColumn,
    { name: 'Desired', type: 'integer', cell: ({ status }) => status.desiredNumberScheduled },
    { name: 'Current', type: 'integer', cell: ({ status }) => status.currentNumberScheduled },
    { name: 'Ready', type: 'integer', cell: ({ status }) => status.numberReady },
    { name: 'Up-to-date', type: 'integer', cell: ({ status }) => status.updatedNumberScheduled ?? 0 },
    { name: 'Available', type: 'integer', cell: ({ status }) => status.numberAvailable ?? 0 },
    { name: 'Node Selector', type: 'string', cell: ({ spec }) => labelsText(spec.template.spec.nodeSelector) },
    ageColumn,
    ...containerColumns<DaemonSet>(({ spec }) => spec.template.spec),
    { name: 'Selector', type: 'string', priority: 1, cell: ({ spec }) => formatLabelSelector(spec.selector) },
  ],
  generationOf: ({ spec }) => spec,
  defaults({ metadata, spec }) {
    metadata.annotations = { [TEMPLATE_GENERATION]: '0', ...metadata.annotations }
    spec.updateStrategy.type ??= 'RollingUpdate'
    if (spec.updateStrategy.type === 'RollingUpdate') {
      spec.updateStrategy.rollingUpdate ??= {}
      spec.updateStrategy.rollingUpdate.maxUnavailable ??= 1
      spec.updateStrategy.rollingUpdate.maxSurge ??= 0
    }
    spec.revisionHistoryLimit ??= 10
    defaultPodTemplate(spec.template)
  },
  prepareForCreate({ metadata }) {
    const given = Number(metadata.annotations?.[TEMPLATE_GENERATION])
    metadata.annotations = { ...metadata.annotations, [TEMPLATE_GENERATION]: `${given >= 1 ? given : 1}` }
  },
  prepareForSubresource({ metadata }, old) {
    metadata.annotations = { ...metadata.annotations, [TEMPLATE_GENERATION]: old.metadata.annotations?.[TEMPLATE_GENERATION] ?? '1' }
  },
  prepareForUpdate(next, old) {
    const before = Number(old.metadata.annotations?.[TEMPLATE_GENERATION] ?? 1)
    const generation = sameJson(next.spec.template, old.spec.template) ? before : before + 1
    next.metadata.annotations = { ...next.metadata.annotations, [TEMPLATE_GENERATION]: `${generation}` }
  },
  validate: validateDaemonSet,
  validateUpdate: validateDaemonSetUpdate,
  validateStatusUpdate: validateDaemonSetStatus,
  warnings: ({ spec }, old) => (old && sameJson(spec, old.spec) ? [] : templateWarnings(spec.template)),
})

/** Counts the templates that a DaemonSet has had: a field of older versions that lives on as an annotation. */
const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation'
