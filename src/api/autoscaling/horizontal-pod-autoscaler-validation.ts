import { dnsLabel, pathSegment } from '../../machinery/names.ts'
import { compareQuantities } from '../../machinery/quantity.ts'
import type { Cause } from '../../machinery/status.ts'
import { validateContainerResourceName } from '../core/resource-names.ts'
import { forbidden, invalid, invalidBy, nonNegative, notSupported, required } from '../validation.ts'
import type { CrossVersionObjectReference, HorizontalPodAutoscaler, HorizontalPodAutoscalerSpec, HPAScalingRules, MetricIdentifier, MetricSpec, MetricTarget } from './horizontal-pod-autoscaler-v2-schema.ts'

const LONGEST_WINDOW_SECONDS = 3600
const LONGEST_PERIOD_SECONDS = 1800
const TARGET_TYPES = ['Utilization', 'Value', 'AverageValue']

/** Metrics by their types, with the fields that they stand in. */
const SOURCES = { ContainerResource: 'containerResource', External: 'external', Object: 'object', Pods: 'pods', Resource: 'resource' } as const
const TYPES = Object.keys(SOURCES)
const SOURCE_ORDER = ['object', 'external', 'pods', 'resource', 'containerResource'] as const

/** What an autoscaler says; an API version that was wrong before is let pass. */
export function validateAutoscaler({ spec }: HorizontalPodAutoscaler, old?: HorizontalPodAutoscaler): Cause[] {
  const { minReplicas, maxReplicas, scaleTargetRef, metrics, behavior } = spec
  const causes: Cause[] = []
  if (minReplicas !== undefined && minReplicas < 1) causes.push(invalid('spec.minReplicas', minReplicas, 'must be greater than or equal to 1'))
  if (!maxReplicas) causes.push(required('spec.maxReplicas', 'must be set and greater than 0'))
  else if (maxReplicas < 1) causes.push(invalid('spec.maxReplicas', maxReplicas, 'must be greater than or equal to 1'))
  if (minReplicas !== undefined && (maxReplicas ?? 0) < minReplicas) causes.push(invalid('spec.maxReplicas', maxReplicas ?? 0, 'must be greater than or equal to `minReplicas`'))
  const before = old?.spec.scaleTargetRef
  const known = before !== undefined && validateReference(before, '', false).some(({ field }) => field === '.apiVersion')
  causes.push(...validateReference(scaleTargetRef, 'spec.scaleTargetRef', false).filter(({ field }) => !(known && field?.endsWith('.apiVersion'))))
  causes.push(...(metrics ?? []).flatMap((metric, index) => validateMetric(metric, `spec.metrics[${index}]`)), ...validateScalingToZero(spec))
  for (const direction of ['scaleUp', 'scaleDown'] as const) if (behavior?.[direction]) causes.push(...validateRules(behavior[direction], `spec.behavior.${direction}`))
  return causes
}

export const validateAutoscalerStatus = ({ status }: HorizontalPodAutoscaler): Cause[] =>
  [...nonNegative('status.currentReplicas', status.currentReplicas), ...nonNegative('status.desiredReplicas', status.desiredReplicas)]

function validateScalingToZero({ minReplicas, metrics }: HorizontalPodAutoscalerSpec): Cause[] {
  if (minReplicas !== 0 || (metrics ?? []).some(({ type }) => type === 'Object' || type === 'External')) return []
  return [forbidden('spec.metrics', 'must specify at least one Object or External metric to support scaling to zero replicas')]
}

function validateReference({ kind, name, apiVersion = '' }: CrossVersionObjectReference, field: string, coreToo: boolean): Cause[] {
  const causes = kind ? invalidBy(`${field}.kind`, kind, pathSegment) : [required(`${field}.kind`)]
  causes.push(...(name ? invalidBy(`${field}.name`, name, pathSegment) : [required(`${field}.name`)]))
  if (apiVersion.split('/').length > 2) return [...causes, invalid(`${field}.apiVersion`, apiVersion, `unexpected GroupVersion string: ${apiVersion}`)]
  const mayBeCore = coreToo || (apiVersion === 'v1' && kind === 'ReplicationController')
  return mayBeCore || /^[^/]+\//.test(apiVersion) ? causes : [...causes, invalid(`${field}.apiVersion`, apiVersion, 'apiVersion must specify API group')]
}

function validateMetric(metric: MetricSpec, field: string): Cause[] {
  const causes: Cause[] = []
  if (!metric.type) causes.push(required(`${field}.type`, 'must specify a metric source type'))
  const present = SOURCE_ORDER.filter(source => metric[source] !== undefined)
  if (!TYPES.includes(metric.type)) causes.push(notSupported(`${field}.type`, metric.type, TYPES))
  if (present[0]) causes.push(...validateSource(metric, present[0], `${field}.${present[0]}`))
  if (!TYPES.includes(metric.type)) return [...causes, notSupported(`${field}.type`, metric.type, TYPES)]
  const wanted = SOURCES[metric.type as keyof typeof SOURCES]
  if (!present.includes(wanted)) causes.push(required(`${field}.${wanted}`, 'must populate information for the given metric source'))
  if (present.length !== 1) causes.push(...present.filter(source => source !== wanted).map(source => forbidden(`${field}.${source}`, 'must populate the given metric source only')))
  return causes
}

function validateSource(metric: MetricSpec, source: (typeof SOURCE_ORDER)[number], field: string): Cause[] {
  const { object, external, pods, resource, containerResource } = metric
  switch (source) {
    case 'object': return [
      ...validateReference(object!.describedObject, `${field}.describedObject`, true), ...validateIdentifier(object!.metric, `${field}.metric`), ...validateTarget(object!.target, `${field}.target`),
      ...(object!.target.value === undefined && object!.target.averageValue === undefined ? [required(`${field}.target.averageValue`, 'must set either a target value or averageValue')] : []),
    ]
    case 'external': return [
      ...validateIdentifier(external!.metric, `${field}.metric`), ...validateTarget(external!.target, `${field}.target`), ...validateExternalTarget(external!.target, `${field}.target`),
    ]
    case 'pods': return [
      ...validateIdentifier(pods!.metric, `${field}.metric`), ...validateTarget(pods!.target, `${field}.target`),
      ...(pods!.target.averageValue === undefined ? [required(`${field}.target.averageValue`, 'must specify a positive target averageValue')] : []),
    ]
    case 'resource': return [
      ...(resource!.name ? [] : [required(`${field}.name`, 'must specify a resource name')]), ...validateTarget(resource!.target, `${field}.target`), ...validateShare(resource!.target, `${field}.target`),
    ]
    case 'containerResource': return [
      ...(containerResource!.name ? validateContainerResourceName(containerResource!.name, `${field}.name`) : [required(`${field}.name`, 'must specify a resource name')]),
      ...(containerResource!.container ? invalidBy(`${field}.container`, containerResource!.container, dnsLabel) : [required(`${field}.container`, 'must specify a container')]),
      ...validateTarget(containerResource!.target, `${field}.target`), ...validateShare(containerResource!.target, `${field}.target`),
    ]
  }
}

const validateIdentifier = ({ name }: MetricIdentifier, field: string): Cause[] => (name ? invalidBy(`${field}.name`, name, pathSegment) : [required(`${field}.name`, 'must specify a metric name')])

function validateExternalTarget({ value, averageValue }: MetricTarget, field: string): Cause[] {
  if (value === undefined && averageValue === undefined) return [required(`${field}.averageValue`, 'must set either a target value for metric or a per-pod target')]
  return value !== undefined && averageValue !== undefined ? [forbidden(`${field}.value`, 'may not set both a target value for metric and a per-pod target')] : []
}

function validateShare({ averageValue, averageUtilization }: MetricTarget, field: string): Cause[] {
  if (averageUtilization === undefined && averageValue === undefined) return [required(`${field}.averageUtilization`, 'must set either a target raw value or a target utilization')]
  return averageUtilization !== undefined && averageValue !== undefined ? [forbidden(`${field}.averageValue`, 'may not set both a target raw value and a target utilization')] : []
}

function validateTarget({ type, value, averageValue, averageUtilization }: MetricTarget, field: string): Cause[] {
  const causes = type ? [] : [required(`${field}.type`, 'must specify a metric target type')]
  if (!TARGET_TYPES.includes(type)) causes.push(invalid(`${field}.type`, type, 'must be either Utilization, Value, or AverageValue'))
  if (value !== undefined && compareQuantities(value, '0') <= 0) causes.push(invalid(`${field}.value`, value, 'must be positive'))
  if (averageValue !== undefined && compareQuantities(averageValue, '0') <= 0) causes.push(invalid(`${field}.averageValue`, averageValue, 'must be positive'))
  if (averageUtilization !== undefined && averageUtilization < 1) causes.push(invalid(`${field}.averageUtilization`, averageUtilization, 'must be greater than 0'))
  return causes
}

function validateRules({ stabilizationWindowSeconds: window, selectPolicy, policies, tolerance }: HPAScalingRules, field: string): Cause[] {
  const causes: Cause[] = []
  if (window !== undefined && window < 0) causes.push(invalid(`${field}.stabilizationWindowSeconds`, window, 'must be greater than or equal to zero'))
  if (window !== undefined && window > LONGEST_WINDOW_SECONDS) causes.push(invalid(`${field}.stabilizationWindowSeconds`, window, `must be less than or equal to ${LONGEST_WINDOW_SECONDS}`))
  if (selectPolicy !== undefined && !['Disabled', 'Max', 'Min'].includes(selectPolicy)) causes.push(notSupported(`${field}.selectPolicy`, selectPolicy, ['Disabled', 'Max', 'Min']))
  if (!policies?.length) causes.push(required(`${field}.policies`, 'must specify at least one Policy'))
  for (const [index, { type, value, periodSeconds }] of (policies ?? []).entries()) {
    const path = `${field}.policies[${index}]`
    if (type !== 'Percent' && type !== 'Pods') causes.push(notSupported(`${path}.type`, type, ['Percent', 'Pods']))
    if (value <= 0) causes.push(invalid(`${path}.value`, value, 'must be greater than zero'))
    if (periodSeconds <= 0) causes.push(invalid(`${path}.periodSeconds`, periodSeconds, 'must be greater than zero'))
    if (periodSeconds > LONGEST_PERIOD_SECONDS) causes.push(invalid(`${path}.periodSeconds`, periodSeconds, `must be less than or equal to ${LONGEST_PERIOD_SECONDS}`))
  }
  if (tolerance !== undefined && compareQuantities(tolerance, '0') < 0) causes.push(invalid(`${field}.tolerance`, tolerance, 'must be greater than or equal to 0'))
  return causes
}
