import { CompactSign } from 'jose'
import { ConfigMaps, type ConfigMap } from '../api/core/config-map.ts'
import { Secrets } from '../api/core/secret.ts'
import { sameJson } from './conditions.ts'
import { bootstrapTokenOf } from './bootstrap-secrets.ts'
import { defineController, watched, type Context } from './framework.ts'

const CLUSTER_INFO = { namespace: 'kube-public', name: 'cluster-info' }
const CONTENT = 'kubeconfig'
const SIGNATURE = 'jws-kubeconfig-'

/** Signs the cluster's address and authority for everybody who has a token to join with, so that a new node knows whom it talks to. */
export const bootstrapSigner = defineController<ConfigMap>({
  name: 'bootstrap-signer',
  identity: 'bootstrap-signer',
  for: ConfigMaps,
  watches: [watched(Secrets, secret => (bootstrapTokenOf(secret) ? [CLUSTER_INFO] : []))],
  async reconcile(info, context) {
    if (info.metadata.namespace !== CLUSTER_INFO.namespace || info.metadata.name !== CLUSTER_INFO.name) return
    const content = info.data?.[CONTENT]
    if (!content) return
    const kept = Object.entries(info.data ?? {}).filter(([key]) => !key.startsWith(SIGNATURE))
    const data = { ...Object.fromEntries(kept), ...(await signatures(content, context)) }
    if (!sameJson(data, info.data)) await context.client.update(ConfigMaps, { ...info, data })
  },
})

async function signatures(content: string, { cache, clock }: Context): Promise<Record<string, string>> {
  const signed: Record<string, string> = {}
  for (const secret of cache.list(Secrets, { namespace: 'kube-system' })) {
    const token = bootstrapTokenOf(secret)
    const [id, key, expiration] = ['token-id', 'token-secret', 'expiration'].map(name => token?.field(name) ?? '')
    if (!id || !key || token?.field('usage-bootstrap-signing') !== 'true' || (expiration && !(Date.parse(expiration) > clock.now()))) continue
    const [header, , signature] = (await new CompactSign(new TextEncoder().encode(content)).setProtectedHeader({ alg: 'HS256', kid: id }).sign(new TextEncoder().encode(key))).split('.')
    signed[`${SIGNATURE}${id}`] = `${header}..${signature}`
  }
  return signed
}
