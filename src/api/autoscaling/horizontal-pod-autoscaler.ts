import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import { autoscalerColumns } from './horizontal-pod-autoscaler-columns.ts'
import { validateAutoscaler, validateAutoscalerStatus } from './horizontal-pod-autoscaler-validation.ts'
import { down, up, withoutKept } from './horizontal-pod-autoscaler-conversion.ts'
import type { HorizontalPodAutoscaler as HorizontalPodAutoscalerV2 } from './horizontal-pod-autoscaler-v2.ts'
import { HorizontalPodAutoscalers as StoredAutoscalers } from './horizontal-pod-autoscaler-v2.ts'
import type { HorizontalPodAutoscaler } from './horizontal-pod-autoscaler-schema.ts'
import { horizontalPodAutoscaler } from './horizontal-pod-autoscaler-schema.ts'

export * from './horizontal-pod-autoscaler-schema.ts'

/** The handle for horizontalpodautoscalers of autoscaling. */
export const HorizontalPodAutoscalers: Resource<HorizontalPodAutoscaler> = defineResource<HorizontalPodAutoscaler>({
  group: 'autoscaling', version: 'v1', kind: 'HorizontalPodAutoscaler', plural: 'horizontalpodautoscalers', shortNames: ['hpa'], categories: ['all'],
  subresources: [
    { name: 'status', group: 'autoscaling', version: 'v1', kind: 'HorizontalPodAutoscaler', verbs: ['get', 'patch', 'update'] },
  ],
  storageVersionHash: 'qwQve8ut294=',
  schema: horizontalPodAutoscaler,
  storedAs: { resource: StoredAutoscalers, up, down },
  shownMetadata: withoutKept,
  columns: autoscalerColumns.map(column => ({ ...column, cell: (object, now) => column.cell(stored(object), now) })),
  defaults({ spec }) {
    spec.minReplicas ??= 1
  },
  // The rules are those of what is stored.
  validate: (object, { isNew = true }) => (isNew ? validateAutoscaler(stored(object)) : []),
  validateUpdate: (next, old) => validateAutoscaler(stored(next), stored(old)),
  validateStatusUpdate: object => validateAutoscalerStatus(stored(object)),
})

const stored = (object: HorizontalPodAutoscaler): HorizontalPodAutoscalerV2 => up(object) as HorizontalPodAutoscalerV2
