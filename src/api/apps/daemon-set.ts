import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import { formatLabelSelector } from '../../machinery/selector.ts'
import { ageColumn, containerColumns, labelsText, nameColumn } from '../columns.ts'
import { defaultPodTemplate } from '../core/pod/defaults.ts'
import { dropUnserved } from '../core/pod/strategy.ts'
import { checkNumber } from './template-validation.ts'
import { templateWarnings } from '../core/pod/warnings.ts'
import { withoutAnnotation } from '../meta/object-meta.ts'
import { sameJson } from '../validation.ts'
import { validateDaemonSet, validateDaemonSetStatus, validateDaemonSetUpdate } from './daemon-set-validation.ts'
import type { DaemonSet } from './daemon-set-schema.ts'
import { daemonSet } from './daemon-set-schema.ts'

export * from './daemon-set-schema.ts'

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
  shownMetadata: metadata => withoutAnnotation(metadata, TEMPLATE_GENERATION),
  generationOf: ({ spec }) => spec,
  defaults({ metadata, spec }) {
    metadata.annotations = { [TEMPLATE_GENERATION]: '0', ...metadata.annotations }
    checkNumber('DaemonSet', metadata.annotations[TEMPLATE_GENERATION]!)
    spec.updateStrategy.type ??= 'RollingUpdate'
    if (spec.updateStrategy.type === 'RollingUpdate') {
      spec.updateStrategy.rollingUpdate ??= {}
      spec.updateStrategy.rollingUpdate.maxUnavailable ??= 1
      spec.updateStrategy.rollingUpdate.maxSurge ??= 0
    }
    spec.revisionHistoryLimit ??= 10
    defaultPodTemplate(spec.template)
  },
  prepareForCreate({ metadata, spec }) {
    dropUnserved(spec.template)
    const given = Number(metadata.annotations?.[TEMPLATE_GENERATION])
    metadata.annotations = { ...metadata.annotations, [TEMPLATE_GENERATION]: `${given >= 1 ? given : 1}` }
  },
  prepareForSubresource({ metadata }, old) {
    metadata.annotations = { ...metadata.annotations, [TEMPLATE_GENERATION]: old.metadata.annotations?.[TEMPLATE_GENERATION] ?? '1' }
  },
  prepareForUpdate(next, old) {
    dropUnserved(next.spec.template)
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
