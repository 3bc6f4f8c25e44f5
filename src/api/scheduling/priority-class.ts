import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { bool, int32, kind, string, struct } from '../../machinery/schema/schema.ts'
import { objectMeta } from '../meta/object-meta.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'

const priorityClassShape = kind('io.k8s.api.scheduling.v1.PriorityClass', {
  metadata: struct(1, objectMeta),
  value: int32(2, { omitEmpty: false }),
  globalDefault: bool(3),
  description: string(4),
  preemptionPolicy: string(5, { pointer: true, enum: ['Never', 'PreemptLowerPriority'] }),
})
export interface PriorityClass extends Infer<typeof priorityClassShape> {}
export const priorityClass: Schema<PriorityClass> = priorityClassShape

/** The handle for priorityclasses of scheduling.k8s.io. */
export const PriorityClasses: Resource<PriorityClass> = defineResource<PriorityClass>({
  group: 'scheduling.k8s.io', version: 'v1', kind: 'PriorityClass', plural: 'priorityclasses', shortNames: ['pc'], namespaced: false,
  storageVersionHash: '1QwjyaZjj3Y=',
  schema: priorityClass,
})
