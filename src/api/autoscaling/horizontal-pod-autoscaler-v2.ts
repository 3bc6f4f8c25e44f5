import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import { defaultAutoscaler } from './horizontal-pod-autoscaler-defaults.ts'
import { autoscalerColumns } from './horizontal-pod-autoscaler-columns.ts'
import { validateAutoscaler, validateAutoscalerStatus } from './horizontal-pod-autoscaler-validation.ts'
import type { HorizontalPodAutoscaler } from './horizontal-pod-autoscaler-v2-schema.ts'
import { horizontalPodAutoscaler } from './horizontal-pod-autoscaler-v2-schema.ts'

export * from './horizontal-pod-autoscaler-v2-schema.ts'

/** The handle for horizontalpodautoscalers of autoscaling. */
export const HorizontalPodAutoscalers: Resource<HorizontalPodAutoscaler> = defineResource<HorizontalPodAutoscaler>({
  group: 'autoscaling', version: 'v2', kind: 'HorizontalPodAutoscaler', plural: 'horizontalpodautoscalers', shortNames: ['hpa'], categories: ['all'],
  subresources: [
    { name: 'status', group: 'autoscaling', version: 'v2', kind: 'HorizontalPodAutoscaler', verbs: ['get', 'patch', 'update'] },
  ],
  storageVersionHash: 'qwQve8ut294=',
  schema: horizontalPodAutoscaler,
  columns: autoscalerColumns,
  defaults: defaultAutoscaler,
  validate: (object, { isNew = true }) => (isNew ? validateAutoscaler(object) : []),
  validateUpdate: (next, old) => validateAutoscaler(next, old),
  validateStatusUpdate: validateAutoscalerStatus,
})
