import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { int32, kind, list, object, ref, string, struct, time } from '../../machinery/schema/schema.ts'
import { objectMeta } from '../meta/object-meta.ts'

const exemptPriorityLevelConfigurationShape = object('io.k8s.api.flowcontrol.v1.ExemptPriorityLevelConfiguration', {
  nominalConcurrencyShares: int32(1, { pointer: true }),
  lendablePercent: int32(2, { pointer: true }),
})
export interface ExemptPriorityLevelConfiguration extends Infer<typeof exemptPriorityLevelConfigurationShape> {}
export const exemptPriorityLevelConfiguration: Schema<ExemptPriorityLevelConfiguration> = exemptPriorityLevelConfigurationShape

const queuingConfigurationShape = object('io.k8s.api.flowcontrol.v1.QueuingConfiguration', {
  queues: int32(1, { omitEmpty: false }),
  handSize: int32(2, { omitEmpty: false }),
  queueLengthLimit: int32(3, { omitEmpty: false }),
})
export interface QueuingConfiguration extends Infer<typeof queuingConfigurationShape> {}
export const queuingConfiguration: Schema<QueuingConfiguration> = queuingConfigurationShape

const limitResponseShape = object('io.k8s.api.flowcontrol.v1.LimitResponse', {
  type: string(1, { required: true }),
  queuing: ref(2, queuingConfiguration),
}, { unions: [{ discriminator: 'type', members: ['queuing'] }] })
export interface LimitResponse extends Infer<typeof limitResponseShape> {}
export const limitResponse: Schema<LimitResponse> = limitResponseShape

const limitedPriorityLevelConfigurationShape = object('io.k8s.api.flowcontrol.v1.LimitedPriorityLevelConfiguration', {
  nominalConcurrencyShares: int32(1, { omitEmpty: false, pointer: true }),
  limitResponse: struct(2, limitResponse),
  lendablePercent: int32(3, { pointer: true }),
  borrowingLimitPercent: int32(4, { pointer: true }),
})
export interface LimitedPriorityLevelConfiguration extends Infer<typeof limitedPriorityLevelConfigurationShape> {}
export const limitedPriorityLevelConfiguration: Schema<LimitedPriorityLevelConfiguration> = limitedPriorityLevelConfigurationShape

const priorityLevelConfigurationSpecShape = object('io.k8s.api.flowcontrol.v1.PriorityLevelConfigurationSpec', {
  type: string(1, { required: true }),
  limited: ref(2, limitedPriorityLevelConfiguration),
  exempt: ref(3, exemptPriorityLevelConfiguration),
}, { unions: [{ discriminator: 'type', members: ['exempt', 'limited'] }] })
export interface PriorityLevelConfigurationSpec extends Infer<typeof priorityLevelConfigurationSpecShape> {}
export const priorityLevelConfigurationSpec: Schema<PriorityLevelConfigurationSpec> = priorityLevelConfigurationSpecShape

const priorityLevelConfigurationConditionShape = object('io.k8s.api.flowcontrol.v1.PriorityLevelConfigurationCondition', {
  type: string(1),
  status: string(2),
  lastTransitionTime: time(3),
  reason: string(4),
  message: string(5),
})
export interface PriorityLevelConfigurationCondition extends Infer<typeof priorityLevelConfigurationConditionShape> {}
export const priorityLevelConfigurationCondition: Schema<PriorityLevelConfigurationCondition> = priorityLevelConfigurationConditionShape

const priorityLevelConfigurationStatusShape = object('io.k8s.api.flowcontrol.v1.PriorityLevelConfigurationStatus', {
  conditions: list(1, priorityLevelConfigurationCondition, { patchStrategy: 'merge', patchMergeKey: 'type', listType: 'map', listMapKeys: ['type'] }),
})
export interface PriorityLevelConfigurationStatus extends Infer<typeof priorityLevelConfigurationStatusShape> {}
export const priorityLevelConfigurationStatus: Schema<PriorityLevelConfigurationStatus> = priorityLevelConfigurationStatusShape

const priorityLevelConfigurationShape = kind('io.k8s.api.flowcontrol.v1.PriorityLevelConfiguration', {
  metadata: struct(1, objectMeta),
  spec: struct(2, priorityLevelConfigurationSpec),
  status: struct(3, priorityLevelConfigurationStatus),
})
export interface PriorityLevelConfiguration extends Infer<typeof priorityLevelConfigurationShape> {}
export const priorityLevelConfiguration: Schema<PriorityLevelConfiguration> = priorityLevelConfigurationShape
