import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { bool, int32, int64, kind, list, map, object, ref, string, struct, time } from '../../machinery/schema/schema.ts'
import { objectMeta } from '../meta/object-meta.ts'

const attachedVolumeShape = object('io.k8s.api.core.v1.AttachedVolume', {
  name: string(1, { required: true }),
  devicePath: string(2, { required: true }),
})
export interface AttachedVolume extends Infer<typeof attachedVolumeShape> {}
export const attachedVolume: Schema<AttachedVolume> = attachedVolumeShape

const configMapNodeConfigSourceShape = object('io.k8s.api.core.v1.ConfigMapNodeConfigSource', {
  namespace: string(1, { required: true }),
  name: string(2, { required: true }),
  uid: string(3),
  resourceVersion: string(4),
  kubeletConfigKey: string(5, { required: true }),
})
export interface ConfigMapNodeConfigSource extends Infer<typeof configMapNodeConfigSourceShape> {}
export const configMapNodeConfigSource: Schema<ConfigMapNodeConfigSource> = configMapNodeConfigSourceShape

const containerImageShape = object('io.k8s.api.core.v1.ContainerImage', {
  names: list(1, 'string', { omitEmpty: false, listType: 'atomic' }),
  sizeBytes: int64(2),
})
export interface ContainerImage extends Infer<typeof containerImageShape> {}
export const containerImage: Schema<ContainerImage> = containerImageShape

const daemonEndpointShape = object('io.k8s.api.core.v1.DaemonEndpoint', {
  Port: int32(1, { required: true }),
})
export interface DaemonEndpoint extends Infer<typeof daemonEndpointShape> {}
export const daemonEndpoint: Schema<DaemonEndpoint> = daemonEndpointShape

const taintShape = object('io.k8s.api.core.v1.Taint', {
  key: string(1, { required: true }),
  value: string(2),
  effect: string(3, { required: true, enum: ['NoExecute', 'NoSchedule', 'PreferNoSchedule'] }),
  timeAdded: time(4, { pointer: true }),
})
export interface Taint extends Infer<typeof taintShape> {}
export const taint: Schema<Taint> = taintShape

const nodeConfigSourceShape = object('io.k8s.api.core.v1.NodeConfigSource', {
  configMap: ref(2, configMapNodeConfigSource),
})
export interface NodeConfigSource extends Infer<typeof nodeConfigSourceShape> {}
export const nodeConfigSource: Schema<NodeConfigSource> = nodeConfigSourceShape

const nodeSpecShape = object('io.k8s.api.core.v1.NodeSpec', {
  podCIDR: string(1),
  podCIDRs: list(7, 'string', { patchStrategy: 'merge', listType: 'set' }),
  providerID: string(3),
  unschedulable: bool(4),
  taints: list(5, taint, { listType: 'atomic' }),
  configSource: ref(6, nodeConfigSource, { deprecated: true }),
  externalID: string(2, { deprecated: true }),
})
export interface NodeSpec extends Infer<typeof nodeSpecShape> {}
export const nodeSpec: Schema<NodeSpec> = nodeSpecShape

const nodeConditionShape = object('io.k8s.api.core.v1.NodeCondition', {
  type: string(1, { required: true }),
  status: string(2, { required: true }),
  lastHeartbeatTime: time(3),
  lastTransitionTime: time(4),
  reason: string(5),
  message: string(6),
})
export interface NodeCondition extends Infer<typeof nodeConditionShape> {}
export const nodeCondition: Schema<NodeCondition> = nodeConditionShape

const nodeAddressShape = object('io.k8s.api.core.v1.NodeAddress', {
  type: string(1, { required: true }),
  address: string(2, { required: true }),
})
export interface NodeAddress extends Infer<typeof nodeAddressShape> {}
export const nodeAddress: Schema<NodeAddress> = nodeAddressShape

const nodeDaemonEndpointsShape = object('io.k8s.api.core.v1.NodeDaemonEndpoints', {
  kubeletEndpoint: struct(1, daemonEndpoint),
})
export interface NodeDaemonEndpoints extends Infer<typeof nodeDaemonEndpointsShape> {}
export const nodeDaemonEndpoints: Schema<NodeDaemonEndpoints> = nodeDaemonEndpointsShape

const nodeSwapStatusShape = object('io.k8s.api.core.v1.NodeSwapStatus', {
  capacity: int64(1, { pointer: true }),
})
export interface NodeSwapStatus extends Infer<typeof nodeSwapStatusShape> {}
export const nodeSwapStatus: Schema<NodeSwapStatus> = nodeSwapStatusShape

const nodeSystemInfoShape = object('io.k8s.api.core.v1.NodeSystemInfo', {
  machineID: string(1, { required: true }),
  systemUUID: string(2, { required: true }),
  bootID: string(3, { required: true }),
  kernelVersion: string(4, { required: true }),
  osImage: string(5, { required: true }),
  containerRuntimeVersion: string(6, { required: true }),
  kubeletVersion: string(7, { required: true }),
  kubeProxyVersion: string(8, { required: true, deprecated: true }),
  operatingSystem: string(9, { required: true }),
  architecture: string(10, { required: true }),
  swap: ref(11, nodeSwapStatus),
})
export interface NodeSystemInfo extends Infer<typeof nodeSystemInfoShape> {}
export const nodeSystemInfo: Schema<NodeSystemInfo> = nodeSystemInfoShape

const nodeConfigStatusShape = object('io.k8s.api.core.v1.NodeConfigStatus', {
  assigned: ref(1, nodeConfigSource),
  active: ref(2, nodeConfigSource),
  lastKnownGood: ref(3, nodeConfigSource),
  error: string(4),
})
export interface NodeConfigStatus extends Infer<typeof nodeConfigStatusShape> {}
export const nodeConfigStatus: Schema<NodeConfigStatus> = nodeConfigStatusShape

const nodeRuntimeHandlerFeaturesShape = object('io.k8s.api.core.v1.NodeRuntimeHandlerFeatures', {
  recursiveReadOnlyMounts: bool(1, { pointer: true }),
  userNamespaces: bool(2, { pointer: true }),
})
export interface NodeRuntimeHandlerFeatures extends Infer<typeof nodeRuntimeHandlerFeaturesShape> {}
export const nodeRuntimeHandlerFeatures: Schema<NodeRuntimeHandlerFeatures> = nodeRuntimeHandlerFeaturesShape

const nodeRuntimeHandlerShape = object('io.k8s.api.core.v1.NodeRuntimeHandler', {
  name: string(1, { omitEmpty: false }),
  features: ref(2, nodeRuntimeHandlerFeatures),
})
export interface NodeRuntimeHandler extends Infer<typeof nodeRuntimeHandlerShape> {}
export const nodeRuntimeHandler: Schema<NodeRuntimeHandler> = nodeRuntimeHandlerShape

const nodeFeaturesShape = object('io.k8s.api.core.v1.NodeFeatures', {
  supplementalGroupsPolicy: bool(1, { pointer: true }),
})
export interface NodeFeatures extends Infer<typeof nodeFeaturesShape> {}
export const nodeFeatures: Schema<NodeFeatures> = nodeFeaturesShape

const nodeStatusShape = object('io.k8s.api.core.v1.NodeStatus', {
  capacity: map(1, 'quantity'),
  allocatable: map(2, 'quantity'),
  phase: string(3, { enum: ['Pending', 'Running', 'Terminated'] }),
  conditions: list(4, nodeCondition, { patchStrategy: 'merge', patchMergeKey: 'type', listType: 'map', listMapKeys: ['type'] }),
  addresses: list(5, nodeAddress, { patchStrategy: 'merge', patchMergeKey: 'type', listType: 'map', listMapKeys: ['type'] }),
  daemonEndpoints: struct(6, nodeDaemonEndpoints),
  nodeInfo: struct(7, nodeSystemInfo),
  images: list(8, containerImage, { listType: 'atomic' }),
  volumesInUse: list(9, 'string', { listType: 'atomic' }),
  volumesAttached: list(10, attachedVolume, { listType: 'atomic' }),
  config: ref(11, nodeConfigStatus),
  runtimeHandlers: list(12, nodeRuntimeHandler, { listType: 'atomic' }),
  features: ref(13, nodeFeatures),
  declaredFeatures: list(14, 'string', { listType: 'atomic' }),
})
export interface NodeStatus extends Infer<typeof nodeStatusShape> {}
export const nodeStatus: Schema<NodeStatus> = nodeStatusShape

const nodeShape = kind('io.k8s.api.core.v1.Node', {
  metadata: struct(1, objectMeta),
  spec: struct(2, nodeSpec),
  status: struct(3, nodeStatus),
})
export interface Node extends Infer<typeof nodeShape> {}
export const node: Schema<Node> = nodeShape
