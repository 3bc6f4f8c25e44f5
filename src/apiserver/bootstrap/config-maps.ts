import type { ConfigMap } from '../../api/core/config-map.ts'
import { ConfigMaps } from '../../api/core/config-map.ts'
import type { BootstrapObject } from './bootstrap-object.ts'

/** What extension servers and the token cleaner look for in kube-system; who knows the contents fills them in. */
export const configMaps: readonly BootstrapObject[] = ['extension-apiserver-authentication', 'kube-apiserver-legacy-service-account-token-tracking'].map(name =>
  ({ resource: ConfigMaps, object: { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name, namespace: 'kube-system' }, ...(name.startsWith('kube-') && { data: {} }) } }))

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
