import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { bool, kind, list, struct } from '../../machinery/schema/schema.ts'
import { localObjectReference, objectReference } from './references.ts'
import { objectMeta } from '../meta/object-meta.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import { ageColumn, nameColumn } from '../columns.ts'

const serviceAccountShape = kind('io.k8s.api.core.v1.ServiceAccount', {
  metadata: struct(1, objectMeta),
  secrets: list(2, objectReference, { patchStrategy: 'merge', patchMergeKey: 'name', listType: 'map', listMapKeys: ['name'] }),
  imagePullSecrets: list(3, localObjectReference, { listType: 'atomic' }),
  automountServiceAccountToken: bool(4, { pointer: true }),
})
export interface ServiceAccount extends Infer<typeof serviceAccountShape> {}
export const serviceAccount: Schema<ServiceAccount> = serviceAccountShape

/** The handle for serviceaccounts. */
export const ServiceAccounts: Resource<ServiceAccount> = defineResource<ServiceAccount>({
  version: 'v1', kind: 'ServiceAccount', plural: 'serviceaccounts', shortNames: ['sa'],
  subresources: [
    { name: 'token', group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest', verbs: ['create'] },
  ],
  storageVersionHash: 'pbx9ZvyFpBE=',
  schema: serviceAccount,
  columns: [nameColumn, ageColumn],
  prepareForCreate: keepNames,
  prepareForUpdate: keepNames,
  warnings: ({ metadata }, old) => (metadata.annotations?.[ENFORCE] === undefined || old?.metadata.annotations?.[ENFORCE] !== undefined ? []
    : [`metadata.annotations[${ENFORCE}]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets`]),
})

const ENFORCE = 'kubernetes.io/enforce-mountable-secrets'

/** Of a secret only its name is kept. */
function keepNames(account: ServiceAccount): void {
  if (account.secrets) account.secrets = account.secrets.map(({ name }) => ({ ...(name && { name }) }))
}
