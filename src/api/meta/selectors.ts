import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { list, map, object, string } from '../../machinery/schema/schema.ts'

const fieldSelectorRequirementShape = object('io.k8s.apimachinery.pkg.apis.meta.v1.FieldSelectorRequirement', {
  key: string(1, { required: true }),
  operator: string(2, { required: true }),
  values: list(3, 'string', { listType: 'atomic' }),
})
export interface FieldSelectorRequirement extends Infer<typeof fieldSelectorRequirementShape> {}
export const fieldSelectorRequirement: Schema<FieldSelectorRequirement> = fieldSelectorRequirementShape

const labelSelectorRequirementShape = object('io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelectorRequirement', {
  key: string(1, { required: true }),
  operator: string(2, { required: true }),
  values: list(3, 'string', { listType: 'atomic' }),
})
export interface LabelSelectorRequirement extends Infer<typeof labelSelectorRequirementShape> {}
export const labelSelectorRequirement: Schema<LabelSelectorRequirement> = labelSelectorRequirementShape

const labelSelectorShape = object('io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector', {
  matchLabels: map(1, 'string'),
  matchExpressions: list(2, labelSelectorRequirement, { listType: 'atomic' }),
}, { atomic: true })
export interface LabelSelector extends Infer<typeof labelSelectorShape> {}
export const labelSelector: Schema<LabelSelector> = labelSelectorShape
