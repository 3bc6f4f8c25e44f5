import type { KubeObject } from '../resource.ts'
import type { HorizontalPodAutoscaler as V1 } from './horizontal-pod-autoscaler-schema.ts'
import type { HorizontalPodAutoscaler as V2, HorizontalPodAutoscalerBehavior, HPAScalingRules, MetricSpec as SpecV2, MetricStatus as StatusV2 } from './horizontal-pod-autoscaler-v2-schema.ts'
import { withDefaultBehavior } from './horizontal-pod-autoscaler-defaults.ts'
import type { MetricSpec as SpecV1, MetricStatus as StatusV1 } from './shared.ts'

/** What version 1 has no fields for stands in annotations. */
const METRICS = 'autoscaling.alpha.kubernetes.io/metrics'
const CURRENT_METRICS = 'autoscaling.alpha.kubernetes.io/current-metrics'
const CONDITIONS = 'autoscaling.alpha.kubernetes.io/conditions'
const BEHAVIOR = 'autoscaling.alpha.kubernetes.io/behavior'
const NAMES = [METRICS, CURRENT_METRICS, CONDITIONS, BEHAVIOR]
const DEFAULT_UTILIZATION = 80

type Annotations = Readonly<Record<string, string>> | undefined

/** Leaves out what is absent, as Go's `omitempty` does. */
const present = <T extends object>(parts: T): T => Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined)) as T

const cpu = (averageUtilization: number): SpecV2 => ({ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } } }) as SpecV2

/** Version 1 as it is stored. */
export function up(object: V1): KubeObject {
  const { targetCPUUtilizationPercentage: utilization, ...spec } = object.spec
  const { currentCPUUtilizationPercentage: current, ...status } = object.status
  const annotations = object.metadata.annotations
  const metrics = [...(read<SpecV1[]>(annotations, METRICS) ?? []).map(metricUp), ...(utilization === undefined ? [] : [cpu(utilization)])]
  const behavior = behaviorUp(read(annotations, BEHAVIOR))
  const currentMetrics = read<StatusV1[]>(annotations, CURRENT_METRICS)?.map(statusUp)
    ?? (current === undefined ? undefined : [{ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: current } } } as StatusV2])
  const conditions = read<V2['status']['conditions']>(annotations, CONDITIONS)
  return {
    ...object, apiVersion: 'autoscaling/v2', metadata: withAnnotations(object.metadata, {}),
    spec: present({ ...spec, metrics: metrics.length > 0 ? metrics : [cpu(DEFAULT_UTILIZATION)], behavior }),
    status: present({ ...status, currentMetrics: currentMetrics ?? null, conditions }),
  } as KubeObject
}

/** What is stored as version 1 shows it. */
export function down(stored: KubeObject): V1 {
  const { metadata, spec: { metrics = [], behavior, ...spec }, status: { currentMetrics, conditions, currentReplicas = 0, ...status }, ...rest } = stored as V2
  const share = metrics.find(isCpuShare)
  const others = metrics.filter(metric => !isCpuShare(metric))
  const current = currentMetrics?.find(({ type, resource }) => type === 'Resource' && resource?.name === 'cpu')?.resource?.current.averageUtilization
  const annotations = present({
    [METRICS]: others.length > 0 ? JSON.stringify(others.map(metricDown)) : undefined,
    [CURRENT_METRICS]: currentMetrics?.length ? JSON.stringify(currentMetrics.map(statusDown)) : undefined,
    [CONDITIONS]: conditions?.length ? JSON.stringify(conditions.map(({ type, status: is, lastTransitionTime, reason, message }) =>
      present({ type, status: is, lastTransitionTime: lastTransitionTime ?? null, reason: reason || undefined, message: message || undefined }))) : undefined,
    [BEHAVIOR]: behavior ? JSON.stringify({ ScaleUp: rulesDown(behavior.scaleUp), ScaleDown: rulesDown(behavior.scaleDown) }) : undefined,
  })
  return {
    ...rest, apiVersion: 'autoscaling/v1', metadata: withAnnotations(metadata, annotations as Record<string, string>),
    spec: present({ ...spec, targetCPUUtilizationPercentage: share?.resource?.target.averageUtilization }),
    status: present({ ...status, currentReplicas, currentCPUUtilizationPercentage: current }),
  } as unknown as V1
}

const isCpuShare = ({ type, resource }: SpecV2): boolean => type === 'Resource' && resource?.name === 'cpu' && resource.target.averageUtilization !== undefined

/** The metadata without what v1 keeps in annotations, as tables show it. */
export const withoutKept = (metadata: KubeObject['metadata']): KubeObject['metadata'] => withAnnotations(metadata, {})

function withAnnotations(metadata: KubeObject['metadata'], added: Readonly<Record<string, string>>): KubeObject['metadata'] {
  const { annotations, ...rest } = metadata
  const all = { ...Object.fromEntries(Object.entries(annotations ?? {}).filter(([name]) => !NAMES.includes(name))), ...added }
  return (Object.keys(all).length > 0 ? { ...rest, annotations: all } : rest) as KubeObject['metadata']
}

/** An annotation that cannot be read is as good as none. */
function read<T>(annotations: Annotations, name: string): T | undefined {
  const text = annotations?.[name]
  if (text === undefined) return undefined
  try {
    return (JSON.parse(text) as T | null) ?? undefined
  } catch {
    return undefined
  }
}

function metricUp({ type, object, pods, resource, containerResource, external }: SpecV1): SpecV2 {
  const share = (source: { targetAverageUtilization?: number | undefined; targetAverageValue?: string | undefined }): object => (source.targetAverageUtilization === undefined
    ? { type: 'AverageValue', averageValue: source.targetAverageValue } : present({ type: 'Utilization', averageUtilization: source.targetAverageUtilization, averageValue: source.targetAverageValue }))
  return present({
    type,
    object: object && {
      describedObject: object.target, metric: present({ name: object.metricName, selector: object.selector }),
      target: object.averageValue === undefined ? { type: 'Value', value: object.targetValue ?? '0' } : { type: 'AverageValue', averageValue: object.averageValue },
    },
    pods: pods && { metric: present({ name: pods.metricName ?? '', selector: pods.selector }), target: { type: 'AverageValue', averageValue: pods.targetAverageValue ?? '0' } },
    resource: resource && { name: resource.name, target: present(share(resource)) },
    containerResource: containerResource && { name: containerResource.name, container: containerResource.container, target: present(share(containerResource)) },
    external: external && {
      metric: present({ name: external.metricName ?? '', selector: external.metricSelector }),
      target: present({ type: external.targetValue === undefined ? 'AverageValue' : 'Value', value: external.targetValue, averageValue: external.targetAverageValue }),
    },
  }) as unknown as SpecV2
}

function metricDown({ type, object, pods, resource, containerResource, external }: SpecV2): unknown {
  const share = ({ averageUtilization, averageValue }: { averageUtilization?: number | undefined; averageValue?: string | undefined }): object =>
    ({ targetAverageUtilization: averageUtilization, targetAverageValue: averageValue })
  return present({
    type,
    object: object && present({
      target: present({ kind: object.describedObject.kind, name: object.describedObject.name, apiVersion: object.describedObject.apiVersion || undefined }), metricName: object.metric.name,
      targetValue: object.target.value ?? '0', selector: object.metric.selector, averageValue: object.target.averageValue,
    }),
    pods: pods && present({ metricName: pods.metric.name, targetAverageValue: pods.target.averageValue ?? '0', selector: pods.metric.selector }),
    resource: resource && present({ name: resource.name, ...share(resource.target) }),
    containerResource: containerResource && present({ name: containerResource.name, ...share(containerResource.target), container: containerResource.container }),
    external: external && present({ metricName: external.metric.name, metricSelector: external.metric.selector, targetValue: external.target.value, targetAverageValue: external.target.averageValue }),
  })
}

function statusUp({ type, object, pods, resource, containerResource, external }: StatusV1): StatusV2 {
  const share = (source: { currentAverageUtilization?: number | undefined; currentAverageValue?: string | undefined }): object =>
    present({ averageUtilization: source.currentAverageUtilization, averageValue: source.currentAverageValue ?? '0' })
  return present({
    type,
    object: object && { describedObject: object.target, metric: present({ name: object.metricName, selector: object.selector }), current: present({ value: object.currentValue, averageValue: object.averageValue }) },
    pods: pods && { metric: present({ name: pods.metricName, selector: pods.selector }), current: { averageValue: pods.currentAverageValue } },
    resource: resource && { name: resource.name, current: share(resource) },
    containerResource: containerResource && { name: containerResource.name, container: containerResource.container, current: share(containerResource) },
    external: external && { metric: present({ name: external.metricName, selector: external.metricSelector }), current: present({ value: external.currentValue, averageValue: external.currentAverageValue }) },
  }) as unknown as StatusV2
}

function statusDown({ type, object, pods, resource, containerResource, external }: StatusV2): unknown {
  const share = ({ averageUtilization, averageValue }: { averageUtilization?: number | undefined; averageValue?: string | undefined }): object =>
    ({ currentAverageUtilization: averageUtilization, currentAverageValue: averageValue ?? '0' })
  return present({
    type,
    object: object && present({
      target: present({ kind: object.describedObject.kind, name: object.describedObject.name, apiVersion: object.describedObject.apiVersion || undefined }), metricName: object.metric.name,
      currentValue: object.current.value ?? '0', selector: object.metric.selector, averageValue: object.current.averageValue,
    }),
    pods: pods && present({ metricName: pods.metric.name, currentAverageValue: pods.current.averageValue ?? '0', selector: pods.metric.selector }),
    resource: resource && present({ name: resource.name, ...share(resource.current) }),
    containerResource: containerResource && present({ name: containerResource.name, ...share(containerResource.current), container: containerResource.container }),
    external: external && present({ metricName: external.metric.name, metricSelector: external.metric.selector, currentValue: external.current.value ?? '0', currentAverageValue: external.current.averageValue }),
  })
}

const rulesDown = (rules: HPAScalingRules | undefined): unknown => (rules ? {
  StabilizationWindowSeconds: rules.stabilizationWindowSeconds ?? null, SelectPolicy: rules.selectPolicy ?? null,
  Policies: rules.policies?.map(({ type, value, periodSeconds }) => ({ Type: type, Value: value, PeriodSeconds: periodSeconds })) ?? null, Tolerance: rules.tolerance ?? null,
} : null)

/** The annotation has the names of Go's fields, whose case does not matter to Go. */
function behaviorUp(value: unknown): HorizontalPodAutoscalerBehavior | undefined {
  if (typeof value !== 'object' || !value) return undefined
  const part = <T>(from: unknown, name: string): T | undefined => {
    const entry = typeof from === 'object' && from ? Object.entries(from).find(([key]) => key.toLowerCase() === name.toLowerCase()) : undefined
    return (entry?.[1] as T | null | undefined) ?? undefined
  }
  const rules = (from: unknown): HPAScalingRules | undefined => (typeof from !== 'object' || !from ? undefined : present({
    stabilizationWindowSeconds: part<number>(from, 'stabilizationWindowSeconds'), selectPolicy: part<string>(from, 'selectPolicy'),
    policies: part<unknown[]>(from, 'policies')?.map(policy => ({ type: part<string>(policy, 'type') ?? '', value: part<number>(policy, 'value') ?? 0, periodSeconds: part<number>(policy, 'periodSeconds') ?? 0 })),
    tolerance: part<string>(from, 'tolerance'),
  }) as HPAScalingRules)
  const behavior = present({ scaleUp: rules(part(value, 'scaleUp')), scaleDown: rules(part(value, 'scaleDown')) }) as HorizontalPodAutoscalerBehavior
  return Object.keys(behavior).length > 0 ? withDefaultBehavior(behavior) : undefined
}
