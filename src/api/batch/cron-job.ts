import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import { formatLabelSelector } from '../../machinery/selector.ts'
import { podNameWarnings } from '../apps/template-validation.ts'
import { ageColumn, containerColumns, nameColumn, since } from '../columns.ts'
import { dropUnserved } from '../core/pod/strategy.ts'
import { templateWarnings } from '../core/pod/warnings.ts'
import { sameJson } from '../validation.ts'
import { validateCronJob, validateCronJobUpdate } from './cron-job-validation.ts'
import { defaultJobTemplate } from './job.ts'
import type { CronJob } from './cron-job-schema.ts'
import { cronJob } from './cron-job-schema.ts'

export * from './cron-job-schema.ts'

/** The handle for cronjobs of batch. */
export const CronJobs: Resource<CronJob> = defineResource<CronJob>({
  group: 'batch', version: 'v1', kind: 'CronJob', plural: 'cronjobs', shortNames: ['cj'], categories: ['all'],
  subresources: [
    { name: 'status', group: 'batch', version: 'v1', kind: 'CronJob', verbs: ['get', 'patch', 'update'] },
  ],
  storageVersionHash: 'sd5LIXh4Fjs=',
  schema: cronJob,
  columns: [
    nameColumn,
    { name: 'Schedule', type: 'string', cell: ({ spec }) => spec.schedule },
    { name: 'Timezone', type: 'string', cell: ({ spec }) => spec.timeZone ?? '<none>' },
    { name: 'Suspend', type: 'boolean', cell: ({ spec }) => (spec.suspend === undefined ? '<unset>' : spec.suspend ? 'True' : 'False') },
    { name: 'Active', type: 'integer', cell: ({ status }) => status.active?.length ?? 0 },
    { name: 'Last Schedule', type: 'string', cell: ({ status }, now) => (status.lastScheduleTime ? since(status.lastScheduleTime, now) : '<none>') },
    ageColumn,
    ...containerColumns<CronJob>(({ spec }) => spec.jobTemplate.spec.template.spec),
    { name: 'Selector', type: 'string', priority: 1, cell: ({ spec }) => formatLabelSelector(spec.jobTemplate.spec.selector) },
  ],
  generationOf: ({ spec }) => spec,
  defaults({ spec }) {
    spec.concurrencyPolicy ??= 'Allow'
    spec.suspend ??= false
    spec.successfulJobsHistoryLimit ??= 3
    spec.failedJobsHistoryLimit ??= 1
    defaultJobTemplate(spec.jobTemplate.spec)
  },
  prepareForCreate: ({ spec }) => dropUnserved(spec.jobTemplate.spec.template),
  prepareForUpdate: ({ spec }) => dropUnserved(spec.jobTemplate.spec.template),
  validate: (object, { isNew = true }) => (isNew ? validateCronJob(object) : []),
  validateUpdate: validateCronJobUpdate,
  warnings: ({ metadata, spec }, old) => [
    ...(old ? [] : podNameWarnings(metadata.name)),
    ...(old && sameJson(spec, old.spec) ? [] : templateWarnings(spec.jobTemplate.spec.template, 'spec.jobTemplate.spec.template')),
    ...(spec.schedule.includes('TZ') ? [ZONE_IN_SCHEDULE] : []),
  ],
})

const ZONE_IN_SCHEDULE =
  'CRON_TZ or TZ used in spec.schedule is not officially supported, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details'
