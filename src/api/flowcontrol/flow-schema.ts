import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import { ageColumn, nameColumn } from '../columns.ts'
import { keepMetadata, STATUS_ONLY } from '../meta/status-strategy.ts'
import { validateFlowSchema, validateFlowSchemaStatus } from './flow-schema-validation.ts'
import type { FlowSchema } from './flow-schema-schema.ts'
import { flowSchema } from './flow-schema-schema.ts'

export * from './flow-schema-schema.ts'

/** The handle for flowschemas of flowcontrol.apiserver.k8s.io. */
export const FlowSchemas: Resource<FlowSchema> = defineResource<FlowSchema>({
  group: 'flowcontrol.apiserver.k8s.io', version: 'v1', kind: 'FlowSchema', plural: 'flowschemas', namespaced: false,
  subresources: [
    { name: 'status', group: 'flowcontrol.apiserver.k8s.io', version: 'v1', kind: 'FlowSchema', verbs: ['get', 'patch', 'update'] },
  ],
  storageVersionHash: 'GJVAJZSZBIw=',
  schema: flowSchema,
  columns: [
    nameColumn,
    { name: 'PriorityLevel', type: 'string', cell: ({ spec }) => spec.priorityLevelConfiguration.name },
    { name: 'MatchingPrecedence', type: 'string', cell: ({ spec }) => spec.matchingPrecedence },
    { name: 'DistinguisherMethod', type: 'string', cell: ({ spec }) => spec.distinguisherMethod?.type ?? '<none>' },
    ageColumn,
    { name: 'MissingPL', type: 'string', cell: ({ status }) => status.conditions?.find(({ type }) => type === 'Dangling')?.status ?? '?' },
  ],
  generationOf: ({ spec }) => spec,
  defaults({ spec }) {
    spec.matchingPrecedence ||= DEFAULT_PRECEDENCE
  },
  validate: validateFlowSchema,
  prepareForSubresource: keepMetadata,
  resetFields: STATUS_ONLY,
  validateStatusUpdate: validateFlowSchemaStatus,
})

const DEFAULT_PRECEDENCE = 1000
