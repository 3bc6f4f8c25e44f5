import { dnsLabel } from '../../machinery/names.ts'
import type { LabelSelectorObject } from '../../machinery/selector.ts'
import { selectorFrom } from '../../machinery/selector.ts'
import { badRequest, type Cause } from '../../machinery/status.ts'
import type { PodTemplateSpec } from '../core/pod/pod-spec.ts'
import { validatePodTemplate } from '../core/pod/validation/pod.ts'
import { validateLabelSelector } from '../meta/validation.ts'
import { forbidden, invalid, nonNegative, notSupported, required } from '../validation.ts'

const isEmpty = ({ matchLabels, matchExpressions }: LabelSelectorObject): boolean => Object.keys(matchLabels ?? {}).length === 0 && !matchExpressions?.length

/** The selector of what runs copies of a pod: it is there, selects something, and is well-formed. */
export function validateSelector(selector: LabelSelectorObject | undefined | null, kind: string): Cause[] {
  if (!selector) return [required('spec.selector')]
  const causes = validateLabelSelector(selector, 'spec.selector')
  return isEmpty(selector) ? [...causes, invalid('spec.selector', selector, `empty selector is invalid for ${kind}`)] : causes
}

/** The pods that are to run all the time: their labels are the selector's, and they restart whatever happens. */
export function validateRunningTemplate(template: PodTemplateSpec, selector: LabelSelectorObject | undefined | null): Cause[] {
  const field = 'spec.template'
  const causes: Cause[] = []
  // Of a selector that nothing can be made of only that is told.
  if (selector && validateLabelSelector(selector, '').length > 0) return [invalid('spec.selector', selector, 'invalid label selector')]
  if (!selector || (!isEmpty(selector) && !selectorFrom(selector).matches(template.metadata?.labels))) {
    causes.push(invalid(`${field}.metadata.labels`, template.metadata?.labels, '`selector` does not match template `labels`'))
  }
  causes.push(...validatePodTemplate(template, field))
  if (template.spec.restartPolicy !== 'Always') causes.push(notSupported(`${field}.spec.restartPolicy`, template.spec.restartPolicy ?? '', ['Always']))
  if (template.spec.activeDeadlineSeconds !== undefined) causes.push(forbidden(`${field}.spec.activeDeadlineSeconds`, 'activeDeadlineSeconds in ReplicaSet is not Supported'))
  return causes
}

/** Counts in a status: none is negative. */
export const nonNegativeCounts = <T extends object>(status: T, names: readonly (keyof T & string)[]): Cause[] =>
  names.flatMap(name => nonNegative(`status.${name}`, status[name] as number | undefined))

/** A number, or a share of the replicas. */
export function validateCountOrPercent(field: string, value: number | string): Cause[] {
  if (typeof value === 'number') return nonNegative(field, value)
  return /^[0-9]+%$/.test(value) ? [] : [invalid(field, value, "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')")]
}

export const atMostAll = (field: string, value: number | string): Cause[] =>
  typeof value === 'string' && /^[0-9]+%$/.test(value) && Number(value.slice(0, -1)) > 100 ? [invalid(field, value, 'must not be greater than 100%')] : []

/** What a count or percentage comes to, of a total; `up` says how parts are rounded. */
export function scaledCount(value: number | string, total: number, up: boolean): number {
  if (typeof value === 'number') return value
  const part = (Number.parseInt(value, 10) * total) / 100
  return up ? Math.ceil(part) : Math.floor(part)
}

/** The names of what makes pods become part of theirs. */
export function podNameWarnings(name: string | undefined): string[] {
  const problems = name ? dnsLabel(name) : []
  return problems.length ? [`metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: [${problems.join(' ')}]`] : []
}

/** Annotations that were numbers in older versions are numbers still. */
export function checkNumber(kind: string, text: string): void {
  const failed = (why: string): never => { throw badRequest(`${kind} in version "v1" cannot be handled as a ${kind}: strconv.ParseInt: parsing ${JSON.stringify(text)}: ${why}`) }
  if (!/^[-+]?\d+$/.test(text)) failed('invalid syntax')
  else if (BigInt(text.replace('+', '')) !== BigInt.asIntN(64, BigInt(text.replace('+', '')))) failed('value out of range')
}
