import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { int32, kind, list, object, ref, string, struct } from '../../machinery/schema/schema.ts'
import { matchCondition, ruleWithOperations, webhookClientConfig } from './shared.ts'
import { objectMeta } from '../meta/object-meta.ts'
import { labelSelector } from '../meta/selectors.ts'

const validatingWebhookShape = object('io.k8s.api.admissionregistration.v1.ValidatingWebhook', {
  name: string(1, { required: true }),
  clientConfig: struct(2, webhookClientConfig, { required: true }),
  rules: list(3, ruleWithOperations, { listType: 'atomic' }),
  failurePolicy: string(4, { pointer: true, enum: ['Fail', 'Ignore'] }),
  matchPolicy: string(9, { pointer: true, enum: ['Equivalent', 'Exact'] }),
  namespaceSelector: ref(5, labelSelector),
  objectSelector: ref(10, labelSelector),
  sideEffects: string(6, { required: true, pointer: true, enum: ['None', 'NoneOnDryRun', 'Some', 'Unknown'] }),
  timeoutSeconds: int32(7, { pointer: true }),
  admissionReviewVersions: list(8, 'string', { required: true, listType: 'atomic' }),
  matchConditions: list(11, matchCondition, { patchStrategy: 'merge', patchMergeKey: 'name', listType: 'map', listMapKeys: ['name'] }),
})
export interface ValidatingWebhook extends Infer<typeof validatingWebhookShape> {}
export const validatingWebhook: Schema<ValidatingWebhook> = validatingWebhookShape

const validatingWebhookConfigurationShape = kind('io.k8s.api.admissionregistration.v1.ValidatingWebhookConfiguration', {
  metadata: struct(1, objectMeta),
  webhooks: list(2, validatingWebhook, { patchStrategy: 'merge', patchMergeKey: 'name', listType: 'map', protoName: 'Webhooks', listMapKeys: ['name'] }),
})
export interface ValidatingWebhookConfiguration extends Infer<typeof validatingWebhookConfigurationShape> {}
export const validatingWebhookConfiguration: Schema<ValidatingWebhookConfiguration> = validatingWebhookConfigurationShape
