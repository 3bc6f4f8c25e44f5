import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { kind, object, struct } from '../../machinery/schema/schema.ts'
import { objectMeta } from '../meta/object-meta.ts'
import { resourceClaimSpec } from './shared.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'

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
})
