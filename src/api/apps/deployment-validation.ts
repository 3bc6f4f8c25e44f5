import type { Cause } from '../../machinery/status.ts'
import { forbidden, immutable, invalid, nonNegative, notSupported, required } from '../validation.ts'
import type { Deployment, DeploymentStatus, DeploymentStrategy } from './deployment-schema.ts'
import { validateCollisions } from './stateful-set-validation.ts'
import { atMostAll, nonNegativeCounts, validateCountOrPercent, validateRunningTemplate, validateSelector } from './template-validation.ts'

const COUNTS = ['observedGeneration', 'replicas', 'updatedReplicas', 'readyReplicas', 'availableReplicas', 'terminatingReplicas', 'unavailableReplicas', 'collisionCount'] as const

export function validateDeployment({ spec }: Deployment): Cause[] {
  const causes = [...nonNegative('spec.replicas', spec.replicas), ...validateSelector(spec.selector, 'deployment'), ...validateRunningTemplate(spec.template, spec.selector)]
  causes.push(...validateStrategy(spec.strategy), ...nonNegative('spec.minReadySeconds', spec.minReadySeconds), ...nonNegative('spec.revisionHistoryLimit', spec.revisionHistoryLimit))
  const { progressDeadlineSeconds: deadline, minReadySeconds = 0 } = spec
  if (deadline === undefined) return causes
  causes.push(...nonNegative('spec.progressDeadlineSeconds', deadline))
  return deadline <= minReadySeconds ? [...causes, invalid('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds')] : causes
}

function validateStrategy({ type, rollingUpdate }: DeploymentStrategy): Cause[] {
  const field = 'spec.strategy.rollingUpdate'
  if (type === 'Recreate') return rollingUpdate ? [forbidden(field, "may not be specified when strategy `type` is 'Recreate'")] : []
  if (type !== 'RollingUpdate') return [notSupported('spec.strategy', { Type: type, RollingUpdate: rollingUpdate ? { MaxUnavailable: rollingUpdate.maxUnavailable ?? 0, MaxSurge: rollingUpdate.maxSurge ?? 0 } : null }, ['Recreate', 'RollingUpdate'])]
  if (!rollingUpdate) return [required(field, 'this should be defaulted and never be nil')]
  const { maxUnavailable = 0, maxSurge = 0 } = rollingUpdate
  const causes = [...validateCountOrPercent(`${field}.maxUnavailable`, maxUnavailable), ...validateCountOrPercent(`${field}.maxSurge`, maxSurge)]
  const isZero = (value: number | string): boolean => value === 0 || (typeof value === 'string' && /^0+%$/.test(value))
  if (isZero(maxUnavailable) && isZero(maxSurge)) causes.push(invalid(`${field}.maxUnavailable`, maxUnavailable, 'may not be 0 when `maxSurge` is 0'))
  return [...causes, ...atMostAll(`${field}.maxUnavailable`, maxUnavailable)]
}

export const validateDeploymentUpdate = ({ spec }: Deployment, old: Deployment): Cause[] => immutable('spec.selector', spec.selector, old.spec.selector)

export function validateDeploymentStatus({ status }: Deployment, old: Deployment): Cause[] {
  const causes = nonNegativeCounts(status, COUNTS)
  const { replicas = 0, updatedReplicas = 0, readyReplicas = 0, availableReplicas = 0 }: DeploymentStatus = status
  if (updatedReplicas > replicas) causes.push(invalid('status.updatedReplicas', updatedReplicas, 'cannot be greater than status.replicas'))
  if (readyReplicas > replicas) causes.push(invalid('status.readyReplicas', readyReplicas, 'cannot be greater than status.replicas'))
  if (availableReplicas > replicas) causes.push(invalid('status.availableReplicas', availableReplicas, 'cannot be greater than status.replicas'))
  if (availableReplicas > readyReplicas) causes.push(invalid('status.availableReplicas', availableReplicas, 'cannot be greater than readyReplicas'))
  return [...causes, ...validateCollisions(status.collisionCount, old.status.collisionCount)]
}
