import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import { keepUsersMetadata, STATUS_ONLY } from '../meta/status-strategy.ts'
import { validateDefinition, validateDefinitionUpdate, validateStatusNames } from './validation.ts'
import type { CustomResourceDefinition, CustomResourceDefinitionSpec } from './custom-resource-definition-schema.ts'
import { customResourceDefinition } from './custom-resource-definition-schema.ts'

export * from './custom-resource-definition-schema.ts'

/** The handle for customresourcedefinitions of apiextensions.k8s.io. */
export const CustomResourceDefinitions: Resource<CustomResourceDefinition> = defineResource<CustomResourceDefinition>({
  group: 'apiextensions.k8s.io', version: 'v1', kind: 'CustomResourceDefinition', plural: 'customresourcedefinitions', shortNames: ['crd', 'crds'], categories: ['api-extensions'], namespaced: false,
  subresources: [
    { name: 'status', group: 'apiextensions.k8s.io', version: 'v1', kind: 'CustomResourceDefinition', verbs: ['get', 'patch', 'update'] },
  ],
  storageVersionHash: 'jfWCUB31mvA=',
  schema: customResourceDefinition,
  generationOf: ({ spec }) => spec,
  defaults: ({ spec }) => defaultDefinition(spec),
  prepareForCreate: rememberStorage,
  prepareForUpdate: rememberStorage,
  prepareForSubresource: keepUsersMetadata,
  resetFields: STATUS_ONLY,
  validate: (object, { isNew }) => (isNew === false ? [] : validateDefinition(object)),
  validateUpdate: validateDefinitionUpdate,
  validateStatusUpdate: validateStatusNames,
})

function defaultDefinition(spec: CustomResourceDefinitionSpec): void {
  const { names, conversion } = spec
  names.singular ||= names.kind.toLowerCase()
  if (names.kind) names.listKind ||= `${names.kind}List`
  spec.conversion = conversion ?? { strategy: 'None' }
  const service = conversion?.webhook?.clientConfig?.service
  if (service) service.port ??= 443
}

/** Objects may be stored in this version from now on. */
function rememberStorage(definition: CustomResourceDefinition): void {
  const storage = (definition.spec.versions ?? []).find(version => version.storage)?.name
  const stored = definition.status.storedVersions ?? []
  if (storage !== undefined && !stored.includes(storage)) definition.status = { ...definition.status, storedVersions: [...stored, storage] }
}
