import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import { ageColumn, nameColumn } from '../columns.ts'
import { defaultWebhook } from './defaults.ts'
import { validateWebhooks } from './webhook-validation.ts'
import type { ValidatingWebhookConfiguration } from './validating-webhook-configuration-schema.ts'
import { validatingWebhookConfiguration } from './validating-webhook-configuration-schema.ts'

export * from './validating-webhook-configuration-schema.ts'

/** The handle for validatingwebhookconfigurations of admissionregistration.k8s.io. */
export const ValidatingWebhookConfigurations: Resource<ValidatingWebhookConfiguration> = defineResource<ValidatingWebhookConfiguration>({
  group: 'admissionregistration.k8s.io', version: 'v1', kind: 'ValidatingWebhookConfiguration', plural: 'validatingwebhookconfigurations', categories: ['api-extensions'], namespaced: false,
  storageVersionHash: 'B0wHjQmsGNk=',
  schema: validatingWebhookConfiguration,
  columns: [nameColumn, { name: 'Webhooks', type: 'integer', cell: ({ webhooks }) => webhooks?.length ?? 0 }, ageColumn],
  generationOf: ({ webhooks }) => webhooks,
  defaults({ webhooks }) {
    for (const webhook of webhooks ?? []) defaultWebhook(webhook)
  },
  validate: ({ webhooks }, { isNew }) => (isNew === false ? [] : validateWebhooks(webhooks)),
  validateUpdate: ({ webhooks }, old) => validateWebhooks(webhooks, old.webhooks ?? []),
})
