import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { bool, int32, int64, kind, list, object, string, struct, time } from '../../machinery/schema/schema.ts'
import { jobSpec } from './shared.ts'
import { objectReference } from '../core/references.ts'
import { objectMeta } from '../meta/object-meta.ts'

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
