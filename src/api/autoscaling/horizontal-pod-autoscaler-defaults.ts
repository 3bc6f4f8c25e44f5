import type { HorizontalPodAutoscaler, HorizontalPodAutoscalerBehavior } from './horizontal-pod-autoscaler-v2-schema.ts'

const DEFAULT_UTILIZATION = 80

/** Fills in what an autoscaler leaves open. */
export function defaultAutoscaler({ spec }: HorizontalPodAutoscaler): void {
  spec.minReplicas ??= 1
  if (!spec.metrics?.length) spec.metrics = [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: DEFAULT_UTILIZATION } } }]
  if (spec.behavior) spec.behavior = withDefaultBehavior(spec.behavior)
}

/** KEP-853: growing is quick, shrinking waits. */
export const withDefaultBehavior = ({ scaleUp, scaleDown }: HorizontalPodAutoscalerBehavior): HorizontalPodAutoscalerBehavior => ({
  scaleUp: {
    stabilizationWindowSeconds: 0, selectPolicy: 'Max', policies: [{ type: 'Pods', value: 4, periodSeconds: 15 }, { type: 'Percent', value: 100, periodSeconds: 15 }], ...scaleUp,
  },
  scaleDown: { selectPolicy: 'Max', policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }], ...scaleDown },
})
