import { goField, goForm } from '../../go-form.ts'
import { podSpec, type PodSpec, type PodTemplateSpec } from './pod-spec.ts'
import { podSecurityContext } from './security.ts'

/** The fields of a pod's specification as upstream keeps them, by their names there. What it shares with its node is in its security context. */
const FIELDS = {
  Volumes: 'volumes', InitContainers: 'initContainers', Containers: 'containers', EphemeralContainers: 'ephemeralContainers', RestartPolicy: 'restartPolicy',
  TerminationGracePeriodSeconds: 'terminationGracePeriodSeconds', ActiveDeadlineSeconds: 'activeDeadlineSeconds', DNSPolicy: 'dnsPolicy', NodeSelector: 'nodeSelector',
  ServiceAccountName: 'serviceAccountName', AutomountServiceAccountToken: 'automountServiceAccountToken', NodeName: 'nodeName', SecurityContext: 'securityContext',
  ImagePullSecrets: 'imagePullSecrets', Hostname: 'hostname', Subdomain: 'subdomain', SetHostnameAsFQDN: 'setHostnameAsFQDN', Affinity: 'affinity', SchedulerName: 'schedulerName',
  Tolerations: 'tolerations', HostAliases: 'hostAliases', PriorityClassName: 'priorityClassName', Priority: 'priority', PreemptionPolicy: 'preemptionPolicy', DNSConfig: 'dnsConfig',
  ReadinessGates: 'readinessGates', RuntimeClassName: 'runtimeClassName', Overhead: 'overhead', EnableServiceLinks: 'enableServiceLinks',
  TopologySpreadConstraints: 'topologySpreadConstraints', OS: 'os', SchedulingGates: 'schedulingGates', ResourceClaims: 'resourceClaims', Resources: 'resources',
  HostnameOverride: 'hostnameOverride', SchedulingGroup: 'schedulingGroup',
} as const

/** A pod's specification as messages show it. */
export function goPodSpec(spec: PodSpec): Record<string, unknown> {
  const out = Object.fromEntries(Object.entries(FIELDS).map(([shown, name]) => [shown, goField(podSpec, name, spec[name])]))
  const { FSGroup, FSGroupChangePolicy, Sysctls, ...own } = goForm(podSecurityContext, spec.securityContext ?? {})
  const { hostNetwork = false, hostPID = false, hostIPC = false, shareProcessNamespace = null, hostUsers = null } = spec
  const { SeccompProfile, AppArmorProfile, SELinuxChangePolicy, ...first } = own
  const context = {
    HostNetwork: hostNetwork, HostPID: hostPID, HostIPC: hostIPC, ShareProcessNamespace: shareProcessNamespace, HostUsers: hostUsers,
    ...first, FSGroup, FSGroupChangePolicy, Sysctls, SeccompProfile, AppArmorProfile, SELinuxChangePolicy,
  }
  return { ...out, SecurityContext: spec.securityContext ? context : null }
}

/** A template as messages show it: its metadata stand beside its specification. */
export const goPodTemplate = ({ metadata, spec }: PodTemplateSpec): Record<string, unknown> => ({ ...metadata, Spec: goPodSpec(spec) })
