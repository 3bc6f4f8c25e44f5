import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { int32, kind, list, object, ref, string, struct, time } from '../../machinery/schema/schema.ts'
import { jobSpec } from './shared.ts'
import { objectMeta } from '../meta/object-meta.ts'

const jobConditionShape = object('io.k8s.api.batch.v1.JobCondition', {
  type: string(1, { required: true }),
  status: string(2, { required: true }),
  lastProbeTime: time(3),
  lastTransitionTime: time(4),
  reason: string(5),
  message: string(6),
})
export interface JobCondition extends Infer<typeof jobConditionShape> {}
export const jobCondition: Schema<JobCondition> = jobConditionShape

const uncountedTerminatedPodsShape = object('io.k8s.api.batch.v1.UncountedTerminatedPods', {
  succeeded: list(1, 'string', { listType: 'set' }),
  failed: list(2, 'string', { listType: 'set' }),
})
export interface UncountedTerminatedPods extends Infer<typeof uncountedTerminatedPodsShape> {}
export const uncountedTerminatedPods: Schema<UncountedTerminatedPods> = uncountedTerminatedPodsShape

const jobStatusShape = object('io.k8s.api.batch.v1.JobStatus', {
  conditions: list(1, jobCondition, { patchStrategy: 'merge', patchMergeKey: 'type', listType: 'atomic' }),
  startTime: time(2, { pointer: true }),
  completionTime: time(3, { pointer: true }),
  active: int32(4),
  succeeded: int32(5),
  failed: int32(6),
  terminating: int32(11, { pointer: true }),
  completedIndexes: string(7),
  failedIndexes: string(10, { pointer: true }),
  uncountedTerminatedPods: ref(8, uncountedTerminatedPods),
  ready: int32(9, { pointer: true }),
})
export interface JobStatus extends Infer<typeof jobStatusShape> {}
export const jobStatus: Schema<JobStatus> = jobStatusShape

const jobShape = kind('io.k8s.api.batch.v1.Job', {
  metadata: struct(1, objectMeta),
  spec: struct(2, jobSpec),
  status: struct(3, jobStatus),
})
export interface Job extends Infer<typeof jobShape> {}
export const job: Schema<Job> = jobShape
