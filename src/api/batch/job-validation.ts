import { dnsLabel } from '../../machinery/names.ts'
import { selectorFrom } from '../../machinery/selector.ts'
import type { Cause } from '../../machinery/status.ts'
import type { PodTemplateSpec } from '../core/pod/pod-spec.ts'
import { validateLabelSelector } from '../meta/validation.ts'
import { immutable, invalid, required, sameJson } from '../validation.ts'
import type { Job } from './job-schema.ts'
import { goField } from '../go-form.ts'
import { goPodSpec, goPodTemplate } from '../core/pod/go-form.ts'
import { jobLabels } from './job-labels.ts'
import { validateJobSpec } from './job-spec-validation.ts'
import { jobSpec, type JobSpec } from './shared.ts'

/** `prefixed`: the labels that the server sets are those with a domain too, as they are of all but very old Jobs. */
export function validateJob(job: Job, prefixed = true): Cause[] {
  const causes = [...validateGenerated(job, prefixed), ...validateSpec(job)]
  const { completionMode, completions = 0 } = job.spec
  const host = `${job.metadata.name ?? ''}-${completions - 1}`
  if (completionMode === 'Indexed' && completions > 0 && dnsLabel(host).length > 0) {
    causes.push(invalid('metadata.name', job.metadata.name ?? '', `will not able to create pod with invalid DNS label: ${host}`))
  }
  return causes
}

/** The specification and the selector that belongs to it. */
function validateSpec({ spec }: Job): Cause[] {
  const causes = validateJobSpec(spec, 'spec')
  if (!spec.selector) causes.push(required('spec.selector'))
  const wrong = validateLabelSelector(spec.selector, 'spec.selector')
  if (wrong.length > 0) return [...causes, ...wrong]
  const labels = spec.template.metadata?.labels
  return selectorFrom(spec.selector).matches(labels) ? causes : [...causes, invalid('spec.template.metadata.labels', labels, '`selector` does not match template `labels`')]
}

/** Where the selector is the server's to make, nobody else's labels may pass for the Job's. */
function validateGenerated({ metadata, spec }: Job, prefixed: boolean): Cause[] {
  if (spec.manualSelector || !spec.selector) return []
  const labels = spec.template.metadata?.labels
  const expected = Object.fromEntries(Object.entries(jobLabels(metadata)).filter(([key]) => prefixed || !key.includes('/')))
  const causes = Object.entries(expected).flatMap(([key, wanted]) => {
    const field = `spec.template.metadata.labels[${key}]`
    if (labels?.[key] === undefined) return [required(field, `must be '${wanted}'`)]
    return labels[key] === wanted ? [] : [invalid(field, labels, `must be '${wanted}'`)]
  })
  return validateLabelSelector(spec.selector, '').length > 0 || selectorFrom(spec.selector).matches(expected) ? causes : [...causes, invalid('spec.selector', spec.selector, '`selector` not auto-generated')]
}

const FIXED = ['completionMode', 'podFailurePolicy', 'backoffLimitPerIndex', 'managedBy', 'successPolicy'] as const

export function validateJobUpdate(job: Job, old: Job): Cause[] {
  const [next, before] = [job.spec, old.spec]
  const labels = before.template.metadata?.labels ?? {}
  const hadPrefixed = Object.keys(jobLabels(job.metadata)).every(key => !key.includes('/') || Object.hasOwn(labels, key))
  return [
    ...validateJob(job, hadPrefixed),
    // Upstream looks at the specification twice, and so do the clients' lists of causes.
    ...validateSpec(job), ...validateCompletions(next, before), ...immutable('spec.selector', next.selector, before.selector),
    ...validateTemplateUpdate(job, old), ...FIXED.flatMap(name => (sameJson(next[name], before[name]) ? [] : [invalid(`spec.${name}`, next[name] === undefined ? null : goField(jobSpec, name, next[name]), 'field is immutable')])),
  ]
}

/** KEP-3715: an Indexed Job grows and shrinks with its parallelism. */
function validateCompletions(next: JobSpec, old: JobSpec): Cause[] {
  if (next.completionMode !== 'Indexed') return immutable('spec.completions', next.completions, old.completions)
  if (next.completions === old.completions || next.completions === undefined) return []
  return next.completions === next.parallelism ? [] : [invalid('spec.completions', next.completions, 'can only be modified in tandem with spec.parallelism')]
}

/** KEP-2926, KEP-5440: until a suspended Job runs, where its pods go and what they ask for may still be said. */
function validateTemplateUpdate({ spec }: Job, { spec: old, status }: Job): Cause[] {
  const suspended = old.suspend === true && !status.startTime && !status.active
  if (!suspended) return sameJson(spec.template, old.template) ? [] : [invalid('spec.template', goPodTemplate(spec.template), 'field is immutable')]
  return sameJson(withoutScheduling(spec.template), withoutScheduling(old.template)) ? [] : [invalid('spec.template.spec', goPodSpec(spec.template.spec), 'field is immutable')]
}

function withoutScheduling({ spec }: PodTemplateSpec): unknown {
  const { nodeAffinity: _, ...affinity } = spec.affinity ?? {}
  return {
    ...spec, nodeSelector: null, tolerations: null, schedulingGates: null, affinity: Object.keys(affinity).length > 0 ? affinity : null,
    ...Object.fromEntries((['containers', 'initContainers'] as const).map(list => [list, spec[list]?.map(container => ({ ...container, resources: null }))])),
  }
}

