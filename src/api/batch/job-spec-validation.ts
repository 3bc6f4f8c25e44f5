import { qualifiedName } from '../../machinery/names.ts'
import type { Cause } from '../../machinery/status.ts'
import { validatePodTemplate } from '../core/pod/validation/pod.ts'
import { validateDomainPrefixedPath } from '../domain-prefixed-path.ts'
import { duplicate, invalid, invalidBy, nonNegative, notSupported, required, tooLong, tooMany } from '../validation.ts'
import { parseIndexes } from './indexes.ts'
import type { JobSpec, PodFailurePolicyOnExitCodesRequirement, PodFailurePolicyRule, SuccessPolicyRule } from './shared.ts'

const MOST_INDEXED_PARALLELISM = 100_000
const MOST_FAILED_INDEXES = 100_000
/** From so many completions on, Jobs with a limit per index have less room. */
const MANY_COMPLETIONS = 100_000
const MOST_WITH_MANY = 10_000
const MOST_RULES = 20
const MOST_CONDITIONS = 20
const MOST_EXIT_CODES = 255
const LONGEST_MANAGER = 63
const WITH_MANY = `must be less than or equal to ${MOST_WITH_MANY} when completions are above ${MANY_COMPLETIONS} and used with backoff limit per index`

/** What is wrong with a part as a whole, whose value would say nothing. */
export const invalidWhole = (field: string, detail: string): Cause => ({ reason: 'FieldValueInvalid', message: `Invalid value: ${detail}`, field })

/** What Jobs and the templates of CronJobs have in common, in the order in which Kubernetes reports it. */
export function validateJobSpec(spec: JobSpec, field: string): Cause[] {
  const causes: Cause[] = []
  for (const name of ['parallelism', 'completions', 'activeDeadlineSeconds', 'backoffLimit', 'ttlSecondsAfterFinished', 'backoffLimitPerIndex', 'maxFailedIndexes'] as const) {
    causes.push(...nonNegative(`${field}.${name}`, spec[name]))
  }
  if (spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined) causes.push(required(`${field}.backoffLimitPerIndex`, 'when maxFailedIndexes is specified'))
  if (spec.managedBy !== undefined) {
    causes.push(...validateDomainPrefixedPath(`${field}.managedBy`, spec.managedBy), ...(spec.managedBy.length > LONGEST_MANAGER ? [tooLong(`${field}.managedBy`, LONGEST_MANAGER)] : []))
  }
  causes.push(...validateCompletionMode(spec, field), ...validateFailurePolicy(spec, field), ...validateSuccessPolicy(spec, field), ...validateReplacement(spec, field))
  return [...causes, ...validatePodTemplate(spec.template, `${field}.template`), ...validateRestartPolicy(spec, `${field}.template.spec.restartPolicy`)]
}

function validateCompletionMode(spec: JobSpec, field: string): Cause[] {
  const { completionMode: mode, completions, parallelism = 0, backoffLimitPerIndex, maxFailedIndexes } = spec
  const causes: Cause[] = []
  if (mode !== undefined && mode !== 'NonIndexed' && mode !== 'Indexed') causes.push(notSupported(`${field}.completionMode`, mode, ['NonIndexed', 'Indexed']))
  if (mode === undefined || mode === 'NonIndexed') {
    for (const name of ['backoffLimitPerIndex', 'maxFailedIndexes'] as const) if (spec[name] !== undefined) causes.push(invalid(`${field}.${name}`, spec[name], 'requires indexed completion mode'))
  }
  if (mode !== 'Indexed') return causes
  if (completions === undefined) causes.push(required(`${field}.completions`, 'when completion mode is Indexed'))
  if (parallelism > MOST_INDEXED_PARALLELISM) {
    causes.push(invalid(`${field}.parallelism`, parallelism, `must be less than or equal to ${MOST_INDEXED_PARALLELISM} when completion mode is Indexed`))
  }
  const failed = maxFailedIndexes ?? 0
  if (completions !== undefined && failed > completions) causes.push(invalid(`${field}.maxFailedIndexes`, failed, 'must be less than or equal to completions'))
  if (failed > MOST_FAILED_INDEXES) causes.push(invalid(`${field}.maxFailedIndexes`, failed, `must be less than or equal to ${MOST_FAILED_INDEXES}`))
  if (backoffLimitPerIndex === undefined || (completions ?? 0) <= MANY_COMPLETIONS) return causes
  if (maxFailedIndexes === undefined) causes.push(required(`${field}.maxFailedIndexes`, `must be specified when completions is above ${MANY_COMPLETIONS}`))
  if (parallelism > MOST_WITH_MANY) causes.push(invalid(`${field}.parallelism`, parallelism, WITH_MANY))
  if (failed > MOST_WITH_MANY) causes.push(invalid(`${field}.maxFailedIndexes`, failed, WITH_MANY))
  return causes
}

const quoted = (values: readonly string[]): string => `valid values: [${values.map(value => JSON.stringify(value)).join(' ')}]`
const oneOf = (field: string, value: string | undefined, values: readonly string[]): Cause[] =>
  !value ? [required(field, quoted(values))] : values.includes(value) ? [] : [notSupported(field, value, values)]

function validateFailurePolicy(spec: JobSpec, field: string): Cause[] {
  if (!spec.podFailurePolicy) return []
  const rules = spec.podFailurePolicy.rules ?? []
  const path = `${field}.podFailurePolicy.rules`
  return [...(rules.length > MOST_RULES ? [tooMany(path, rules.length, MOST_RULES)] : []), ...rules.flatMap((rule, index) => validateFailureRule(rule, spec, `${path}[${index}]`))]
}

function validateFailureRule({ action, onExitCodes, onPodConditions }: PodFailurePolicyRule, spec: JobSpec, field: string): Cause[] {
  const causes: Cause[] = []
  if (action === 'FailIndex' && spec.backoffLimitPerIndex === undefined) causes.push(invalid(`${field}.action`, action, 'requires the backoffLimitPerIndex to be set'))
  causes.push(...oneOf(`${field}.action`, action, ['Count', 'FailIndex', 'FailJob', 'Ignore']))
  if (onExitCodes) causes.push(...validateExitCodes(onExitCodes, spec, `${field}.onExitCodes`))
  const conditions = onPodConditions ?? []
  if (conditions.length > MOST_CONDITIONS) causes.push(tooMany(`${field}.onPodConditions`, conditions.length, MOST_CONDITIONS))
  for (const [index, { type, status }] of conditions.entries()) {
    const path = `${field}.onPodConditions[${index}]`
    causes.push(...invalidBy(`${path}.type`, type, qualifiedName), ...oneOf(`${path}.status`, status, ['False', 'True', 'Unknown']))
  }
  if (onExitCodes && conditions.length > 0) causes.push(invalidWhole(field, 'specifying both OnExitCodes and OnPodConditions is not supported'))
  if (!onExitCodes && conditions.length === 0) causes.push(invalidWhole(field, 'specifying one of OnExitCodes and OnPodConditions is required'))
  return causes
}

function validateExitCodes({ operator, containerName, values }: PodFailurePolicyOnExitCodesRequirement, { template }: JobSpec, field: string): Cause[] {
  const causes = oneOf(`${field}.operator`, operator, ['In', 'NotIn'])
  const names = [...template.spec.containers ?? [], ...template.spec.initContainers ?? []].map(({ name }) => name)
  if (containerName !== undefined && !names.includes(containerName)) {
    causes.push(invalid(`${field}.containerName`, containerName, 'must be one of the container or initContainer names in the pod template'))
  }
  const codes = values ?? []
  if (codes.length === 0) causes.push(invalid(`${field}.values`, values ?? null, 'at least one value is required'))
  else if (codes.length > MOST_EXIT_CODES) causes.push(tooMany(`${field}.values`, codes.length, MOST_EXIT_CODES))
  for (const [index, code] of codes.entries()) {
    if (operator === 'In' && code === 0) causes.push(invalid(`${field}.values[${index}]`, 0, 'must not be 0 for the In operator'))
    if (codes.indexOf(code) < index) causes.push(duplicate(`${field}.values[${index}]`, code))
  }
  return codes.some((code, index) => index > 0 && codes[index - 1]! > code) ? [...causes, invalid(`${field}.values`, codes, 'must be ordered')] : causes
}

function validateSuccessPolicy(spec: JobSpec, field: string): Cause[] {
  if (!spec.successPolicy) return []
  const rules = spec.successPolicy.rules ?? []
  if (spec.completionMode !== 'Indexed') {
    const shown = rules.length > 0 ? rules.map(({ succeededIndexes, succeededCount }) => ({ SucceededIndexes: succeededIndexes ?? null, SucceededCount: succeededCount ?? null })) : null
    return [invalid(`${field}.successPolicy`, { Rules: shown }, 'requires indexed completion mode')]
  }
  const path = `${field}.successPolicy.rules`
  if (rules.length === 0) return [required(path, 'at least one rules must be specified when the successPolicy is specified')]
  return [...(rules.length > MOST_RULES ? [tooMany(path, rules.length, MOST_RULES)] : []), ...rules.flatMap((rule, index) => validateSuccessRule(rule, spec.completions ?? 0, `${path}[${index}]`))]
}

function validateSuccessRule({ succeededIndexes, succeededCount }: SuccessPolicyRule, completions: number, field: string): Cause[] {
  if (succeededCount === undefined && succeededIndexes === undefined) return [required(field, 'at least one of succeededCount or succeededIndexes must be specified')]
  const causes: Cause[] = []
  let total = 0
  if (succeededIndexes !== undefined) {
    try {
      for (const { start, end } of parseIndexes(succeededIndexes, completions)) total += end - start + 1
    } catch (error) {
      causes.push(invalid(`${field}.succeededIndexes`, succeededIndexes, `error parsing succeededIndexes: ${(error as Error).message}`))
    }
  }
  if (succeededCount === undefined) return causes
  const path = `${field}.succeededCount`
  causes.push(...nonNegative(path, succeededCount))
  if (succeededCount > completions) causes.push(invalid(path, succeededCount, `must be less than or equal to ${completions} (the number of specified completions)`))
  if (succeededIndexes !== undefined && succeededCount > total) {
    causes.push(invalid(path, succeededCount, `must be less than or equal to ${total} (the number of indexes in the specified succeededIndexes field)`))
  }
  return causes
}

/** KEP-3939: with a failure policy, pods are replaced once they have failed and not before. */
function validateReplacement({ podReplacementPolicy: policy, podFailurePolicy }: JobSpec, field: string): Cause[] {
  if (policy === undefined) return []
  const supported = podFailurePolicy ? ['Failed'] : ['Failed', 'TerminatingOrFailed']
  return supported.includes(policy) ? [] : [notSupported(`${field}.podReplacementPolicy`, policy, supported)]
}

function validateRestartPolicy({ template, podFailurePolicy }: JobSpec, field: string): Cause[] {
  const policy = template.spec.restartPolicy
  // `Always` is what is filled in where nothing was said.
  if (!policy || policy === 'Always') return [required(field, 'valid values: "OnFailure", "Never"')]
  if (policy !== 'OnFailure' && policy !== 'Never') return [notSupported(field, policy, ['OnFailure', 'Never'])]
  const causes: Cause[] = []
  return podFailurePolicy && policy !== 'Never' ? [...causes, invalid(field, policy, 'only "Never" is supported when podFailurePolicy is specified')] : causes
}
