import { dnsLabel, dnsSubdomain, labelValue, qualifiedName } from '../../../../machinery/names.ts'
import type { Cause } from '../../../../machinery/status.ts'
import { validateLabelSelector } from '../../../meta/validation.ts'
import { duplicate, forbidden, invalid, invalidBy, notSupported, required } from '../../../validation.ts'
import type { PodSpec } from '../pod-spec.ts'
import type { NodeSelector, NodeSelectorRequirement, NodeSelectorTerm, PodAffinityTerm, Toleration, TopologySpreadConstraint } from '../scheduling.ts'

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute']

function validateNodeRequirement({ key, operator, values = [] }: NodeSelectorRequirement, field: string, anyValues: boolean): Cause[] {
  const causes: Cause[] = []
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0) causes.push(required(`${field}.values`, "must be specified when `operator` is 'In' or 'NotIn'"))
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0) causes.push(forbidden(`${field}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"))
  } else if (operator === 'Gt' || operator === 'Lt') {
    if (values.length !== 1) causes.push(required(`${field}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'"))
  } else causes.push(invalid(`${field}.operator`, operator, 'not a valid selector operator'))
  causes.push(...invalidBy(`${field}.key`, key, qualifiedName))
  if (!anyValues) values.forEach((value, at) => causes.push(...invalidBy(`${field}.values[${at}]`, value, labelValue)))
  return causes
}

function validateFieldRequirement({ key, operator, values = [] }: NodeSelectorRequirement, field: string): Cause[] {
  const causes: Cause[] = []
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length !== 1) causes.push(required(`${field}.values`, "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"))
  } else causes.push(invalid(`${field}.operator`, operator, 'not a valid selector operator'))
  if (key === 'metadata.name') values.forEach((value, at) => causes.push(...invalidBy(`${field}.values[${at}]`, value, dnsSubdomain)))
  else causes.push(invalid(`${field}.key`, key, 'not a valid field selector key'))
  return causes
}

/** Values that no label can have make a wish that nothing fulfils: fine for a preference. */
function validateNodeTerm({ matchExpressions, matchFields }: NodeSelectorTerm, field: string, anyValues = false): Cause[] {
  return [
    ...(matchExpressions ?? []).flatMap((each, index) => validateNodeRequirement(each, `${field}.matchExpressions[${index}]`, anyValues)),
    ...(matchFields ?? []).flatMap((each, index) => validateFieldRequirement(each, `${field}.matchFields[${index}]`)),
  ]
}

/** The nodes that a pod or a volume may be on. */
export function validateNodeSelector({ nodeSelectorTerms }: NodeSelector, field: string): Cause[] {
  if (!nodeSelectorTerms?.length) return [required(`${field}.nodeSelectorTerms`, 'must have at least one node selector term')]
  return nodeSelectorTerms.flatMap((term, index) => validateNodeTerm(term, `${field}.nodeSelectorTerms[${index}]`))
}

const weightProblems = (field: string, weight: number): Cause[] => (weight < 1 || weight > 100 ? [invalid(`${field}.weight`, weight, 'must be in the range 1-100')] : [])

/** Where a pod wants to be, or not to be. */
export function validateAffinity({ affinity }: PodSpec, field: string): Cause[] {
  if (!affinity) return []
  const causes: Cause[] = []
  const { nodeAffinity } = affinity
  if (nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution) {
    causes.push(...validateNodeSelector(nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution, `${field}.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution`))
  }
  for (const [index, { weight, preference }] of (nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).entries()) {
    const path = `${field}.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[${index}]`
    causes.push(...weightProblems(path, weight), ...validateNodeTerm(preference, `${path}.preference`, true))
  }
  for (const kind of ['podAffinity', 'podAntiAffinity'] as const) {
    const terms = affinity[kind]
    for (const [index, term] of (terms?.requiredDuringSchedulingIgnoredDuringExecution ?? []).entries()) {
      causes.push(...validatePodTerm(term, `${field}.${kind}.requiredDuringSchedulingIgnoredDuringExecution[${index}]`))
    }
    for (const [index, { weight, podAffinityTerm }] of (terms?.preferredDuringSchedulingIgnoredDuringExecution ?? []).entries()) {
      const path = `${field}.${kind}.preferredDuringSchedulingIgnoredDuringExecution[${index}]`
      causes.push(...weightProblems(path, weight), ...validatePodTerm(podAffinityTerm, `${path}.podAffinityTerm`))
    }
  }
  return causes
}

function validatePodTerm(term: PodAffinityTerm, field: string): Cause[] {
  const causes = [...validateLabelSelector(term.labelSelector, `${field}.labelSelector`), ...validateLabelSelector(term.namespaceSelector, `${field}.namespaceSelector`)]
  for (const name of term.namespaces ?? []) causes.push(...invalidBy(`${field}.namespace`, name, dnsLabel))
  for (const kind of ['matchLabelKeys', 'mismatchLabelKeys'] as const) causes.push(...validateLabelKeys(term[kind], `${field}.${kind}`, term.labelSelector))
  for (const [index, key] of (term.matchLabelKeys ?? []).entries()) {
    if (term.mismatchLabelKeys?.includes(key)) causes.push(invalid(`${field}.matchLabelKeys[${index}]`, key, 'exists in both matchLabelKeys and mismatchLabelKeys'))
  }
  for (const kind of ['matchLabelKeys', 'mismatchLabelKeys'] as const) causes.push(...validateOwnKeys(term[kind], field, term.labelSelector))
  if (!term.topologyKey) causes.push(required(`${field}.topologyKey`, 'can not be empty'))
  return [...causes, ...invalidBy(`${field}.topologyKey`, term.topologyKey, qualifiedName)]
}

function validateLabelKeys(keys: readonly string[] | undefined, field: string, selector: PodAffinityTerm['labelSelector']): Cause[] {
  if (!keys?.length) return []
  if (!selector) return [forbidden(field, 'must not be specified when labelSelector is not set')]
  return keys.flatMap((key, index) => invalidBy(`${field}[${index}]`, key, qualifiedName))
}

/** A key that the author names in the selector too. Merging has put each key there once: more than that is the author's. */
function validateOwnKeys(keys: readonly string[] | undefined, field: string, selector: PodAffinityTerm['labelSelector']): Cause[] {
  return (keys ?? []).flatMap((key, index) => {
    const times = (selector?.matchExpressions ?? []).filter(each => each.key === key).length + (selector?.matchLabels?.[key] === undefined ? 0 : 1)
    return times > 1 ? [invalid(`${field}[${index}]`, key, `exists in both matchLabelKeys and labelSelector`)] : []
  })
}

export function validateTolerations(tolerations: readonly Toleration[] | undefined, field: string): Cause[] {
  return (tolerations ?? []).flatMap(({ key, operator, value, effect, tolerationSeconds }, index) => {
    const path = `${field}[${index}]`
    const causes = key ? invalidBy(`${path}.key`, key, qualifiedName) : []
    if (!key && operator !== 'Exists') causes.push(invalid(`${path}.operator`, operator ?? '', 'operator must be Exists when `key` is empty, which means "match all values and all keys"'))
    if (tolerationSeconds !== undefined && effect !== 'NoExecute') causes.push(invalid(`${path}.effect`, effect ?? '', "effect must be 'NoExecute' when `tolerationSeconds` is set"))
    if (operator === undefined || operator === 'Equal') {
      const problems = labelValue(value ?? '')
      if (problems.length) causes.push(invalid(`${path}.operator`, value, problems.join(';')))
    } else if (operator === 'Exists') {
      if (value) causes.push(invalid(`${path}.operator`, value, "value must be empty when `operator` is 'Exists'"))
    } else if (operator === 'Lt' || operator === 'Gt') causes.push(notSupported(`${path}.operator`, operator, ['Equal', 'Exists', 'Lt', 'Gt']))
    else causes.push(notSupported(`${path}.operator`, operator, ['Equal', 'Exists']))
    if (effect && !EFFECTS.includes(effect)) causes.push(notSupported(`${path}.effect`, effect, EFFECTS))
    return causes
  })
}

export function validateSpread(constraints: readonly TopologySpreadConstraint[] | undefined, field: string): Cause[] {
  const causes: Cause[] = []
  const pairs = (constraints ?? []).map(({ topologyKey, whenUnsatisfiable }) => `{${topologyKey}, ${whenUnsatisfiable}}`)
  for (const [index, constraint] of (constraints ?? []).entries()) {
    const path = `${field}[${index}]`
    const { maxSkew, topologyKey, whenUnsatisfiable, minDomains, labelSelector } = constraint
    if (maxSkew <= 0) causes.push(invalid(`${path}.maxSkew`, maxSkew, 'must be greater than zero'))
    if (!topologyKey) causes.push(required(`${path}.topologyKey`, 'can not be empty'))
    if (whenUnsatisfiable !== 'DoNotSchedule' && whenUnsatisfiable !== 'ScheduleAnyway') causes.push(notSupported(`${path}.whenUnsatisfiable`, whenUnsatisfiable, ['DoNotSchedule', 'ScheduleAnyway']))
    if (pairs.includes(pairs[index]!, index + 1)) causes.push(duplicate(`${path}.{topologyKey, whenUnsatisfiable}`, pairs[index]))
    if (minDomains !== undefined && minDomains <= 0) causes.push(invalid(`${path}.minDomains`, minDomains, 'must be greater than zero'))
    if (minDomains !== undefined && whenUnsatisfiable !== 'DoNotSchedule') {
      causes.push(invalid(`${path}.minDomains`, minDomains, `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${whenUnsatisfiable}`))
    }
    for (const policy of ['nodeAffinityPolicy', 'nodeTaintsPolicy'] as const) {
      const given: string | undefined = constraint[policy]
      if (given !== undefined && given !== 'Honor' && given !== 'Ignore') causes.push(notSupported(`${path}.${policy}`, given, ['Honor', 'Ignore']))
    }
    causes.push(...validateLabelKeys(constraint.matchLabelKeys, `${path}.matchLabelKeys`, labelSelector), ...validateOwnKeys(constraint.matchLabelKeys, path, labelSelector))
    causes.push(...validateLabelSelector(labelSelector, `${path}.labelSelector`))
  }
  return causes
}
