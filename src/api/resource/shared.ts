import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { bool, int64, list, map, object, rawExtension, ref, string, struct } from '../../machinery/schema/schema.ts'

const celDeviceSelectorShape = object('io.k8s.api.resource.v1.CELDeviceSelector', {
  expression: string(1, { required: true }),
})
export interface CELDeviceSelector extends Infer<typeof celDeviceSelectorShape> {}
export const celDeviceSelector: Schema<CELDeviceSelector> = celDeviceSelectorShape

const capacityRequirementsShape = object('io.k8s.api.resource.v1.CapacityRequirements', {
  requests: map(1, 'quantity'),
})
export interface CapacityRequirements extends Infer<typeof capacityRequirementsShape> {}
export const capacityRequirements: Schema<CapacityRequirements> = capacityRequirementsShape

const deviceSelectorShape = object('io.k8s.api.resource.v1.DeviceSelector', {
  cel: ref(1, celDeviceSelector),
})
export interface DeviceSelector extends Infer<typeof deviceSelectorShape> {}
export const deviceSelector: Schema<DeviceSelector> = deviceSelectorShape

const deviceTolerationShape = object('io.k8s.api.resource.v1.DeviceToleration', {
  key: string(1),
  operator: string(2, { default: 'Equal', enum: ['Equal', 'Exists'] }),
  value: string(3),
  effect: string(4, { enum: ['NoExecute', 'NoSchedule', 'None'] }),
  tolerationSeconds: int64(5, { pointer: true }),
})
export interface DeviceToleration extends Infer<typeof deviceTolerationShape> {}
export const deviceToleration: Schema<DeviceToleration> = deviceTolerationShape

const exactDeviceRequestShape = object('io.k8s.api.resource.v1.ExactDeviceRequest', {
  deviceClassName: string(1, { required: true }),
  selectors: list(2, deviceSelector, { listType: 'atomic' }),
  allocationMode: string(3, { enum: ['All', 'ExactCount'] }),
  count: int64(4),
  adminAccess: bool(5, { pointer: true }),
  tolerations: list(6, deviceToleration, { listType: 'atomic' }),
  capacity: ref(7, capacityRequirements),
})
export interface ExactDeviceRequest extends Infer<typeof exactDeviceRequestShape> {}
export const exactDeviceRequest: Schema<ExactDeviceRequest> = exactDeviceRequestShape

const deviceSubRequestShape = object('io.k8s.api.resource.v1.DeviceSubRequest', {
  name: string(1, { required: true }),
  deviceClassName: string(2, { required: true }),
  selectors: list(3, deviceSelector, { listType: 'atomic' }),
  allocationMode: string(4, { enum: ['All', 'ExactCount'] }),
  count: int64(5),
  tolerations: list(6, deviceToleration, { listType: 'atomic' }),
  capacity: ref(7, capacityRequirements),
})
export interface DeviceSubRequest extends Infer<typeof deviceSubRequestShape> {}
export const deviceSubRequest: Schema<DeviceSubRequest> = deviceSubRequestShape

const deviceRequestShape = object('io.k8s.api.resource.v1.DeviceRequest', {
  name: string(1, { required: true }),
  exactly: ref(2, exactDeviceRequest),
  firstAvailable: list(3, deviceSubRequest, { listType: 'atomic' }),
})
export interface DeviceRequest extends Infer<typeof deviceRequestShape> {}
export const deviceRequest: Schema<DeviceRequest> = deviceRequestShape

const deviceConstraintShape = object('io.k8s.api.resource.v1.DeviceConstraint', {
  requests: list(1, 'string', { listType: 'atomic' }),
  matchAttribute: string(2, { pointer: true }),
  distinctAttribute: string(3, { pointer: true }),
})
export interface DeviceConstraint extends Infer<typeof deviceConstraintShape> {}
export const deviceConstraint: Schema<DeviceConstraint> = deviceConstraintShape

const opaqueDeviceConfigurationShape = object('io.k8s.api.resource.v1.OpaqueDeviceConfiguration', {
  driver: string(1, { required: true }),
  parameters: rawExtension(2, { required: true }),
})
export interface OpaqueDeviceConfiguration extends Infer<typeof opaqueDeviceConfigurationShape> {}
export const opaqueDeviceConfiguration: Schema<OpaqueDeviceConfiguration> = opaqueDeviceConfigurationShape

const deviceClaimConfigurationShape = object('io.k8s.api.resource.v1.DeviceClaimConfiguration', {
  requests: list(1, 'string', { listType: 'atomic' }),
  opaque: ref(1, opaqueDeviceConfiguration, { via: [2] }),
})
export interface DeviceClaimConfiguration extends Infer<typeof deviceClaimConfigurationShape> {}
export const deviceClaimConfiguration: Schema<DeviceClaimConfiguration> = deviceClaimConfigurationShape

const deviceClaimShape = object('io.k8s.api.resource.v1.DeviceClaim', {
  requests: list(1, deviceRequest, { omitEmpty: false, listType: 'atomic' }),
  constraints: list(2, deviceConstraint, { listType: 'atomic' }),
  config: list(3, deviceClaimConfiguration, { listType: 'atomic' }),
})
export interface DeviceClaim extends Infer<typeof deviceClaimShape> {}
export const deviceClaim: Schema<DeviceClaim> = deviceClaimShape

const deviceConfigurationShape = object('io.k8s.api.resource.v1.DeviceConfiguration', {
  opaque: ref(1, opaqueDeviceConfiguration),
})
export interface DeviceConfiguration extends Infer<typeof deviceConfigurationShape> {}
export const deviceConfiguration: Schema<DeviceConfiguration> = deviceConfigurationShape

const resourceClaimSpecShape = object('io.k8s.api.resource.v1.ResourceClaimSpec', {
  devices: struct(1, deviceClaim, { omitEmpty: false }),
})
export interface ResourceClaimSpec extends Infer<typeof resourceClaimSpecShape> {}
export const resourceClaimSpec: Schema<ResourceClaimSpec> = resourceClaimSpecShape
