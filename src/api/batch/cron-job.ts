import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { bool, int32, int64, kind, list, object, string, struct, time } from '../../machinery/schema/schema.ts'
import { jobSpec } from './shared.ts'
import { objectReference } from '../core/references.ts'
import { objectMeta } from '../meta/object-meta.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import { formatLabelSelector } from '../../machinery/selector.ts'
import { podNameWarnings } from '../apps/template-validation.ts'
import { ageColumn, containerColumns, nameColumn, since } from '../columns.ts'
import { templateWarnings } from '../core/pod/warnings.ts'
import { sameJson } from '../validation.ts'
import { validateCronJob, validateCronJobUpdate } from './cron-job-validation.ts'
import { defaultJobTemplate } from './job.ts'

const jobTemplateSpecShape = object('io.k8s.api.batch.v1.JobTemplateSpec', {
  metadata: struct(1, objectMeta),
  spec: struct(2, jobSpec),
})
export interface JobTemplateSpec extends Infer<typeof jobTemplateSpecShape> {}
export const jobTemplateSpec: Schema<JobTemplateSpec> = jobTemplateSpecShape

const cronJobSpecShape = object('io.k8s.api.batch.v1.CronJobSpec', {
  schedule: string(1, { required: true }),
  timeZone: string(8, { pointer: true }),
  startingDeadlineSeconds: int64(2, { pointer: true }),
  concurrencyPolicy: string(3, { enum: ['Allow', 'Forbid', 'Replace'] }),
  suspend: bool(4, { pointer: true }),
  jobTemplate: struct(5, jobTemplateSpec, { required: true }),
  successfulJobsHistoryLimit: int32(6, { pointer: true }),
  failedJobsHistoryLimit: int32(7, { pointer: true }),
})
export interface CronJobSpec extends Infer<typeof cronJobSpecShape> {}
export const cronJobSpec: Schema<CronJobSpec> = cronJobSpecShape

const cronJobStatusShape = object('io.k8s.api.batch.v1.CronJobStatus', {
  active: list(1, objectReference, { listType: 'atomic' }),
  lastScheduleTime: time(4, { pointer: true }),
  lastSuccessfulTime: time(5, { pointer: true }),
})
export interface CronJobStatus extends Infer<typeof cronJobStatusShape> {}
export const cronJobStatus: Schema<CronJobStatus> = cronJobStatusShape

const cronJobShape = kind('io.k8s.api.batch.v1.CronJob', {
  metadata: struct(1, objectMeta),
  spec: struct(2, cronJobSpec, { required: true, omitEmpty: true }),
  status: struct(3, cronJobStatus),
})
export interface CronJob extends Infer<typeof cronJobShape> {}
export const cronJob: Schema<CronJob> = cronJobShape

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
