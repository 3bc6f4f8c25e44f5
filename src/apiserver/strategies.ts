import type { AnyResource } from '../api/resource.ts'
import { qualifiedResource } from '../machinery/status.ts'

/**
 * The few habits in which kinds differ on the way to the store, and which clients can see. They are upstream's history, not a design;
 * a kind that is not named here does what most do.
 */
const named = (...kinds: string[]): ((resource: AnyResource) => boolean) => {
  const set = new Set(kinds)
  return resource => set.has(qualifiedResource(resource))
}

/** An update of what does not exist creates it. */
export const createsOnUpdate = named(
  'leases.coordination.k8s.io', 'events', 'events.events.k8s.io', 'roles.rbac.authorization.k8s.io', 'rolebindings.rbac.authorization.k8s.io',
  'clusterroles.rbac.authorization.k8s.io', 'clusterrolebindings.rbac.authorization.k8s.io', 'services', 'limitranges', 'runtimeclasses.node.k8s.io', 'endpoints',
)

/** An update must say which version of the object it was made from. */
export const needsVersion = named(
  'leases.coordination.k8s.io', 'csidrivers.storage.k8s.io', 'csistoragecapacities.storage.k8s.io', 'runtimeclasses.node.k8s.io',
  'validatingwebhookconfigurations.admissionregistration.k8s.io', 'mutatingwebhookconfigurations.admissionregistration.k8s.io',
  'validatingadmissionpolicies.admissionregistration.k8s.io', 'validatingadmissionpolicybindings.admissionregistration.k8s.io',
  'mutatingadmissionpolicies.admissionregistration.k8s.io', 'mutatingadmissionpolicybindings.admissionregistration.k8s.io',
  'customresourcedefinitions.apiextensions.k8s.io', 'apiservices.apiregistration.k8s.io', 'poddisruptionbudgets.policy',
  'csinodes.storage.k8s.io', 'volumeattachments.storage.k8s.io',
)

/** A deletion answers the object that is gone, not a Status. */
export const answersDeleted = named(
  'pods', 'services', 'serviceaccounts', 'podtemplates', 'persistentvolumes', 'persistentvolumeclaims', 'resourcequotas', 'namespaces',
  'storageclasses.storage.k8s.io', 'csinodes.storage.k8s.io', 'csidrivers.storage.k8s.io', 'volumeattachments.storage.k8s.io', 'volumeattributesclasses.storage.k8s.io',
  'resourceclaims.resource.k8s.io', 'resourceclaimtemplates.resource.k8s.io', 'resourceslices.resource.k8s.io', 'deviceclasses.resource.k8s.io',
)

/** Dependents are orphaned when the deletion does not say what becomes of them. */
export const orphansByDefault = named('replicationcontrollers', 'jobs.batch')
