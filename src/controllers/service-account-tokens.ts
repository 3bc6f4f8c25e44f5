import { Secrets, type Secret } from '../api/core/secret.ts'
import { ServiceAccounts } from '../api/core/service-account.ts'
import { toBase64 } from '../machinery/base64.ts'
import { isReason } from '../machinery/status.ts'
import { secretText } from './bootstrap-secrets.ts'
import { defineController, MANAGER_ITSELF, watched } from './framework.ts'

const TYPE = 'kubernetes.io/service-account-token'
const NAME = 'kubernetes.io/service-account.name'
const UID = 'kubernetes.io/service-account.uid'
const INDEX = 'service account'

/** Fills in the secrets in which people keep the token of a service account, and removes them with the account. */
export const serviceAccountTokens = defineController<Secret>({
  name: 'serviceaccount-token',
  identity: MANAGER_ITSELF,
  for: Secrets,
  watches: [watched(ServiceAccounts, ({ metadata }, cache) => cache.list(Secrets, { index: [INDEX, `${metadata.namespace}/${metadata.name}`] }).map(secret => secret.metadata))],
  prepare: cache => cache.informer(Secrets).addIndex(INDEX, ({ metadata, type }) => (type === TYPE ? [`${metadata.namespace}/${metadata.annotations?.[NAME]}`] : [])),
  async reconcile(secret, { client, settings }) {
    const name = secret.metadata.annotations?.[NAME]
    if (secret.type !== TYPE || !name || secret.metadata.deletionTimestamp || !settings.signAccountToken) return
    const { namespace, uid } = secret.metadata
    const account = await client.get(ServiceAccounts, { namespace, name }).catch(error => {
      if (!isReason(error, 'NotFound')) throw error
      return undefined
    })
    const stated = secret.metadata.annotations?.[UID]
    if (!account || (stated && stated !== account.metadata.uid)) {
      await client.delete(Secrets, secret.metadata, { preconditions: { uid } }).catch(error => { if (!isReason(error, 'NotFound') && !isReason(error, 'Conflict')) throw error })
      return
    }
    const wanted = { 'ca.crt': settings.rootCa, namespace: namespace! }
    const isCurrent = stated && secretText(secret, 'token') && Object.entries(wanted).every(([key, text]) => secretText(secret, key) === text)
    if (isCurrent) return
    const token = secretText(secret, 'token') || (await settings.signAccountToken({ namespace: namespace!, name, uid: account.metadata.uid }, secret.metadata.name))
    const data = Object.fromEntries(Object.entries({ ...wanted, token }).map(([key, text]) => [key, toBase64(text)]))
    await client.update(Secrets, {
      ...secret, metadata: { ...secret.metadata, annotations: { ...secret.metadata.annotations, [UID]: account.metadata.uid } }, data: { ...secret.data, ...data } as never,
    })
  },
})
