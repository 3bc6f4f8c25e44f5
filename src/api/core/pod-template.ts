import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { kind, struct } from '../../machinery/schema/schema.ts'
import { podTemplateSpec } from './pod/pod-spec.ts'
import { objectMeta } from '../meta/object-meta.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import { containerColumns, labelsText, nameColumn } from '../columns.ts'
import { sameJson } from '../validation.ts'
import { defaultPodTemplate } from './pod/defaults.ts'
import { dropUnserved } from './pod/strategy.ts'
import { validatePodTemplate } from './pod/validation/pod.ts'
import { templateWarnings } from './pod/warnings.ts'

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
  columns: [nameColumn, ...containerColumns<PodTemplate>(({ template }) => template.spec, 0), { name: 'Pod Labels', type: 'string', cell: ({ template }) => labelsText(template.metadata?.labels) }],
  defaults: ({ template }) => defaultPodTemplate(template),
  generationOf: ({ template }) => template,
  prepareForCreate: ({ template }) => dropUnserved(template),
  prepareForUpdate: ({ template }) => dropUnserved(template),
  validate: ({ template }) => validatePodTemplate(template, 'template'),
  warnings: ({ template }, old) => (old && sameJson(template, old.template) ? [] : templateWarnings(template, 'template')),
})
