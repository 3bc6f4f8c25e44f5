import { selectorFrom } from '../../machinery/selector.ts'
import type { Cause } from '../../machinery/status.ts'
import { validatePodTemplate } from '../core/pod/validation/pod.ts'
import { intOrPercentValue, validateAtMostAll, validateIntOrPercent } from '../int-or-percent.ts'
import { validateLabelSelector } from '../meta/validation.ts'
import { forbidden, immutable, invalid, nonNegative, notSupported, required } from '../validation.ts'
import type { DaemonSet, DaemonSetSpec, DaemonSetUpdateStrategy } from './daemon-set-schema.ts'
import { validateCollisions } from './stateful-set-validation.ts'
import { nonNegativeCounts } from './template-validation.ts'

export function validateDaemonSet({ spec }: DaemonSet): Cause[] {
  return [
    ...validateTemplate(spec), ...nonNegative('spec.minReadySeconds', spec.minReadySeconds),
    ...validateUpdateStrategy(spec.updateStrategy, 'spec.updateStrategy'), ...nonNegative('spec.revisionHistoryLimit', spec.revisionHistoryLimit),
  ]
}

function validateTemplate({ selector, template }: DaemonSetSpec): Cause[] {
  const field = 'spec.template'
  const causes = validateLabelSelector(selector, 'spec.selector')
  if (causes.length === 0 && !selectorFrom(selector).matches(template.metadata?.labels)) {
    causes.push(invalid(`${field}.metadata.labels`, template.metadata?.labels, '`selector` does not match template `labels`'))
  }
  if (selector && Object.keys(selector.matchLabels ?? {}).length === 0 && !selector.matchExpressions?.length) {
    causes.push(invalid('spec.selector', selector, 'empty selector is invalid for daemonset'))
  }
  causes.push(...validatePodTemplate(template, field))
  if (template.spec.restartPolicy !== 'Always') causes.push(notSupported(`${field}.spec.restartPolicy`, template.spec.restartPolicy ?? '', ['Always']))
  if (template.spec.activeDeadlineSeconds !== undefined) causes.push(forbidden(`${field}.spec.activeDeadlineSeconds`, 'activeDeadlineSeconds in DaemonSet is not Supported'))
  return causes
}

/** Either a pod goes before its successor comes, or the successor comes first: exactly one of the two numbers is set. */
function validateUpdateStrategy({ type, rollingUpdate }: DaemonSetUpdateStrategy, field: string): Cause[] {
  if (type === 'OnDelete') return []
  if (type !== 'RollingUpdate') {
    const shown = rollingUpdate ? { MaxUnavailable: rollingUpdate.maxUnavailable ?? 0, MaxSurge: rollingUpdate.maxSurge ?? 0 } : null
    return [notSupported(field, { Type: type ?? '', RollingUpdate: shown }, ['RollingUpdate', 'OnDelete'])]
  }
  if (!rollingUpdate) return [required(`${field}.rollingUpdate`)]
  const { maxUnavailable = 0, maxSurge = 0 } = rollingUpdate
  const [unavailable, surge] = [`${field}.rollingUpdate.maxUnavailable`, `${field}.rollingUpdate.maxSurge`]
  const causes = [
    ...validateIntOrPercent(unavailable, maxUnavailable), ...validateAtMostAll(unavailable, maxUnavailable),
    ...validateIntOrPercent(surge, maxSurge), ...validateAtMostAll(surge, maxSurge),
  ]
  const [goes, comes] = [intOrPercentValue(maxUnavailable) !== 0, intOrPercentValue(maxSurge) !== 0]
  if (goes && comes) causes.push(invalid(surge, maxSurge, 'may not be set when maxUnavailable is non-zero'))
  if (!goes && !comes) causes.push(required(unavailable, 'cannot be 0 when maxSurge is 0'))
  return causes
}

export const validateDaemonSetUpdate = ({ spec }: DaemonSet, old: DaemonSet): Cause[] => immutable('spec.selector', spec.selector, old.spec.selector)

const COUNTS = [
  'currentNumberScheduled', 'numberMisscheduled', 'desiredNumberScheduled', 'numberReady', 'observedGeneration', 'updatedNumberScheduled', 'numberAvailable', 'numberUnavailable', 'collisionCount',
] as const

export const validateDaemonSetStatus = ({ status }: DaemonSet, old: DaemonSet): Cause[] =>
  [...nonNegativeCounts(status, COUNTS), ...validateCollisions(status.collisionCount, old.status.collisionCount)]
