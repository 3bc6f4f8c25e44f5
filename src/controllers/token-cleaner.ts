import { Secrets, type Secret } from '../api/core/secret.ts'
import { isReason } from '../machinery/status.ts'
import { defineController } from './framework.ts'
import { bootstrapTokenOf } from './bootstrap-secrets.ts'

/** Removes tokens for joining nodes once their time is up. A time that cannot be read has passed. */
export const tokenCleaner = defineController<Secret>({
  name: 'token-cleaner',
  identity: 'token-cleaner',
  for: Secrets,
  async reconcile(secret, { client, clock }) {
    const expiration = bootstrapTokenOf(secret)?.field('expiration')
    if (!expiration || secret.metadata.deletionTimestamp) return
    const leftMs = Date.parse(expiration) - clock.now()
    if (leftMs > 0) return { afterMs: leftMs }
    await client.delete(Secrets, secret.metadata, { preconditions: { uid: secret.metadata.uid } }).catch(error => { if (!isReason(error, 'NotFound') && !isReason(error, 'Conflict')) throw error })
  },
})
