import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import { ageColumn, nameColumn } from '../columns.ts'
import { keepMetadata, STATUS_ONLY } from '../meta/status-strategy.ts'
import { validatePriorityLevel, validatePriorityLevelStatus } from './priority-level-validation.ts'
import type { PriorityLevelConfigurationSpec, PriorityLevelConfiguration } from './priority-level-configuration-schema.ts'
import { priorityLevelConfiguration } from './priority-level-configuration-schema.ts'

export * from './priority-level-configuration-schema.ts'

/** The handle for prioritylevelconfigurations of flowcontrol.apiserver.k8s.io. */
export const PriorityLevelConfigurations: Resource<PriorityLevelConfiguration> = defineResource<PriorityLevelConfiguration>({
  group: 'flowcontrol.apiserver.k8s.io', version: 'v1', kind: 'PriorityLevelConfiguration', plural: 'prioritylevelconfigurations', namespaced: false,
  subresources: [
    { name: 'status', group: 'flowcontrol.apiserver.k8s.io', version: 'v1', kind: 'PriorityLevelConfiguration', verbs: ['get', 'patch', 'update'] },
  ],
  storageVersionHash: 'Kir5PVfvNeI=',
  schema: priorityLevelConfiguration,
  columns: [
    nameColumn,
    { name: 'Type', type: 'string', cell: ({ spec }) => spec.type },
    { name: 'NominalConcurrencyShares', type: 'string', cell: ({ spec }) => spec.limited?.nominalConcurrencyShares ?? '<none>' },
    { name: 'Queues', type: 'string', cell: ({ spec }) => spec.limited?.limitResponse.queuing?.queues ?? '<none>' },
    { name: 'HandSize', type: 'string', cell: ({ spec }) => spec.limited?.limitResponse.queuing?.handSize ?? '<none>' },
    { name: 'QueueLengthLimit', type: 'string', cell: ({ spec }) => spec.limited?.limitResponse.queuing?.queueLengthLimit ?? '<none>' },
    ageColumn,
  ],
  generationOf: ({ spec }) => spec,
  defaults: ({ spec }) => defaultPriorityLevel(spec),
  validate: validatePriorityLevel,
  prepareForSubresource: keepMetadata,
  resetFields: STATUS_ONLY,
  validateStatusUpdate: validatePriorityLevelStatus,
})

function defaultPriorityLevel(spec: PriorityLevelConfigurationSpec): void {
  const { limited } = spec
  if (spec.type === 'Exempt') spec.exempt ??= {}
  if (spec.exempt) {
    spec.exempt.nominalConcurrencyShares ??= 0
    spec.exempt.lendablePercent ??= 0
  }
  if (!limited) return
  limited.nominalConcurrencyShares ??= 30
  limited.lendablePercent ??= 0
  const { queuing } = limited.limitResponse
  if (!queuing) return
  queuing.queues ||= 64
  queuing.handSize ||= 8
  queuing.queueLengthLimit ||= 50
}
