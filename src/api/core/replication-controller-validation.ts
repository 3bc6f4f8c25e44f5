import type { Cause } from '../../machinery/status.ts'
import { nonNegativeCounts } from '../apps/template-validation.ts'
import { forbidden, invalid, nonNegative, notSupported, required } from '../validation.ts'
import { validatePodTemplate } from './pod/validation/pod.ts'
import type { ReplicationController, ReplicationControllerSpec } from './replication-controller-schema.ts'

export function validateReplicationController({ spec }: ReplicationController): Cause[] {
  return [
    ...nonNegative('spec.minReadySeconds', spec.minReadySeconds), ...(Object.keys(spec.selector ?? {}).length > 0 ? [] : [required('spec.selector')]),
    ...nonNegative('spec.replicas', spec.replicas), ...validateTemplate(spec, 'spec.template'),
  ]
}

function validateTemplate({ selector, template }: ReplicationControllerSpec, field: string): Cause[] {
  if (!template) return [required(field)]
  const labels = template.metadata?.labels
  const causes: Cause[] = []
  if (selector && Object.keys(selector).some(key => labels?.[key] !== selector[key])) causes.push(invalid(`${field}.metadata.labels`, labels, '`selector` does not match template `labels`'))
  causes.push(...validatePodTemplate(template, field))
  if (template.spec.restartPolicy !== 'Always') causes.push(notSupported(`${field}.spec.restartPolicy`, template.spec.restartPolicy ?? '', ['Always']))
  if (template.spec.activeDeadlineSeconds !== undefined) causes.push(forbidden(`${field}.spec.activeDeadlineSeconds`, 'activeDeadlineSeconds in ReplicationController is not Supported'))
  return causes
}

const COUNTS = ['replicas', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas', 'observedGeneration'] as const

export function validateReplicationControllerStatus({ status }: ReplicationController): Cause[] {
  const causes = nonNegativeCounts(status, COUNTS)
  const { replicas, readyReplicas = 0, availableReplicas = 0 } = status
  for (const name of ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'] as const) {
    const count = status[name] ?? 0
    if (count > replicas) causes.push(invalid(`status.${name}`, count, 'cannot be greater than status.replicas'))
  }
  return availableReplicas > readyReplicas ? [...causes, invalid('status.availableReplicas', availableReplicas, 'cannot be greater than readyReplicas')] : causes
}
