import type { AnyResource } from './resource.ts'
import { MutatingAdmissionPolicies } from './admissionregistration/mutating-admission-policy.ts'
import { MutatingAdmissionPolicyBindings } from './admissionregistration/mutating-admission-policy-binding.ts'
import { MutatingWebhookConfigurations } from './admissionregistration/mutating-webhook-configuration.ts'
import { ValidatingAdmissionPolicies } from './admissionregistration/validating-admission-policy.ts'
import { ValidatingAdmissionPolicyBindings } from './admissionregistration/validating-admission-policy-binding.ts'
import { ValidatingWebhookConfigurations } from './admissionregistration/validating-webhook-configuration.ts'
import { CustomResourceDefinitions } from './apiextensions/custom-resource-definition.ts'
import { APIServices } from './apiregistration/api-service.ts'
import { ControllerRevisions } from './apps/controller-revision.ts'
import { DaemonSets } from './apps/daemon-set.ts'
import { Deployments } from './apps/deployment.ts'
import { ReplicaSets } from './apps/replica-set.ts'
import { StatefulSets } from './apps/stateful-set.ts'
import { SelfSubjectReviews } from './authentication/self-subject-review.ts'
import { TokenReviews } from './authentication/token-review.ts'
import { LocalSubjectAccessReviews } from './authorization/local-subject-access-review.ts'
import { SelfSubjectAccessReviews } from './authorization/self-subject-access-review.ts'
import { SelfSubjectRulesReviews } from './authorization/self-subject-rules-review.ts'
import { SubjectAccessReviews } from './authorization/subject-access-review.ts'
import { HorizontalPodAutoscalers as HorizontalPodAutoscalersV1 } from './autoscaling/horizontal-pod-autoscaler.ts'
import { HorizontalPodAutoscalers as HorizontalPodAutoscalersV2 } from './autoscaling/horizontal-pod-autoscaler-v2.ts'
import { CronJobs } from './batch/cron-job.ts'
import { Jobs } from './batch/job.ts'
import { CertificateSigningRequests } from './certificates/certificate-signing-request.ts'
import { Leases } from './coordination/lease.ts'
import { Bindings } from './core/binding.ts'
import { ComponentStatuses } from './core/component-status.ts'
import { ConfigMaps } from './core/config-map.ts'
import { Endpoints } from './core/endpoints.ts'
import { Events } from './core/event.ts'
import { LimitRanges } from './core/limit-range.ts'
import { Namespaces } from './core/namespace.ts'
import { Nodes } from './core/node.ts'
import { PersistentVolumes } from './core/persistent-volume.ts'
import { PersistentVolumeClaims } from './core/persistent-volume-claim.ts'
import { PodTemplates } from './core/pod-template.ts'
import { Pods } from './core/pod/pod.ts'
import { ReplicationControllers } from './core/replication-controller.ts'
import { ResourceQuotas } from './core/resource-quota.ts'
import { Secrets } from './core/secret.ts'
import { Services } from './core/service.ts'
import { ServiceAccounts } from './core/service-account.ts'
import { EndpointSlices } from './discovery/endpoint-slice.ts'
import { Events as EventsV1 } from './events/event.ts'
import { FlowSchemas } from './flowcontrol/flow-schema.ts'
import { PriorityLevelConfigurations } from './flowcontrol/priority-level-configuration.ts'
import { Ingresses } from './networking/ingress.ts'
import { IngressClasses } from './networking/ingress-class.ts'
import { IPAddresses } from './networking/ip-address.ts'
import { NetworkPolicies } from './networking/network-policy.ts'
import { ServiceCIDRs } from './networking/service-cidr.ts'
import { RuntimeClasses } from './node/runtime-class.ts'
import { PodDisruptionBudgets } from './policy/pod-disruption-budget.ts'
import { ClusterRoles } from './rbac/cluster-role.ts'
import { ClusterRoleBindings } from './rbac/cluster-role-binding.ts'
import { Roles } from './rbac/role.ts'
import { RoleBindings } from './rbac/role-binding.ts'
import { DeviceClasses } from './resource/device-class.ts'
import { ResourceClaims } from './resource/resource-claim.ts'
import { ResourceClaimTemplates } from './resource/resource-claim-template.ts'
import { ResourceSlices } from './resource/resource-slice.ts'
import { PriorityClasses } from './scheduling/priority-class.ts'
import { CSIDrivers } from './storage/csi-driver.ts'
import { CSINodes } from './storage/csi-node.ts'
import { CSIStorageCapacities } from './storage/csi-storage-capacity.ts'
import { StorageClasses } from './storage/storage-class.ts'
import { VolumeAttachments } from './storage/volume-attachment.ts'
import { VolumeAttributesClasses } from './storage/volume-attributes-class.ts'

/** Every kind that the API serves, in discovery order. One new kind = one new file + one line here. */
export const resources: readonly AnyResource[] = [
  Bindings,
  ComponentStatuses,
  ConfigMaps,
  Endpoints,
  Events,
  LimitRanges,
  Namespaces,
  Nodes,
  PersistentVolumes,
  PersistentVolumeClaims,
  PodTemplates,
  Pods,
  ReplicationControllers,
  ResourceQuotas,
  Secrets,
  Services,
  ServiceAccounts,
  APIServices,
  ControllerRevisions,
  DaemonSets,
  Deployments,
  ReplicaSets,
  StatefulSets,
  EventsV1,
  SelfSubjectReviews,
  TokenReviews,
  LocalSubjectAccessReviews,
  SelfSubjectAccessReviews,
  SelfSubjectRulesReviews,
  SubjectAccessReviews,
  HorizontalPodAutoscalersV2,
  HorizontalPodAutoscalersV1,
  CronJobs,
  Jobs,
  CertificateSigningRequests,
  Ingresses,
  IngressClasses,
  IPAddresses,
  NetworkPolicies,
  ServiceCIDRs,
  PodDisruptionBudgets,
  ClusterRoles,
  ClusterRoleBindings,
  Roles,
  RoleBindings,
  CSIDrivers,
  CSINodes,
  CSIStorageCapacities,
  StorageClasses,
  VolumeAttachments,
  VolumeAttributesClasses,
  MutatingAdmissionPolicies,
  MutatingAdmissionPolicyBindings,
  MutatingWebhookConfigurations,
  ValidatingAdmissionPolicies,
  ValidatingAdmissionPolicyBindings,
  ValidatingWebhookConfigurations,
  CustomResourceDefinitions,
  PriorityClasses,
  Leases,
  RuntimeClasses,
  EndpointSlices,
  DeviceClasses,
  ResourceClaims,
  ResourceClaimTemplates,
  ResourceSlices,
  FlowSchemas,
  PriorityLevelConfigurations,
]
