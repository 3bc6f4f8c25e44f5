import { badRequest } from '../../machinery/status.ts'
import type { AdmissionPlugin } from './admission.ts'
import { alwaysPullImages } from './always-pull-images.ts'
import { certificateApproval } from './certificate-approval.ts'
import { certificateIdentity } from './certificate-identity.ts'
import { certificateSigning } from './certificate-signing.ts'
import { certificateSubjectRestriction } from './certificate-subject-restriction.ts'
import { defaultIngressClass } from './default-ingress-class.ts'
import { defaultStorageClass } from './default-storage-class.ts'
import { defaultTolerationSeconds } from './default-toleration-seconds.ts'
import { denyServiceExternalIPs } from './deny-service-external-ips.ts'
import { deviceAdminAccess } from './device-admin-access.ts'
import { eventRateLimit, type EventLimit } from './event-rate-limit.ts'
import { extendedResourceToleration } from './extended-resource-toleration.ts'
import { limitRanger } from './limit-ranger.ts'
import { namespaceLifecycle } from './namespace-lifecycle.ts'
import { nodeRestriction } from './node-restriction.ts'
import { ownerReferencesPermissionEnforcement } from './owner-references.ts'
import { persistentVolumeClaimResize } from './persistent-volume-claim-resize.ts'
import { podNodeSelector, type PodNodeSelectorOptions } from './pod-node-selector.ts'
import { podSecurity, type PodSecurityOptions } from './pod-security.ts'
import { podTolerationRestriction } from './pod-toleration-restriction.ts'
import { podTopologyLabels } from './pod-topology-labels.ts'
import { priority } from './priority.ts'
import { rbacEscalation } from './rbac-escalation.ts'
import { resourceQuota } from './resource-quota.ts'
import { runtimeClass } from './runtime-class.ts'
import { serviceAccount } from './service-account.ts'
import { storageObjectInUseProtection } from './storage-object-in-use-protection.ts'
import { taintNodesByCondition } from './taint-nodes-by-condition.ts'

/** Upstream's `--enable-admission-plugins`, `--disable-admission-plugins` and its admission configuration. */
export interface AdmissionOptions {
  readonly enable?: readonly string[]
  readonly disable?: readonly string[]
  readonly podSecurity?: PodSecurityOptions
  readonly podNodeSelector?: PodNodeSelectorOptions
  readonly eventLimits?: readonly EventLimit[]
}

/** Not on unless asked for, as upstream. */
const OFF_BY_DEFAULT: ReadonlySet<string> = new Set([
  'AlwaysPullImages', 'PodNodeSelector', 'PodTolerationRestriction', 'EventRateLimit', 'ExtendedResourceToleration', 'OwnerReferencesPermissionEnforcement', 'DenyServiceExternalIPs',
])
/** What upstream does elsewhere than in its plugins, and nobody can switch off. */
const ALWAYS_ON: ReadonlySet<string> = new Set(['CertificateIdentity', 'DeviceAdminAccess', 'RBACEscalation'])

/** The built-in plugins of one server, in upstream's order: the first half of each runs over all before the second. */
export function createAdmissionPlugins(options: AdmissionOptions = {}): readonly AdmissionPlugin[] {
  const all: readonly AdmissionPlugin[] = [
    certificateIdentity,
    namespaceLifecycle,
    limitRanger,
    serviceAccount,
    nodeRestriction,
    taintNodesByCondition,
    alwaysPullImages,
    podSecurity(options.podSecurity),
    podNodeSelector(options.podNodeSelector),
    priority,
    defaultTolerationSeconds,
    podTolerationRestriction,
    eventRateLimit(options.eventLimits ?? []),
    extendedResourceToleration,
    defaultStorageClass,
    storageObjectInUseProtection,
    ownerReferencesPermissionEnforcement,
    persistentVolumeClaimResize,
    runtimeClass,
    certificateApproval,
    certificateSigning,
    certificateSubjectRestriction,
    defaultIngressClass,
    denyServiceExternalIPs,
    podTopologyLabels,
    deviceAdminAccess,
    rbacEscalation,
    resourceQuota(),
  ]
  const unknown = [...(options.enable ?? []), ...(options.disable ?? [])].find(wanted => !all.some(({ name }) => name === wanted))
  if (unknown !== undefined) throw badRequest(`there is no admission plugin ${JSON.stringify(unknown)}; there are ${all.map(({ name }) => name).sort().join(', ')}`)
  const isOn = ({ name }: AdmissionPlugin): boolean => ALWAYS_ON.has(name) || options.enable?.includes(name) || (!OFF_BY_DEFAULT.has(name) && !options.disable?.includes(name))
  return all.filter(isOn)
}
