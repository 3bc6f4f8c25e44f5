import type { Job } from '../api/batch/job.ts'
import type { Pod } from '../api/core/pod/pod.ts'
import { parseIndexes } from './job-indexes.ts'

type Rule = NonNullable<Job['spec']['podFailurePolicy']>['rules'][number]
type Action = Rule['action']

/** What the policy says of one failed pod. */
export interface FailureMatch {
  readonly action: Action
  readonly message: string
}

/** The first rule that a failed pod meets (KEP-3329); undefined: none, and the failure counts. */
export function matchFailure({ spec }: Job, pod: Pod): FailureMatch | undefined {
  for (const [index, rule] of (spec.podFailurePolicy?.rules ?? []).entries()) {
    const what = meetsExitCodes(rule, pod) ?? meetsConditions(rule, pod)
    if (what) return { action: rule.action, message: `${what} matching ${rule.action} rule at index ${index}` }
  }
  return undefined
}

function meetsExitCodes({ onExitCodes }: Rule, { metadata, status }: Pod): string | undefined {
  if (!onExitCodes) return undefined
  const { containerName, operator, values } = onExitCodes
  for (const { name, state } of [...(status.containerStatuses ?? []), ...(status.initContainerStatuses ?? [])]) {
    const exitCode = state?.terminated?.exitCode
    if (!exitCode || (containerName && containerName !== name)) continue
    if (values.includes(exitCode) === (operator === 'In')) return `Container ${name} for pod ${metadata.namespace}/${metadata.name} failed with exit code ${exitCode}`
  }
  return undefined
}

function meetsConditions({ onPodConditions }: Rule, { metadata, status }: Pod): string | undefined {
  const met = onPodConditions?.find(pattern => status.conditions?.some(({ type, status: state }) => type === pattern.type && state === (pattern.status || 'True')))
  return met && `Pod ${metadata.namespace}/${metadata.name} has condition ${met.type}`
}

/** The first rule of success that the completed indexes meet (KEP-3998). */
export function matchSuccess({ spec }: Job, completed: ReadonlySet<number>): number | undefined {
  const found = (spec.successPolicy?.rules ?? []).findIndex(({ succeededIndexes, succeededCount }) => {
    const wanted = succeededIndexes === undefined ? undefined : parseIndexes(succeededIndexes, spec.completions ?? 0)
    const met = wanted ? [...wanted].filter(index => completed.has(index)).length : completed.size
    return met >= (succeededCount ?? wanted?.size ?? Infinity)
  })
  return found < 0 ? undefined : found
}

/** Whether pods that restart their containers themselves have done so too often. */
export function restartsTooOften({ spec }: Job, pods: readonly Pod[]): boolean {
  if (spec.template.spec?.restartPolicy !== 'OnFailure') return false
  const limit = spec.backoffLimit ?? 6
  const restarts = pods.filter(({ status }) => status.phase === 'Running' || status.phase === 'Pending')
    .flatMap(({ status }) => [...(status.containerStatuses ?? []), ...(status.initContainerStatuses ?? [])]).reduce((sum, { restartCount }) => sum + (restartCount ?? 0), 0)
  return limit === 0 ? restarts > 0 : restarts >= limit
}
