import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import { ageColumn, nameColumn } from '../columns.ts'
import { defaultWebhook } from './defaults.ts'
import { validateWebhooks } from './webhook-validation.ts'
import type { MutatingWebhookConfiguration } from './mutating-webhook-configuration-schema.ts'
import { mutatingWebhookConfiguration } from './mutating-webhook-configuration-schema.ts'

export * from './mutating-webhook-configuration-schema.ts'

/** The handle for mutatingwebhookconfigurations of admissionregistration.k8s.io. */
export const MutatingWebhookConfigurations: Resource<MutatingWebhookConfiguration> = defineResource<MutatingWebhookConfiguration>({
  group: 'admissionregistration.k8s.io', version: 'v1', kind: 'MutatingWebhookConfiguration', plural: 'mutatingwebhookconfigurations', categories: ['api-extensions'], namespaced: false,
  storageVersionHash: 'Sqi0GUgDaX0=',
  schema: mutatingWebhookConfiguration,
  columns: [nameColumn, { name: 'Webhooks', type: 'integer', cell: ({ webhooks }) => webhooks?.length ?? 0 }, ageColumn],
  generationOf: ({ webhooks }) => webhooks,
  defaults({ webhooks }) {
    for (const webhook of webhooks ?? []) {
      defaultWebhook(webhook)
      webhook.reinvocationPolicy ??= 'Never'
    }
  },
  validate: ({ webhooks }, { isNew }) => (isNew === false ? [] : validateWebhooks(webhooks)),
  validateUpdate: ({ webhooks }, old) => validateWebhooks(webhooks, old.webhooks ?? []),
})
