import { ConfigMaps } from '../api/core/config-map.ts'
import { Namespaces, type Namespace } from '../api/core/namespace.ts'
import { isReason } from '../machinery/status.ts'
import { sameJson } from './conditions.ts'
import { defineController, watched } from './framework.ts'
import { isNamespaceTerminating } from './pod-control.ts'

const NAME = 'kube-root-ca.crt'
const DESCRIPTION = {
  'kubernetes.io/description': 'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.',
}

/** Publishes the API server's certificate authority in every namespace, for service account token volumes. */
export const rootCaPublisher = defineController<Namespace>({
  name: 'root-ca-cert-publisher',
  identity: 'root-ca-cert-publisher',
  for: Namespaces,
  watches: [watched(ConfigMaps, ({ metadata }) => (metadata.name === NAME ? [{ name: metadata.namespace }] : []))],
  async reconcile({ metadata, status }, { cache, client, settings }) {
    if (status.phase === 'Terminating' || !settings.rootCa) return
    const data = { 'ca.crt': settings.rootCa }
    const existing = cache.get(ConfigMaps, { namespace: metadata.name, name: NAME })
    if (!existing) {
      await client.create(ConfigMaps, { metadata: { namespace: metadata.name, name: NAME, annotations: DESCRIPTION }, data }).catch(error => {
        if (!isReason(error, 'AlreadyExists') && !isNamespaceTerminating(error)) throw error
      })
    } else if (!sameJson(existing.data, data) || !existing.metadata.annotations?.['kubernetes.io/description']) {
      await client.update(ConfigMaps, { ...existing, metadata: { ...existing.metadata, annotations: { ...existing.metadata.annotations, ...DESCRIPTION } }, data })
    }
  },
})
