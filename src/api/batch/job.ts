import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import { formatLabelSelector } from '../../machinery/selector.ts'
import { podNameWarnings } from '../apps/template-validation.ts'
import { ageColumn, containerColumns, humanDuration, nameColumn } from '../columns.ts'
import { defaultPodTemplate } from '../core/pod/defaults.ts'
import { dropUnserved } from '../core/pod/strategy.ts'
import { templateWarnings } from '../core/pod/warnings.ts'
import { sameJson } from '../validation.ts'
import { jobLabels } from './job-labels.ts'
import { validateJobStatus } from './job-status-validation.ts'
import { validateJob, validateJobUpdate } from './job-validation.ts'
import type { JobSpec } from './shared.ts'
import type { Job } from './job-schema.ts'
import { job } from './job-schema.ts'

export * from './job-schema.ts'

/** The handle for jobs of batch. */
export const Jobs: Resource<Job> = defineResource<Job>({
  group: 'batch', version: 'v1', kind: 'Job', plural: 'jobs', categories: ['all'],
  subresources: [
    { name: 'status', group: 'batch', version: 'v1', kind: 'Job', verbs: ['get', 'patch', 'update'] },
  ],
  storageVersionHash: 'mudhfqk/qZY=',
  schema: job,
  columns: [
    nameColumn,
    { name: 'Status', type: 'string', cell: stateOf },
    { name: 'Completions', type: 'string', cell: ({ spec, status }) => completionsText(spec, status.succeeded ?? 0) },
    { name: 'Duration', type: 'string', cell: ({ status }, now) => (status.startTime ? humanDuration((status.completionTime ? Date.parse(status.completionTime) : now) - Date.parse(status.startTime)) : '') },
    ageColumn,
    ...containerColumns<Job>(({ spec }) => spec.template.spec),
    { name: 'Selector', type: 'string', priority: 1, cell: ({ spec }) => formatLabelSelector(spec.selector) },
  ],
  orphanWarning: 'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning',
  unknownSelector: field => `field label ${JSON.stringify(field)} not supported for Job`,
  fieldSelectors: { 'status.successful': ({ status }) => `${status.succeeded ?? 0}` },
  generationOf: ({ spec }) => spec,
  defaults: defaultJob,
  prepareForCreate(draft) {
    generateSelector(draft)
    dropUnserved(draft.spec.template)
  },
  prepareForUpdate: ({ spec }) => dropUnserved(spec.template),
  // Of an update the old Job matters too: its rules are all among those for changes.
  validate: (job, { isNew }) => (isNew === false ? [] : validateJob(job)),
  validateUpdate: validateJobUpdate,
  validateStatusUpdate: validateJobStatus,
  warnings: jobWarnings,
})

/** The condition that tells most, or what else is the case. */
function stateOf({ metadata, status }: Job): string {
  const has = (type: string): boolean => (status.conditions ?? []).some(condition => condition.type === type && condition.status === 'True')
  const finished = ['Complete', 'Failed'].find(has)
  if (finished) return finished
  if (metadata.deletionTimestamp !== undefined) return 'Terminating'
  return ['Suspended', 'FailureTarget', 'SuccessCriteriaMet'].find(has) ?? 'Running'
}

function completionsText({ completions, parallelism = 0 }: JobSpec, succeeded: number): string {
  if (completions !== undefined) return `${succeeded}/${completions}`
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`
}

const UNLIMITED = 2 ** 31 - 1

function defaultJob({ metadata, spec }: Job): void {
  if (spec.completions === undefined && spec.parallelism === undefined) spec.completions = 1
  spec.parallelism ??= 1
  spec.backoffLimit ??= spec.backoffLimitPerIndex === undefined ? 6 : UNLIMITED
  const labels = spec.template.metadata?.labels
  if (labels && Object.keys(labels).length > 0 && Object.keys(metadata.labels ?? {}).length === 0) metadata.labels = { ...labels }
  spec.completionMode ??= 'NonIndexed'
  spec.suspend ??= false
  spec.manualSelector ??= false
  spec.podReplacementPolicy ??= spec.podFailurePolicy ? 'Failed' : 'TerminatingOrFailed'
  defaultJobTemplate(spec)
}

/** Fills in what Jobs and the templates of CronJobs leave open alike. */
export function defaultJobTemplate({ template, podFailurePolicy }: JobSpec): void {
  defaultPodTemplate(template)
  for (const { onPodConditions } of podFailurePolicy?.rules ?? []) for (const condition of onPodConditions ?? []) condition.status ||= 'True'
}

/** Pods are found by the Job's uid, unless its author takes care of that; what the author has set already is left for validation to judge. */
function generateSelector({ metadata, spec }: Job): void {
  if (spec.manualSelector) return
  const template = (spec.template.metadata ??= {} as NonNullable<Job['spec']['template']['metadata']>)
  const shared = sameJson(metadata.labels ?? {}, template.labels ?? {})
  template.labels = sorted({ ...jobLabels(metadata), ...template.labels })
  if (shared) metadata.labels = { ...template.labels }
  spec.selector ??= {}
  const { matchLabels, ...others } = spec.selector
  spec.selector = { matchLabels: sorted({ 'batch.kubernetes.io/controller-uid': metadata.uid, ...matchLabels }), ...others }
}

/** In order of the keys, as messages show it. */
const sorted = (labels: Readonly<Record<string, string>>): Record<string, string> => Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)))

const HARD_TO_TRACK = 'spec: In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail'

function jobWarnings({ metadata, spec }: Job, old: Job | undefined): string[] {
  const { completionMode, completions = 0, parallelism = 0 } = spec
  return [
    ...(old ? [] : podNameWarnings(metadata.name)),
    ...(completionMode === 'Indexed' && completions > 100_000 && parallelism > 10_000 ? [HARD_TO_TRACK] : []),
    ...(old && sameJson(spec, old.spec) ? [] : templateWarnings(spec.template)),
  ]
}
