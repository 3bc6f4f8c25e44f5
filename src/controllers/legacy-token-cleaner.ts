import { ConfigMaps } from '../api/core/config-map.ts'
import { Pods } from '../api/core/pod/pod.ts'
import { referencesOf } from '../api/core/pod/references.ts'
import { Secrets, type Secret } from '../api/core/secret.ts'
import { ServiceAccounts, type ServiceAccount } from '../api/core/service-account.ts'
import { isReason } from '../machinery/status.ts'
import { defineController } from './framework.ts'

const TYPE = 'kubernetes.io/service-account-token'
const LAST_USED = 'kubernetes.io/legacy-token-last-used'
const INVALID_SINCE = 'kubernetes.io/legacy-token-invalid-since'
const TRACKING = { namespace: 'kube-system', name: 'kube-apiserver-legacy-service-account-token-tracking' }
const DAY_MS = 86_400_000
/** Tokens that nobody used for a year are marked as not good any more, and removed when nobody minded for another. */
const UNUSED_MS = 365 * DAY_MS

const timeOf = (day: string | undefined): number => (/^\d{4}-\d\d-\d\d$/.test(day ?? '') ? Date.parse(`${day}T00:00:00Z`) : NaN)

/** What becomes of a generated token that no pod mounts; `afterMs`: when to look again. */
export type TokenFate = { readonly act: 'keep'; readonly afterMs?: number } | { readonly act: 'invalidate' | 'delete' }

/** Decides about a token by what is known of its use. `trackedSince`: since when uses are noted. */
export function planLegacyToken({ metadata: { creationTimestamp, labels } }: Secret, trackedSince: number, now: number): TokenFate {
  const after = (time: number): TokenFate => ({ act: 'keep', afterMs: Math.max(time + UNUSED_MS + DAY_MS - now, DAY_MS) })
  if (Number.isNaN(trackedSince)) return { act: 'keep' }
  if (now < trackedSince + DAY_MS + UNUSED_MS) return after(trackedSince)
  const created = Date.parse(creationTimestamp ?? '')
  if (created >= now - UNUSED_MS) return after(created)
  const lastUsed = labels?.[LAST_USED]
  if (lastUsed !== undefined) {
    const used = timeOf(lastUsed)
    if (Number.isNaN(used)) return { act: 'keep' }
    if (used >= now - UNUSED_MS - DAY_MS) return after(used)
  }
  const invalidSince = timeOf(labels?.[INVALID_SINCE])
  if (Number.isNaN(invalidSince)) return { act: 'invalidate' }
  return invalidSince >= now - UNUSED_MS - DAY_MS ? after(invalidSince) : { act: 'delete' }
}

/** Cleans up tokens that were once made for every service account, and that nobody uses (KEP-2799). Those that people made stay. */
export const legacyTokenCleaner = defineController<Secret>({
  name: 'legacy-service-account-token-cleaner',
  identity: 'legacy-service-account-token-cleaner',
  for: Secrets,
  reads: [Pods, ServiceAccounts],
  async reconcile(secret, { client, cache, clock }) {
    const { namespace, name, uid, resourceVersion, annotations, deletionTimestamp } = secret.metadata
    const accountName = annotations?.['kubernetes.io/service-account.name']
    if (secret.type !== TYPE || !accountName || deletionTimestamp) return
    const account = cache.get(ServiceAccounts, { namespace: namespace!, name: accountName }) as ServiceAccount | undefined
    const stated = annotations?.['kubernetes.io/service-account.uid']
    // What the account does not list was made by people.
    if (!account?.secrets?.some(reference => reference.name === name) || (stated && stated !== account.metadata.uid)) return
    const tracking = await client.get(ConfigMaps, TRACKING).catch((error: unknown) => { if (!isReason(error, 'NotFound')) throw error; return undefined })
    const plan = planLegacyToken(secret, timeOf(tracking?.data?.['since']), clock.now())
    if (plan.act === 'keep') return plan.afterMs === undefined ? undefined : { afterMs: plan.afterMs }
    if (cache.list(Pods, { namespace: namespace! }).some(pod => referencesOf(pod).secrets.has(name))) return { afterMs: DAY_MS }
    if (plan.act === 'invalidate') {
      const labels = { [INVALID_SINCE]: new Date(clock.now()).toISOString().slice(0, 'yyyy-mm-dd'.length) }
      await client.patch(Secrets, secret.metadata, { metadata: { uid, labels } }, { type: 'application/merge-patch+json' })
      return { afterMs: UNUSED_MS }
    }
    await client.delete(Secrets, secret.metadata, { preconditions: { resourceVersion: resourceVersion! } }).catch((error: unknown) => { if (!isReason(error, 'NotFound') && !isReason(error, 'Conflict')) throw error })
  },
})
