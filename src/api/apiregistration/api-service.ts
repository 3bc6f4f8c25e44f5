import { pathSegment } from '../../machinery/names.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import { ageColumn, nameColumn } from '../columns.ts'
import { keepUsersMetadata, STATUS_ONLY } from '../meta/status-strategy.ts'
import { validateAPIService, validateAPIServiceStatus } from './validation.ts'
import type { APIService, APIServiceStatus } from './api-service-schema.ts'
import { apiService } from './api-service-schema.ts'

export * from './api-service-schema.ts'

/** The handle for apiservices of apiregistration.k8s.io. */
export const APIServices: Resource<APIService> = defineResource<APIService>({
  group: 'apiregistration.k8s.io', version: 'v1', kind: 'APIService', plural: 'apiservices', categories: ['api-extensions'], namespaced: false,
  subresources: [
    { name: 'status', group: 'apiregistration.k8s.io', version: 'v1', kind: 'APIService', verbs: ['get', 'patch', 'update'] },
  ],
  storageVersionHash: 'InPBPD7+PqM=',
  schema: apiService,
  columns: [
    nameColumn,
    { name: 'Service', type: 'string', cell: ({ spec: { service } }) => (service ? `${service.namespace ?? ''}/${service.name ?? ''}` : 'Local') },
    { name: 'Available', type: 'string', cell: ({ status }) => availableText(status) },
    ageColumn,
  ],
  defaults({ spec: { service } }) {
    if (service) service.port ??= 443
  },
  // `v1.` is the name of the core group's.
  validateName: name => pathSegment(name),
  prepareForSubresource: keepUsersMetadata,
  resetFields: STATUS_ONLY,
  validate: validateAPIService,
  validateStatusUpdate: validateAPIServiceStatus,
})

function availableText({ conditions }: APIServiceStatus): string {
  const available = conditions?.find(({ type }) => type === 'Available')
  if (!available) return 'Unknown'
  return available.status === 'True' || !available.reason ? available.status : `${available.status} (${available.reason})`
}
