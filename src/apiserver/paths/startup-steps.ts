/**
 * The steps of a start as health checks name them, in their order. Monitoring tools know them by these names. Here they are done before the first
 * request is answered, so they say no more than that.
 */
export const STARTUP_STEPS: readonly string[] = [
  'poststarthook/start-apiserver-admission-initializer', 'poststarthook/generic-apiserver-start-informers',
  'poststarthook/priority-and-fairness-config-consumer', 'poststarthook/priority-and-fairness-filter', 'poststarthook/storage-object-count-tracker-hook',
  'poststarthook/start-apiextensions-informers', 'poststarthook/start-apiextensions-controllers', 'poststarthook/crd-informer-synced',
  'poststarthook/start-system-namespaces-controller', 'poststarthook/peer-endpoint-reconciler-controller',
  'poststarthook/start-cluster-authentication-info-controller', 'poststarthook/start-kube-apiserver-identity-lease-controller',
  'poststarthook/start-kube-apiserver-identity-lease-garbage-collector', 'poststarthook/storage-readiness',
  'poststarthook/start-legacy-token-tracking-controller', 'poststarthook/start-service-ip-repair-controllers', 'poststarthook/rbac/bootstrap-roles',
  'poststarthook/scheduling/bootstrap-system-priority-classes', 'poststarthook/priority-and-fairness-config-producer', 'poststarthook/bootstrap-controller',
  'poststarthook/start-kubernetes-service-cidr-controller', 'poststarthook/start-kube-aggregator-informers',
  'poststarthook/apiservice-status-local-available-controller', 'poststarthook/apiservice-status-remote-available-controller',
  'poststarthook/apiservice-registration-controller', 'poststarthook/apiservice-wait-for-first-sync', 'poststarthook/apiservice-discovery-controller',
  'poststarthook/kube-apiserver-autoregistration', 'autoregister-completion', 'poststarthook/apiservice-openapi-controller',
  'poststarthook/apiservice-openapiv3-controller',
]

/** The step that stands for the storage where readiness is asked for: `etcd` itself is no check of readiness. */
export const STORAGE_STEP = 'poststarthook/storage-readiness'
