import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { kind, struct } from '../../machinery/schema/schema.ts'
import { podTemplateSpec } from './pod/pod-spec.ts'
import { objectMeta } from '../meta/object-meta.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'

const podTemplateShape = kind('io.k8s.api.core.v1.PodTemplate', {
  metadata: struct(1, objectMeta),
  template: struct(2, podTemplateSpec),
})
export interface PodTemplate extends Infer<typeof podTemplateShape> {}
export const podTemplate: Schema<PodTemplate> = podTemplateShape

/** The handle for podtemplates. */
export const PodTemplates: Resource<PodTemplate> = defineResource<PodTemplate>({
  version: 'v1', kind: 'PodTemplate', plural: 'podtemplates',
  storageVersionHash: 'LIXB2x4IFpk=',
  schema: podTemplate,
})
