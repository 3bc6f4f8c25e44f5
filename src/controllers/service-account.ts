import { Namespaces, type Namespace } from '../api/core/namespace.ts'
import { ServiceAccounts } from '../api/core/service-account.ts'
import { isReason } from '../machinery/status.ts'
import { defineController, watched } from './framework.ts'
import { isNamespaceTerminating } from './pod-control.ts'

/** The account that pods run as when they name none. */
const DEFAULT = 'default'

/** Keeps the service account `default` in every namespace. */
export const serviceAccountController = defineController<Namespace>({
  name: 'service-account',
  for: Namespaces,
  watches: [watched(ServiceAccounts, ({ metadata }) => (metadata.name === DEFAULT ? [{ name: metadata.namespace }] : []))],
  async reconcile({ metadata, status }, { cache, client }) {
    if (status.phase === 'Terminating' || cache.get(ServiceAccounts, { namespace: metadata.name, name: DEFAULT })) return
    await client.create(ServiceAccounts, { metadata: { namespace: metadata.name, name: DEFAULT } }).catch(error => {
      if (!isReason(error, 'AlreadyExists') && !isNamespaceTerminating(error)) throw error
    })
  },
})
