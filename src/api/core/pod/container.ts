import type { Infer, Schema } from '../../../machinery/schema/schema.ts'
import { bool, int32, list, map, object, ref, string, struct } from '../../../machinery/schema/schema.ts'
import { lifecycle, probe } from './probes.ts'
import { securityContext } from './security.ts'
import { objectFieldSelector, resourceFieldSelector } from '../references.ts'

const configMapEnvSourceShape = object('io.k8s.api.core.v1.ConfigMapEnvSource', {
  name: string(1, { default: '', via: [1] }),
  optional: bool(2, { pointer: true }),
})
export interface ConfigMapEnvSource extends Infer<typeof configMapEnvSourceShape> {}
export const configMapEnvSource: Schema<ConfigMapEnvSource> = configMapEnvSourceShape

const configMapKeySelectorShape = object('io.k8s.api.core.v1.ConfigMapKeySelector', {
  name: string(1, { default: '', via: [1] }),
  key: string(2, { required: true }),
  optional: bool(3, { pointer: true }),
}, { atomic: true })
export interface ConfigMapKeySelector extends Infer<typeof configMapKeySelectorShape> {}
export const configMapKeySelector: Schema<ConfigMapKeySelector> = configMapKeySelectorShape

const containerPortShape = object('io.k8s.api.core.v1.ContainerPort', {
  name: string(1),
  hostPort: int32(2),
  containerPort: int32(3, { required: true }),
  protocol: string(4, { default: 'TCP', enum: ['SCTP', 'TCP', 'UDP'] }),
  hostIP: string(5),
})
export interface ContainerPort extends Infer<typeof containerPortShape> {}
export const containerPort: Schema<ContainerPort> = containerPortShape

const secretEnvSourceShape = object('io.k8s.api.core.v1.SecretEnvSource', {
  name: string(1, { default: '', via: [1] }),
  optional: bool(2, { pointer: true }),
})
export interface SecretEnvSource extends Infer<typeof secretEnvSourceShape> {}
export const secretEnvSource: Schema<SecretEnvSource> = secretEnvSourceShape

const envFromSourceShape = object('io.k8s.api.core.v1.EnvFromSource', {
  prefix: string(1),
  configMapRef: ref(2, configMapEnvSource),
  secretRef: ref(3, secretEnvSource),
})
export interface EnvFromSource extends Infer<typeof envFromSourceShape> {}
export const envFromSource: Schema<EnvFromSource> = envFromSourceShape

const secretKeySelectorShape = object('io.k8s.api.core.v1.SecretKeySelector', {
  name: string(1, { default: '', via: [1] }),
  key: string(2, { required: true }),
  optional: bool(3, { pointer: true }),
}, { atomic: true })
export interface SecretKeySelector extends Infer<typeof secretKeySelectorShape> {}
export const secretKeySelector: Schema<SecretKeySelector> = secretKeySelectorShape

const fileKeySelectorShape = object('io.k8s.api.core.v1.FileKeySelector', {
  volumeName: string(1, { required: true }),
  path: string(2, { required: true }),
  key: string(3, { required: true }),
  optional: bool(4, { pointer: true, default: false }),
}, { atomic: true })
export interface FileKeySelector extends Infer<typeof fileKeySelectorShape> {}
export const fileKeySelector: Schema<FileKeySelector> = fileKeySelectorShape

const envVarSourceShape = object('io.k8s.api.core.v1.EnvVarSource', {
  fieldRef: ref(1, objectFieldSelector),
  resourceFieldRef: ref(2, resourceFieldSelector),
  configMapKeyRef: ref(3, configMapKeySelector),
  secretKeyRef: ref(4, secretKeySelector),
  fileKeyRef: ref(5, fileKeySelector),
})
export interface EnvVarSource extends Infer<typeof envVarSourceShape> {}
export const envVarSource: Schema<EnvVarSource> = envVarSourceShape

const envVarShape = object('io.k8s.api.core.v1.EnvVar', {
  name: string(1, { required: true }),
  value: string(2),
  valueFrom: ref(3, envVarSource),
})
export interface EnvVar extends Infer<typeof envVarShape> {}
export const envVar: Schema<EnvVar> = envVarShape

const resourceClaimShape = object('io.k8s.api.core.v1.ResourceClaim', {
  name: string(1, { required: true }),
  request: string(2),
})
export interface ResourceClaim extends Infer<typeof resourceClaimShape> {}
export const resourceClaim: Schema<ResourceClaim> = resourceClaimShape

const resourceRequirementsShape = object('io.k8s.api.core.v1.ResourceRequirements', {
  limits: map(1, 'quantity'),
  requests: map(2, 'quantity'),
  claims: list(3, resourceClaim, { listType: 'map', listMapKeys: ['name'] }),
})
export interface ResourceRequirements extends Infer<typeof resourceRequirementsShape> {}
export const resourceRequirements: Schema<ResourceRequirements> = resourceRequirementsShape

const containerResizePolicyShape = object('io.k8s.api.core.v1.ContainerResizePolicy', {
  resourceName: string(1, { required: true }),
  restartPolicy: string(2, { required: true }),
})
export interface ContainerResizePolicy extends Infer<typeof containerResizePolicyShape> {}
export const containerResizePolicy: Schema<ContainerResizePolicy> = containerResizePolicyShape

const containerRestartRuleOnExitCodesShape = object('io.k8s.api.core.v1.ContainerRestartRuleOnExitCodes', {
  operator: string(1, { required: true, omitEmpty: true }),
  values: list(2, 'int32', { listType: 'set' }),
})
export interface ContainerRestartRuleOnExitCodes extends Infer<typeof containerRestartRuleOnExitCodesShape> {}
export const containerRestartRuleOnExitCodes: Schema<ContainerRestartRuleOnExitCodes> = containerRestartRuleOnExitCodesShape

const containerRestartRuleShape = object('io.k8s.api.core.v1.ContainerRestartRule', {
  action: string(1, { required: true, omitEmpty: true }),
  exitCodes: ref(2, containerRestartRuleOnExitCodes),
})
export interface ContainerRestartRule extends Infer<typeof containerRestartRuleShape> {}
export const containerRestartRule: Schema<ContainerRestartRule> = containerRestartRuleShape

const volumeMountShape = object('io.k8s.api.core.v1.VolumeMount', {
  name: string(1, { required: true }),
  readOnly: bool(2),
  recursiveReadOnly: string(7, { pointer: true }),
  mountPath: string(3, { required: true }),
  subPath: string(4),
  mountPropagation: string(5, { pointer: true, enum: ['Bidirectional', 'HostToContainer', 'None'] }),
  subPathExpr: string(6),
})
export interface VolumeMount extends Infer<typeof volumeMountShape> {}
export const volumeMount: Schema<VolumeMount> = volumeMountShape

const volumeDeviceShape = object('io.k8s.api.core.v1.VolumeDevice', {
  name: string(1, { required: true }),
  devicePath: string(2, { required: true }),
})
export interface VolumeDevice extends Infer<typeof volumeDeviceShape> {}
export const volumeDevice: Schema<VolumeDevice> = volumeDeviceShape

const containerShape = object('io.k8s.api.core.v1.Container', {
  name: string(1, { required: true }),
  image: string(2),
  command: list(3, 'string', { listType: 'atomic' }),
  args: list(4, 'string', { listType: 'atomic' }),
  workingDir: string(5),
  ports: list(6, containerPort, { patchStrategy: 'merge', patchMergeKey: 'containerPort', listType: 'map', listMapKeys: ['containerPort', 'protocol'] }),
  envFrom: list(19, envFromSource, { listType: 'atomic' }),
  env: list(7, envVar, { patchStrategy: 'merge', patchMergeKey: 'name', listType: 'map', listMapKeys: ['name'] }),
  resources: struct(8, resourceRequirements),
  resizePolicy: list(23, containerResizePolicy, { listType: 'atomic' }),
  restartPolicy: string(24, { pointer: true }),
  restartPolicyRules: list(25, containerRestartRule, { listType: 'atomic' }),
  volumeMounts: list(9, volumeMount, { patchStrategy: 'merge', patchMergeKey: 'mountPath', listType: 'map', listMapKeys: ['mountPath'] }),
  volumeDevices: list(21, volumeDevice, { patchStrategy: 'merge', patchMergeKey: 'devicePath', listType: 'map', listMapKeys: ['devicePath'] }),
  livenessProbe: ref(10, probe),
  readinessProbe: ref(11, probe),
  startupProbe: ref(22, probe),
  lifecycle: ref(12, lifecycle),
  terminationMessagePath: string(13),
  terminationMessagePolicy: string(20, { enum: ['FallbackToLogsOnError', 'File'] }),
  imagePullPolicy: string(14, { enum: ['Always', 'IfNotPresent', 'Never'] }),
  securityContext: ref(15, securityContext),
  stdin: bool(16),
  stdinOnce: bool(17),
  tty: bool(18),
})
export interface Container extends Infer<typeof containerShape> {}
export const container: Schema<Container> = containerShape

const containerExtendedResourceRequestShape = object('io.k8s.api.core.v1.ContainerExtendedResourceRequest', {
  containerName: string(1, { required: true }),
  resourceName: string(2, { required: true }),
  requestName: string(3, { required: true }),
})
export interface ContainerExtendedResourceRequest extends Infer<typeof containerExtendedResourceRequestShape> {}
export const containerExtendedResourceRequest: Schema<ContainerExtendedResourceRequest> = containerExtendedResourceRequestShape

const ephemeralContainerShape = object('io.k8s.api.core.v1.EphemeralContainer', {
  name: string(1, { required: true, via: [1] }),
  image: string(2, { via: [1] }),
  command: list(3, 'string', { listType: 'atomic', via: [1] }),
  args: list(4, 'string', { listType: 'atomic', via: [1] }),
  workingDir: string(5, { via: [1] }),
  ports: list(6, containerPort, { patchStrategy: 'merge', patchMergeKey: 'containerPort', listType: 'map', listMapKeys: ['containerPort', 'protocol'], via: [1] }),
  envFrom: list(19, envFromSource, { listType: 'atomic', via: [1] }),
  env: list(7, envVar, { patchStrategy: 'merge', patchMergeKey: 'name', listType: 'map', listMapKeys: ['name'], via: [1] }),
  resources: struct(8, resourceRequirements, { via: [1] }),
  resizePolicy: list(23, containerResizePolicy, { listType: 'atomic', via: [1] }),
  restartPolicy: string(24, { pointer: true, via: [1] }),
  restartPolicyRules: list(25, containerRestartRule, { listType: 'atomic', via: [1] }),
  volumeMounts: list(9, volumeMount, { patchStrategy: 'merge', patchMergeKey: 'mountPath', listType: 'map', listMapKeys: ['mountPath'], via: [1] }),
  volumeDevices: list(21, volumeDevice, { patchStrategy: 'merge', patchMergeKey: 'devicePath', listType: 'map', listMapKeys: ['devicePath'], via: [1] }),
  livenessProbe: ref(10, probe, { via: [1] }),
  readinessProbe: ref(11, probe, { via: [1] }),
  startupProbe: ref(22, probe, { via: [1] }),
  lifecycle: ref(12, lifecycle, { via: [1] }),
  terminationMessagePath: string(13, { via: [1] }),
  terminationMessagePolicy: string(20, { enum: ['FallbackToLogsOnError', 'File'], via: [1] }),
  imagePullPolicy: string(14, { enum: ['Always', 'IfNotPresent', 'Never'], via: [1] }),
  securityContext: ref(15, securityContext, { via: [1] }),
  stdin: bool(16, { via: [1] }),
  stdinOnce: bool(17, { via: [1] }),
  tty: bool(18, { via: [1] }),
  targetContainerName: string(2),
})
export interface EphemeralContainer extends Infer<typeof ephemeralContainerShape> {}
export const ephemeralContainer: Schema<EphemeralContainer> = ephemeralContainerShape

const ephemeralContainerCommonShape = object('io.k8s.api.core.v1.EphemeralContainerCommon', {
  name: string(1, { required: true }),
  image: string(2),
  command: list(3, 'string', { listType: 'atomic' }),
  args: list(4, 'string', { listType: 'atomic' }),
  workingDir: string(5),
  ports: list(6, containerPort, { patchStrategy: 'merge', patchMergeKey: 'containerPort', listType: 'map', listMapKeys: ['containerPort', 'protocol'] }),
  envFrom: list(19, envFromSource, { listType: 'atomic' }),
  env: list(7, envVar, { patchStrategy: 'merge', patchMergeKey: 'name', listType: 'map', listMapKeys: ['name'] }),
  resources: struct(8, resourceRequirements),
  resizePolicy: list(23, containerResizePolicy, { listType: 'atomic' }),
  restartPolicy: string(24, { pointer: true }),
  restartPolicyRules: list(25, containerRestartRule, { listType: 'atomic' }),
  volumeMounts: list(9, volumeMount, { patchStrategy: 'merge', patchMergeKey: 'mountPath', listType: 'map', listMapKeys: ['mountPath'] }),
  volumeDevices: list(21, volumeDevice, { patchStrategy: 'merge', patchMergeKey: 'devicePath', listType: 'map', listMapKeys: ['devicePath'] }),
  livenessProbe: ref(10, probe),
  readinessProbe: ref(11, probe),
  startupProbe: ref(22, probe),
  lifecycle: ref(12, lifecycle),
  terminationMessagePath: string(13),
  terminationMessagePolicy: string(20, { enum: ['FallbackToLogsOnError', 'File'] }),
  imagePullPolicy: string(14, { enum: ['Always', 'IfNotPresent', 'Never'] }),
  securityContext: ref(15, securityContext),
  stdin: bool(16),
  stdinOnce: bool(17),
  tty: bool(18),
})
export interface EphemeralContainerCommon extends Infer<typeof ephemeralContainerCommonShape> {}
export const ephemeralContainerCommon: Schema<EphemeralContainerCommon> = ephemeralContainerCommonShape
