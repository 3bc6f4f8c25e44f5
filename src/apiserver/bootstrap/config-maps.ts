import type { ConfigMap } from '../../api/core/config-map.ts'
import { ConfigMaps } from '../../api/core/config-map.ts'
import { timestamp } from '../../machinery/clock.ts'
import type { BootstrapObject } from './bootstrap-object.ts'

/** What extension servers look for in kube-system; who knows the contents fills them in. */
const extensionAuthentication: BootstrapObject = { resource: ConfigMaps, object: { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'extension-apiserver-authentication', namespace: 'kube-system' } } }

/** What extension servers and the token cleaner look for. The latter wants to know since when uses of tokens are written down (KEP-2799). */
export const configMaps = (now: number): readonly BootstrapObject[] => {
  const data = { since: timestamp(now).slice(0, 'yyyy-mm-dd'.length) }
  const tracking: BootstrapObject = {
    resource: ConfigMaps, object: { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'kube-apiserver-legacy-service-account-token-tracking', namespace: 'kube-system' }, data },
    reconcile(stored) {
      const map = stored as ConfigMap
      return Number.isNaN(Date.parse(map.data?.['since'] ?? '')) ? { ...map, data: { ...map.data, ...data } } as ConfigMap : undefined
    },
  }
  return [extensionAuthentication, tracking]
}

/** The authority of client certificates, for extension servers that check their callers' themselves (KEP-1623's delegated authentication). */
export function clientAuthority(clientCa: string): BootstrapObject {
  const data = { 'client-ca-file': clientCa }
  const metadata = { name: 'extension-apiserver-authentication', namespace: 'kube-system' }
  return {
    resource: ConfigMaps, object: { kind: 'ConfigMap', apiVersion: 'v1', metadata, data },
    reconcile(stored) {
      const map = stored as ConfigMap
      return map.data?.['client-ca-file'] === clientCa ? undefined : { ...map, data: { ...map.data, ...data } } as ConfigMap
    },
  }
}
