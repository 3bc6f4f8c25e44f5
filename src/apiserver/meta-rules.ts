import type { AnyResource } from '../api/resource.ts'
import { qualifiedResource, type Cause } from '../machinery/status.ts'

/**
 * The generic part of a write looks at metadata once; most kinds look again, some twice, and clients are told every time. In the order in which
 * a kind does it: `M` metadata as that of a new object, `U` what an update may not change (`m`, `u`: without the names of finalizers),
 * `V` the kind's own rules, `X` its rules for changes.
 */
interface MetaRules {
  readonly create: string
  readonly update: string
  /** Of the status; other subresources are checked as an update is. */
  readonly status: string
}

const USUAL: MetaRules = { create: 'M', update: 'UVX', status: 'U' }
const NEW_FIRST: Partial<MetaRules> = { update: 'MVUX' }
const NEW_LAST: Partial<MetaRules> = { update: 'UMVX' }
const AS_NEW: Partial<MetaRules> = { update: 'MVX' }
const PLAIN: Partial<MetaRules> = { create: 'm', update: 'mVX', status: 'm' }
const NOTHING: Partial<MetaRules> = { create: '', update: 'VX', status: '' }

const UNUSUAL: Readonly<Record<string, Partial<MetaRules>>> = {
  'certificatesigningrequests.certificates.k8s.io': { update: 'MVUX', status: 'MU' }, 'clusterrolebindings.rbac.authorization.k8s.io': NEW_FIRST,
  'clusterroles.rbac.authorization.k8s.io': NEW_FIRST, 'csistoragecapacities.storage.k8s.io': NEW_FIRST, 'deviceclasses.resource.k8s.io': NEW_FIRST,
  'ipaddresses.networking.k8s.io': NEW_FIRST, 'jobs.batch': NEW_FIRST, namespaces: NEW_FIRST, nodes: NEW_FIRST, 'resourceclaims.resource.k8s.io': NEW_FIRST,
  'resourceclaimtemplates.resource.k8s.io': NEW_FIRST, 'rolebindings.rbac.authorization.k8s.io': NEW_FIRST, 'roles.rbac.authorization.k8s.io': NEW_FIRST,
  'storageclasses.storage.k8s.io': NEW_FIRST,
  configmaps: NEW_LAST, 'controllerrevisions.apps': NEW_LAST, endpoints: NEW_LAST, 'ingressclasses.networking.k8s.io': NEW_LAST, 'ingresses.networking.k8s.io': NEW_LAST,
  persistentvolumeclaims: NEW_LAST, secrets: { update: 'UXMV' }, 'daemonsets.apps': { update: 'UXV' }, pods: NEW_LAST, serviceaccounts: NEW_LAST, 'volumeattributesclasses.storage.k8s.io': NEW_LAST,
  persistentvolumes: { update: 'MMVX' },
  'csinodes.storage.k8s.io': AS_NEW, 'endpointslices.discovery.k8s.io': AS_NEW, 'flowschemas.flowcontrol.apiserver.k8s.io': AS_NEW, limitranges: AS_NEW,
  'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io': AS_NEW, 'volumeattachments.storage.k8s.io': { update: 'MVX', status: 'M' },
  'validatingadmissionpolicies.admissionregistration.k8s.io': PLAIN, 'validatingadmissionpolicybindings.admissionregistration.k8s.io': PLAIN,
  'mutatingadmissionpolicies.admissionregistration.k8s.io': PLAIN, 'mutatingadmissionpolicybindings.admissionregistration.k8s.io': PLAIN,
  'validatingwebhookconfigurations.admissionregistration.k8s.io': PLAIN, 'mutatingwebhookconfigurations.admissionregistration.k8s.io': PLAIN,
  'runtimeclasses.node.k8s.io': { create: 'm', update: 'mVuX' }, 'leases.coordination.k8s.io': { create: 'm', update: 'uVX' },
  'cronjobs.batch': { status: '' }, 'poddisruptionbudgets.policy': NOTHING, events: NOTHING, 'events.events.k8s.io': { create: 'M', update: 'VUX', status: '' },
}

const rulesOf = (resource: AnyResource): MetaRules => ({ ...USUAL, ...UNUSUAL[qualifiedResource(resource)] })

/** How the metadata of a new object is checked by its kind: `M`, `m` or not at all. */
export const rulesOfCreate = (resource: AnyResource): string => rulesOf(resource).create

/** Puts the causes of an update in the order in which its kind finds them. */
export function orderedCauses(resource: AnyResource, subresource: string | undefined, causes: Readonly<Record<string, () => readonly Cause[]>>): Cause[] {
  const { update, status } = rulesOf(resource)
  return [...(subresource === 'status' ? `${status}X` : update)].flatMap(step => causes[step]!())
}
