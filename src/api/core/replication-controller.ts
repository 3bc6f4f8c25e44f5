import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import { dnsSubdomain } from '../../machinery/names.ts'
import { ageColumn, containerColumns, labelsText, nameColumn } from '../columns.ts'
import { podNameWarnings } from '../apps/template-validation.ts'
import { sameJson } from '../validation.ts'
import { defaultPodTemplate } from './pod/defaults.ts'
import { dropUnserved } from './pod/strategy.ts'
import { templateWarnings } from './pod/warnings.ts'
import { validateReplicationController, validateReplicationControllerStatus } from './replication-controller-validation.ts'
import type { ReplicationController } from './replication-controller-schema.ts'
import { replicationController } from './replication-controller-schema.ts'

export * from './replication-controller-schema.ts'

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
  prepareForCreate: ({ spec }) => { if (spec.template) dropUnserved(spec.template) },
  prepareForUpdate: ({ spec }) => { if (spec.template) dropUnserved(spec.template) },
  // Upstream states this kind's rules in its schema, where lengths are told in bytes.
  validateName: (name, isPrefix) => (isPrefix ? [] : dnsSubdomain(name)).map(problem => problem.replace(/^(must be no more than \d+) characters$/, '$1 bytes')),
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
