import type { Infer, Schema } from '../../../machinery/schema/schema.ts'
import { bool, int32, int64, list, map, object, ref, string, struct, time } from '../../../machinery/schema/schema.ts'
import { container, containerExtendedResourceRequest, ephemeralContainer, resourceRequirements } from './container.ts'
import { containerStatus } from './container-status.ts'
import { affinity, podSchedulingGate, podSchedulingGroup, toleration, topologySpreadConstraint, volumeNodeAffinity } from './scheduling.ts'
import { podSecurityContext } from './security.ts'
import { awsElasticBlockStoreVolumeSource, azureDiskVolumeSource, azureFilePersistentVolumeSource, cephFSPersistentVolumeSource, cinderPersistentVolumeSource, csiPersistentVolumeSource, fcVolumeSource, flexPersistentVolumeSource, flockerVolumeSource, gcePersistentDiskVolumeSource, glusterfsPersistentVolumeSource, hostPathVolumeSource, iscsiPersistentVolumeSource, localVolumeSource, nfsVolumeSource, photonPersistentDiskVolumeSource, portworxVolumeSource, quobyteVolumeSource, rbdPersistentVolumeSource, scaleIOPersistentVolumeSource, storageOSPersistentVolumeSource, volume, vsphereVirtualDiskVolumeSource } from './volumes.ts'
import { localObjectReference, objectReference } from '../references.ts'
import { objectMeta, ownerReference } from '../../meta/object-meta.ts'

const podSignatureShape = object('io.k8s.api.core.v1.PodSignature', {
  podController: ref(1, ownerReference),
})
export interface PodSignature extends Infer<typeof podSignatureShape> {}
export const podSignature: Schema<PodSignature> = podSignatureShape

const preferAvoidPodsEntryShape = object('io.k8s.api.core.v1.PreferAvoidPodsEntry', {
  podSignature: struct(1, podSignature, { required: true }),
  evictionTime: time(2),
  reason: string(3),
  message: string(4),
})
export interface PreferAvoidPodsEntry extends Infer<typeof preferAvoidPodsEntryShape> {}
export const preferAvoidPodsEntry: Schema<PreferAvoidPodsEntry> = preferAvoidPodsEntryShape

const avoidPodsShape = object('io.k8s.api.core.v1.AvoidPods', {
  preferAvoidPods: list(1, preferAvoidPodsEntry, { listType: 'atomic' }),
})
export interface AvoidPods extends Infer<typeof avoidPodsShape> {}
export const avoidPods: Schema<AvoidPods> = avoidPodsShape

const eventSourceShape = object('io.k8s.api.core.v1.EventSource', {
  component: string(1),
  host: string(2),
})
export interface EventSource extends Infer<typeof eventSourceShape> {}
export const eventSource: Schema<EventSource> = eventSourceShape

const hostAliasShape = object('io.k8s.api.core.v1.HostAlias', {
  ip: string(1, { required: true }),
  hostnames: list(2, 'string', { listType: 'atomic' }),
})
export interface HostAlias extends Infer<typeof hostAliasShape> {}
export const hostAlias: Schema<HostAlias> = hostAliasShape

const hostIPShape = object('io.k8s.api.core.v1.HostIP', {
  ip: string(1, { required: true }),
})
export interface HostIP extends Infer<typeof hostIPShape> {}
export const hostIP: Schema<HostIP> = hostIPShape

const modifyVolumeStatusShape = object('io.k8s.api.core.v1.ModifyVolumeStatus', {
  targetVolumeAttributesClassName: string(1),
  status: string(2, { required: true, enum: ['InProgress', 'Infeasible', 'Pending'] }),
})
export interface ModifyVolumeStatus extends Infer<typeof modifyVolumeStatusShape> {}
export const modifyVolumeStatus: Schema<ModifyVolumeStatus> = modifyVolumeStatusShape

const nodeAllocatableResourceClaimStatusShape = object('io.k8s.api.core.v1.NodeAllocatableResourceClaimStatus', {
  resourceClaimName: string(1, { required: true }),
  containers: list(2, 'string', { listType: 'set' }),
  resources: map(3, 'quantity', { required: true }),
})
export interface NodeAllocatableResourceClaimStatus extends Infer<typeof nodeAllocatableResourceClaimStatusShape> {}
export const nodeAllocatableResourceClaimStatus: Schema<NodeAllocatableResourceClaimStatus> = nodeAllocatableResourceClaimStatusShape

const persistentVolumeClaimConditionShape = object('io.k8s.api.core.v1.PersistentVolumeClaimCondition', {
  type: string(1, { required: true }),
  status: string(2, { required: true }),
  lastProbeTime: time(3),
  lastTransitionTime: time(4),
  reason: string(5),
  message: string(6),
})
export interface PersistentVolumeClaimCondition extends Infer<typeof persistentVolumeClaimConditionShape> {}
export const persistentVolumeClaimCondition: Schema<PersistentVolumeClaimCondition> = persistentVolumeClaimConditionShape

const persistentVolumeClaimStatusShape = object('io.k8s.api.core.v1.PersistentVolumeClaimStatus', {
  phase: string(1, { enum: ['Bound', 'Lost', 'Pending'] }),
  accessModes: list(2, 'string', { listType: 'atomic' }),
  capacity: map(3, 'quantity'),
  conditions: list(4, persistentVolumeClaimCondition, { patchStrategy: 'merge', patchMergeKey: 'type', listType: 'map', listMapKeys: ['type'] }),
  allocatedResources: map(5, 'quantity'),
  allocatedResourceStatuses: map(7, 'string', { mapType: 'granular' }),
  currentVolumeAttributesClassName: string(8, { pointer: true }),
  modifyVolumeStatus: ref(9, modifyVolumeStatus),
})
export interface PersistentVolumeClaimStatus extends Infer<typeof persistentVolumeClaimStatusShape> {}
export const persistentVolumeClaimStatus: Schema<PersistentVolumeClaimStatus> = persistentVolumeClaimStatusShape

const persistentVolumeSpecShape = object('io.k8s.api.core.v1.PersistentVolumeSpec', {
  capacity: map(1, 'quantity'),
  gcePersistentDisk: ref(1, gcePersistentDiskVolumeSource, { via: [2], deprecated: true }),
  awsElasticBlockStore: ref(2, awsElasticBlockStoreVolumeSource, { via: [2], deprecated: true }),
  hostPath: ref(3, hostPathVolumeSource, { via: [2] }),
  glusterfs: ref(4, glusterfsPersistentVolumeSource, { via: [2], deprecated: true }),
  nfs: ref(5, nfsVolumeSource, { via: [2] }),
  rbd: ref(6, rbdPersistentVolumeSource, { via: [2], deprecated: true }),
  iscsi: ref(7, iscsiPersistentVolumeSource, { via: [2] }),
  cinder: ref(8, cinderPersistentVolumeSource, { via: [2], deprecated: true }),
  cephfs: ref(9, cephFSPersistentVolumeSource, { via: [2], deprecated: true }),
  fc: ref(10, fcVolumeSource, { via: [2] }),
  flocker: ref(11, flockerVolumeSource, { via: [2], deprecated: true }),
  flexVolume: ref(12, flexPersistentVolumeSource, { via: [2], deprecated: true }),
  azureFile: ref(13, azureFilePersistentVolumeSource, { via: [2], deprecated: true }),
  vsphereVolume: ref(14, vsphereVirtualDiskVolumeSource, { via: [2], deprecated: true }),
  quobyte: ref(15, quobyteVolumeSource, { via: [2], deprecated: true }),
  azureDisk: ref(16, azureDiskVolumeSource, { via: [2], deprecated: true }),
  photonPersistentDisk: ref(17, photonPersistentDiskVolumeSource, { via: [2], deprecated: true }),
  portworxVolume: ref(18, portworxVolumeSource, { via: [2], deprecated: true }),
  scaleIO: ref(19, scaleIOPersistentVolumeSource, { via: [2], deprecated: true }),
  local: ref(20, localVolumeSource, { via: [2] }),
  storageos: ref(21, storageOSPersistentVolumeSource, { via: [2], deprecated: true }),
  csi: ref(22, csiPersistentVolumeSource, { via: [2] }),
  accessModes: list(3, 'string', { listType: 'atomic' }),
  claimRef: ref(4, objectReference, { structType: 'granular' }),
  persistentVolumeReclaimPolicy: string(5, { enum: ['Delete', 'Recycle', 'Retain'] }),
  storageClassName: string(6),
  mountOptions: list(7, 'string', { listType: 'atomic' }),
  volumeMode: string(8, { pointer: true, enum: ['Block', 'Filesystem'] }),
  nodeAffinity: ref(9, volumeNodeAffinity),
  volumeAttributesClassName: string(10, { pointer: true }),
})
export interface PersistentVolumeSpec extends Infer<typeof persistentVolumeSpecShape> {}
export const persistentVolumeSpec: Schema<PersistentVolumeSpec> = persistentVolumeSpecShape

const podConditionShape = object('io.k8s.api.core.v1.PodCondition', {
  type: string(1, { required: true }),
  observedGeneration: int64(7),
  status: string(2, { required: true }),
  lastProbeTime: time(3),
  lastTransitionTime: time(4),
  reason: string(5),
  message: string(6),
})
export interface PodCondition extends Infer<typeof podConditionShape> {}
export const podCondition: Schema<PodCondition> = podConditionShape

const podDNSConfigOptionShape = object('io.k8s.api.core.v1.PodDNSConfigOption', {
  name: string(1),
  value: string(2, { pointer: true }),
})
export interface PodDNSConfigOption extends Infer<typeof podDNSConfigOptionShape> {}
export const podDNSConfigOption: Schema<PodDNSConfigOption> = podDNSConfigOptionShape

const podDNSConfigShape = object('io.k8s.api.core.v1.PodDNSConfig', {
  nameservers: list(1, 'string', { listType: 'atomic' }),
  searches: list(2, 'string', { listType: 'atomic' }),
  options: list(3, podDNSConfigOption, { listType: 'atomic' }),
})
export interface PodDNSConfig extends Infer<typeof podDNSConfigShape> {}
export const podDNSConfig: Schema<PodDNSConfig> = podDNSConfigShape

const podExtendedResourceClaimStatusShape = object('io.k8s.api.core.v1.PodExtendedResourceClaimStatus', {
  requestMappings: list(1, containerExtendedResourceRequest, { required: true, listType: 'atomic' }),
  resourceClaimName: string(2, { required: true }),
})
export interface PodExtendedResourceClaimStatus extends Infer<typeof podExtendedResourceClaimStatusShape> {}
export const podExtendedResourceClaimStatus: Schema<PodExtendedResourceClaimStatus> = podExtendedResourceClaimStatusShape

const podIPShape = object('io.k8s.api.core.v1.PodIP', {
  ip: string(1, { required: true }),
})
export interface PodIP extends Infer<typeof podIPShape> {}
export const podIP: Schema<PodIP> = podIPShape

const podOSShape = object('io.k8s.api.core.v1.PodOS', {
  name: string(1, { required: true }),
})
export interface PodOS extends Infer<typeof podOSShape> {}
export const podOS: Schema<PodOS> = podOSShape

const podReadinessGateShape = object('io.k8s.api.core.v1.PodReadinessGate', {
  conditionType: string(1, { required: true }),
})
export interface PodReadinessGate extends Infer<typeof podReadinessGateShape> {}
export const podReadinessGate: Schema<PodReadinessGate> = podReadinessGateShape

const podResourceClaimShape = object('io.k8s.api.core.v1.PodResourceClaim', {
  name: string(1, { required: true }),
  resourceClaimName: string(3, { pointer: true }),
  resourceClaimTemplateName: string(4, { pointer: true }),
})
export interface PodResourceClaim extends Infer<typeof podResourceClaimShape> {}
export const podResourceClaim: Schema<PodResourceClaim> = podResourceClaimShape

const podResourceClaimStatusShape = object('io.k8s.api.core.v1.PodResourceClaimStatus', {
  name: string(1, { required: true }),
  resourceClaimName: string(2, { pointer: true }),
})
export interface PodResourceClaimStatus extends Infer<typeof podResourceClaimStatusShape> {}
export const podResourceClaimStatus: Schema<PodResourceClaimStatus> = podResourceClaimStatusShape

const podSpecShape = object('io.k8s.api.core.v1.PodSpec', {
  volumes: list(1, volume, { patchStrategy: 'merge,retainKeys', patchMergeKey: 'name', listType: 'map', listMapKeys: ['name'] }),
  initContainers: list(20, container, { patchStrategy: 'merge', patchMergeKey: 'name', listType: 'map', listMapKeys: ['name'] }),
  containers: list(2, container, { required: true, patchStrategy: 'merge', patchMergeKey: 'name', listType: 'map', listMapKeys: ['name'] }),
  ephemeralContainers: list(34, ephemeralContainer, { patchStrategy: 'merge', patchMergeKey: 'name', listType: 'map', listMapKeys: ['name'] }),
  restartPolicy: string(3, { enum: ['Always', 'Never', 'OnFailure'] }),
  terminationGracePeriodSeconds: int64(4, { pointer: true }),
  activeDeadlineSeconds: int64(5, { pointer: true }),
  dnsPolicy: string(6, { enum: ['ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'] }),
  nodeSelector: map(7, 'string', { mapType: 'atomic' }),
  serviceAccountName: string(8),
  serviceAccount: string(9, { deprecated: true }),
  automountServiceAccountToken: bool(21, { pointer: true }),
  nodeName: string(10),
  hostNetwork: bool(11),
  hostPID: bool(12),
  hostIPC: bool(13),
  shareProcessNamespace: bool(27, { pointer: true }),
  securityContext: ref(14, podSecurityContext),
  imagePullSecrets: list(15, localObjectReference, { patchStrategy: 'merge', patchMergeKey: 'name', listType: 'map', listMapKeys: ['name'] }),
  hostname: string(16),
  subdomain: string(17),
  affinity: ref(18, affinity),
  schedulerName: string(19),
  tolerations: list(22, toleration, { listType: 'atomic' }),
  hostAliases: list(23, hostAlias, { patchStrategy: 'merge', patchMergeKey: 'ip', listType: 'map', listMapKeys: ['ip'] }),
  priorityClassName: string(24),
  priority: int32(25, { pointer: true }),
  dnsConfig: ref(26, podDNSConfig),
  readinessGates: list(28, podReadinessGate, { listType: 'atomic' }),
  runtimeClassName: string(29, { pointer: true }),
  enableServiceLinks: bool(30, { pointer: true }),
  preemptionPolicy: string(31, { pointer: true, enum: ['Never', 'PreemptLowerPriority'] }),
  overhead: map(32, 'quantity'),
  topologySpreadConstraints: list(33, topologySpreadConstraint, { patchStrategy: 'merge', patchMergeKey: 'topologyKey', listType: 'map', listMapKeys: ['topologyKey', 'whenUnsatisfiable'] }),
  setHostnameAsFQDN: bool(35, { pointer: true }),
  os: ref(36, podOS),
  hostUsers: bool(37, { pointer: true }),
  schedulingGates: list(38, podSchedulingGate, { patchStrategy: 'merge', patchMergeKey: 'name', listType: 'map', listMapKeys: ['name'] }),
  resourceClaims: list(39, podResourceClaim, { patchStrategy: 'merge,retainKeys', patchMergeKey: 'name', listType: 'map', listMapKeys: ['name'] }),
  resources: ref(40, resourceRequirements),
  hostnameOverride: string(41, { pointer: true }),
  schedulingGroup: ref(43, podSchedulingGroup),
})
export interface PodSpec extends Infer<typeof podSpecShape> {}
export const podSpec: Schema<PodSpec> = podSpecShape

const podStatusShape = object('io.k8s.api.core.v1.PodStatus', {
  observedGeneration: int64(17),
  phase: string(1, { enum: ['Failed', 'Pending', 'Running', 'Succeeded', 'Unknown'] }),
  conditions: list(2, podCondition, { patchStrategy: 'merge', patchMergeKey: 'type', listType: 'map', listMapKeys: ['type'] }),
  message: string(3),
  reason: string(4),
  nominatedNodeName: string(11),
  hostIP: string(5),
  hostIPs: list(16, hostIP, { patchStrategy: 'merge', patchMergeKey: 'ip', listType: 'atomic' }),
  podIP: string(6),
  podIPs: list(12, podIP, { patchStrategy: 'merge', patchMergeKey: 'ip', listType: 'map', listMapKeys: ['ip'] }),
  startTime: time(7, { pointer: true }),
  initContainerStatuses: list(10, containerStatus, { listType: 'atomic' }),
  containerStatuses: list(8, containerStatus, { listType: 'atomic' }),
  qosClass: string(9, { enum: ['BestEffort', 'Burstable', 'Guaranteed'] }),
  ephemeralContainerStatuses: list(13, containerStatus, { listType: 'atomic' }),
  resize: string(14, { deprecated: true }),
  resourceClaimStatuses: list(15, podResourceClaimStatus, { patchStrategy: 'merge,retainKeys', patchMergeKey: 'name', listType: 'map', listMapKeys: ['name'] }),
  extendedResourceClaimStatus: ref(18, podExtendedResourceClaimStatus),
  allocatedResources: map(19, 'quantity'),
  resources: ref(20, resourceRequirements),
  nodeAllocatableResourceClaimStatuses: list(21, nodeAllocatableResourceClaimStatus, { listType: 'atomic' }),
})
export interface PodStatus extends Infer<typeof podStatusShape> {}
export const podStatus: Schema<PodStatus> = podStatusShape

const podTemplateSpecShape = object('io.k8s.api.core.v1.PodTemplateSpec', {
  metadata: struct(1, objectMeta),
  spec: struct(2, podSpec),
})
export interface PodTemplateSpec extends Infer<typeof podTemplateSpecShape> {}
export const podTemplateSpec: Schema<PodTemplateSpec> = podTemplateSpecShape

const preconditionsShape = object('io.k8s.api.core.v1.Preconditions', {
  uid: string(1, { pointer: true }),
})
export interface Preconditions extends Infer<typeof preconditionsShape> {}
export const preconditions: Schema<Preconditions> = preconditionsShape
