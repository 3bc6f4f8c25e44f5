import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import { formatLabelSelector } from '../../machinery/selector.ts'
import { ageColumn, containerColumns, nameColumn } from '../columns.ts'
import { defaultPodTemplate } from '../core/pod/defaults.ts'
import { dropUnserved } from '../core/pod/strategy.ts'
import type { Deployment } from './deployment-schema.ts'
import { deployment } from './deployment-schema.ts'
import { validateDeployment, validateDeploymentStatus, validateDeploymentUpdate } from './deployment-validation.ts'
import { checkNumber, podNameWarnings } from './template-validation.ts'
import { templateWarnings } from '../core/pod/warnings.ts'
import { withLabels, withoutAnnotation } from '../meta/object-meta.ts'
import { sameJson } from '../validation.ts'

export * from './deployment-schema.ts'

/** The handle for deployments of apps. */
export const Deployments: Resource<Deployment> = defineResource<Deployment>({
  group: 'apps', version: 'v1', kind: 'Deployment', plural: 'deployments', shortNames: ['deploy'], categories: ['all'],
  subresources: [
    { name: 'scale', group: 'autoscaling', version: 'v1', kind: 'Scale', verbs: ['get', 'patch', 'update'] },
    { name: 'status', group: 'apps', version: 'v1', kind: 'Deployment', verbs: ['get', 'patch', 'update'] },
  ],
  storageVersionHash: '8aSe+NMegvE=',
  schema: deployment,
  columns: [
    nameColumn,
    { name: 'Ready', type: 'string', cell: ({ spec, status }) => `${status.readyReplicas ?? 0}/${spec.replicas ?? 0}` },
    { name: 'Up-to-date', type: 'string', cell: ({ status }) => status.updatedReplicas ?? 0 },
    { name: 'Available', type: 'string', cell: ({ status }) => status.availableReplicas ?? 0 },
    ageColumn,
    ...containerColumns<Deployment>(({ spec }) => spec.template.spec),
    { name: 'Selector', type: 'string', priority: 1, cell: ({ spec }) => formatLabelSelector(spec.selector) },
  ],
  // Annotations are copied to the ReplicaSets, so a change of them is something to observe too.
  generationOf: ({ spec, metadata }) => [spec, metadata.annotations ?? {}],
  shownMetadata: metadata => withoutAnnotation(metadata, ROLLBACK_TO),
  resetFields: { '': { 'f:status': {} }, status: { 'f:spec': {}, 'f:metadata': { 'f:labels': {} } } },
  prepareForSubresource(draft, old, subresource) {
    if (subresource === 'status') draft.metadata = withLabels(draft.metadata, old.metadata.labels)
  },
  defaults({ metadata, spec }) {
    const rollback = metadata.annotations?.[ROLLBACK_TO]
    if (rollback !== undefined) checkNumber('Deployment', rollback)
    spec.replicas ??= 1
    defaultPodTemplate(spec.template)
    spec.strategy.type ??= 'RollingUpdate'
    if (spec.strategy.type === 'RollingUpdate') {
      spec.strategy.rollingUpdate ??= {}
      spec.strategy.rollingUpdate.maxUnavailable ??= '25%'
      spec.strategy.rollingUpdate.maxSurge ??= '25%'
    }
    spec.revisionHistoryLimit ??= 10
    spec.progressDeadlineSeconds ??= 600
  },
  prepareForCreate: ({ spec }) => dropUnserved(spec.template),
  prepareForUpdate: ({ spec }) => dropUnserved(spec.template),
  validate: validateDeployment,
  validateUpdate: validateDeploymentUpdate,
  validateStatusUpdate: validateDeploymentStatus,
  warnings: ({ metadata, spec }, old) => [...(old ? [] : podNameWarnings(metadata.name)), ...(old && sameJson(old.spec.template, spec.template) ? [] : templateWarnings(spec.template))],
})

/** Where to go back to: a field of older versions that lives on as an annotation. */
const ROLLBACK_TO = 'deprecated.deployment.rollback.to'
