import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { kind, object, struct } from '../../machinery/schema/schema.ts'
import { objectMeta } from '../meta/object-meta.ts'
import { resourceClaimSpec } from './shared.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import { ageColumn, nameColumn } from '../columns.ts'
import { goForm } from '../go-form.ts'
import { validateAnnotations, validateLabels } from '../meta/validation.ts'
import type { Cause } from '../../machinery/status.ts'
import { forbidden, invalid, sameJson } from '../validation.ts'
import { defaultClaimSpec, validateClaimSpec } from './claim-validation.ts'

const resourceClaimTemplateSpecShape = object('io.k8s.api.resource.v1.ResourceClaimTemplateSpec', {
  metadata: struct(1, objectMeta),
  spec: struct(2, resourceClaimSpec, { required: true }),
})
export interface ResourceClaimTemplateSpec extends Infer<typeof resourceClaimTemplateSpecShape> {}
export const resourceClaimTemplateSpec: Schema<ResourceClaimTemplateSpec> = resourceClaimTemplateSpecShape

const resourceClaimTemplateShape = kind('io.k8s.api.resource.v1.ResourceClaimTemplate', {
  metadata: struct(1, objectMeta),
  spec: struct(2, resourceClaimTemplateSpec, { required: true }),
})
export interface ResourceClaimTemplate extends Infer<typeof resourceClaimTemplateShape> {}
export const resourceClaimTemplate: Schema<ResourceClaimTemplate> = resourceClaimTemplateShape

/** The handle for resourceclaimtemplates of resource.k8s.io. */
export const ResourceClaimTemplates: Resource<ResourceClaimTemplate> = defineResource<ResourceClaimTemplate>({
  group: 'resource.k8s.io', version: 'v1', kind: 'ResourceClaimTemplate', plural: 'resourceclaimtemplates',
  storageVersionHash: 'TuzjC49aUfM=',
  schema: resourceClaimTemplate,
  columns: [nameColumn, ageColumn],
  defaults: ({ spec }) => defaultClaimSpec(spec.spec),
  validate: ({ spec }) => validateTemplate(spec),
  validateUpdate: ({ spec }, old) =>
    (sameJson(spec, old.spec) ? [] : [invalid('spec', { ...spec.metadata, Spec: goForm(resourceClaimSpec, spec.spec) }, 'field is immutable')]),
})

/** Only labels, annotations and the like are handed down to the claims. */
const OWN_METADATA = ['name', 'generateName', 'namespace', 'selfLink', 'uid', 'resourceVersion', 'generation', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds', 'managedFields'] as const

function validateTemplate({ metadata, spec }: ResourceClaimTemplateSpec): Cause[] {
  return [
    ...validateLabels(metadata.labels, 'spec.metadata.labels'), ...validateAnnotations(metadata.annotations, 'spec.metadata.annotations'),
    ...OWN_METADATA.flatMap(part => (metadata[part] ? [forbidden(`spec.metadata.${part}`, 'cannot be set')] : [])), ...validateClaimSpec(spec, 'spec.spec'),
  ]
}
