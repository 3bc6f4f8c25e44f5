import { ageColumn, nameColumn } from '../columns.ts'
import type { Column } from '../resource.ts'
import type { HorizontalPodAutoscaler, MetricSpec, MetricStatus, MetricTarget, MetricValueStatus } from './horizontal-pod-autoscaler-v2-schema.ts'

const UNKNOWN = '<unknown>'
const MOST_SHOWN = 2

/** How far each metric is from its target. */
function targetsText({ spec, status }: HorizontalPodAutoscaler): string {
  const metrics = spec.metrics ?? []
  if (metrics.length === 0) return '<none>'
  const texts = metrics.map((metric, index) => metricText(metric, status.currentMetrics?.[index]))
  return texts.length > MOST_SHOWN ? `${texts.slice(0, MOST_SHOWN).join(', ')} + ${texts.length - MOST_SHOWN} more...` : texts.join(', ')
}

function metricText({ type, external, pods, object, resource, containerResource }: MetricSpec, now: MetricStatus | undefined): string {
  switch (type) {
    case 'External': return external ? amountText(external.target, now?.external?.current) : '<unknown type>'
    case 'Object': return object ? amountText(object.target, now?.object?.current) : '<unknown type>'
    case 'Pods': return `${now?.pods?.current.averageValue ?? UNKNOWN}/${pods?.target.averageValue ?? ''}`
    case 'Resource': return resource ? `${resource.name}: ${shareText(resource.target, now?.resource?.current)}` : '<unknown type>'
    case 'ContainerResource': return containerResource ? `${containerResource.name}: ${shareText(containerResource.target, now?.containerResource?.current)}` : '<unknown type>'
    default: return '<unknown type>'
  }
}

const amountText = ({ value, averageValue }: MetricTarget, now: MetricValueStatus | undefined): string =>
  averageValue === undefined ? `${now?.value ?? UNKNOWN}/${value ?? ''}` : `${now?.averageValue ?? UNKNOWN}/${averageValue} (avg)`

function shareText({ averageValue, averageUtilization }: MetricTarget, now: MetricValueStatus | undefined): string {
  if (averageValue !== undefined) return `${now?.averageValue ?? UNKNOWN}/${averageValue}`
  return `${now?.averageUtilization === undefined ? UNKNOWN : `${now.averageUtilization}%`}/${averageUtilization === undefined ? '<auto>' : `${averageUtilization}%`}`
}

export const autoscalerColumns: readonly Column<HorizontalPodAutoscaler>[] = [
  nameColumn,
  { name: 'Reference', type: 'string', cell: ({ spec: { scaleTargetRef } }) => `${scaleTargetRef.kind}/${scaleTargetRef.name}` },
  { name: 'Targets', type: 'string', cell: targetsText },
  { name: 'MinPods', type: 'string', cell: ({ spec }) => `${spec.minReplicas ?? '<unset>'}` },
  { name: 'MaxPods', type: 'string', cell: ({ spec }) => spec.maxReplicas },
  { name: 'Replicas', type: 'string', cell: ({ status }) => status.currentReplicas ?? 0 },
  ageColumn,
]
