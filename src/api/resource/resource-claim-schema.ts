import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { bool, kind, list, map, object, rawExtension, ref, string, struct, time } from '../../machinery/schema/schema.ts'
import { nodeSelector } from '../core/pod/scheduling.ts'
import { condition } from '../meta/condition.ts'
import { objectMeta } from '../meta/object-meta.ts'
import { deviceToleration, opaqueDeviceConfiguration, resourceClaimSpec } from './shared.ts'

const networkDeviceDataShape = object('io.k8s.api.resource.v1.NetworkDeviceData', {
  interfaceName: string(1),
  ips: list(2, 'string', { listType: 'atomic' }),
  hardwareAddress: string(3),
})
export interface NetworkDeviceData extends Infer<typeof networkDeviceDataShape> {}
export const networkDeviceData: Schema<NetworkDeviceData> = networkDeviceDataShape

const allocatedDeviceStatusShape = object('io.k8s.api.resource.v1.AllocatedDeviceStatus', {
  driver: string(1, { required: true }),
  pool: string(2, { required: true }),
  device: string(3, { required: true }),
  shareID: string(7, { pointer: true }),
  conditions: list(4, condition, { omitEmpty: false, listType: 'map', listMapKeys: ['type'] }),
  data: rawExtension(5, { pointer: true }),
  networkData: ref(6, networkDeviceData),
})
export interface AllocatedDeviceStatus extends Infer<typeof allocatedDeviceStatusShape> {}
export const allocatedDeviceStatus: Schema<AllocatedDeviceStatus> = allocatedDeviceStatusShape

const deviceRequestAllocationResultShape = object('io.k8s.api.resource.v1.DeviceRequestAllocationResult', {
  request: string(1, { required: true }),
  driver: string(2, { required: true }),
  pool: string(3, { required: true }),
  device: string(4, { required: true }),
  adminAccess: bool(5, { pointer: true }),
  tolerations: list(6, deviceToleration, { listType: 'atomic' }),
  bindingConditions: list(7, 'string', { listType: 'atomic' }),
  bindingFailureConditions: list(8, 'string', { listType: 'atomic' }),
  shareID: string(9, { pointer: true }),
  consumedCapacity: map(10, 'quantity'),
})
export interface DeviceRequestAllocationResult extends Infer<typeof deviceRequestAllocationResultShape> {}
export const deviceRequestAllocationResult: Schema<DeviceRequestAllocationResult> = deviceRequestAllocationResultShape

const deviceAllocationConfigurationShape = object('io.k8s.api.resource.v1.DeviceAllocationConfiguration', {
  source: string(1, { required: true, enum: ['FromClaim', 'FromClass'] }),
  requests: list(2, 'string', { listType: 'atomic' }),
  opaque: ref(1, opaqueDeviceConfiguration, { via: [3] }),
})
export interface DeviceAllocationConfiguration extends Infer<typeof deviceAllocationConfigurationShape> {}
export const deviceAllocationConfiguration: Schema<DeviceAllocationConfiguration> = deviceAllocationConfigurationShape

const deviceAllocationResultShape = object('io.k8s.api.resource.v1.DeviceAllocationResult', {
  results: list(1, deviceRequestAllocationResult, { listType: 'atomic' }),
  config: list(2, deviceAllocationConfiguration, { listType: 'atomic' }),
})
export interface DeviceAllocationResult extends Infer<typeof deviceAllocationResultShape> {}
export const deviceAllocationResult: Schema<DeviceAllocationResult> = deviceAllocationResultShape

const allocationResultShape = object('io.k8s.api.resource.v1.AllocationResult', {
  devices: struct(1, deviceAllocationResult),
  nodeSelector: ref(3, nodeSelector),
  allocationTimestamp: time(5, { pointer: true }),
})
export interface AllocationResult extends Infer<typeof allocationResultShape> {}
export const allocationResult: Schema<AllocationResult> = allocationResultShape

const resourceClaimConsumerReferenceShape = object('io.k8s.api.resource.v1.ResourceClaimConsumerReference', {
  apiGroup: string(1),
  resource: string(3, { required: true }),
  name: string(4, { required: true }),
  uid: string(5, { required: true }),
})
export interface ResourceClaimConsumerReference extends Infer<typeof resourceClaimConsumerReferenceShape> {}
export const resourceClaimConsumerReference: Schema<ResourceClaimConsumerReference> = resourceClaimConsumerReferenceShape

const resourceClaimStatusShape = object('io.k8s.api.resource.v1.ResourceClaimStatus', {
  allocation: ref(1, allocationResult),
  reservedFor: list(2, resourceClaimConsumerReference, { patchStrategy: 'merge', patchMergeKey: 'uid', listType: 'map', listMapKeys: ['uid'] }),
  devices: list(4, allocatedDeviceStatus, { listType: 'map', listMapKeys: ['driver', 'device', 'pool', 'shareID'] }),
})
export interface ResourceClaimStatus extends Infer<typeof resourceClaimStatusShape> {}
export const resourceClaimStatus: Schema<ResourceClaimStatus> = resourceClaimStatusShape

const resourceClaimShape = kind('io.k8s.api.resource.v1.ResourceClaim', {
  metadata: struct(1, objectMeta),
  spec: struct(2, resourceClaimSpec, { required: true }),
  status: struct(3, resourceClaimStatus),
})
export interface ResourceClaim extends Infer<typeof resourceClaimShape> {}
export const resourceClaim: Schema<ResourceClaim> = resourceClaimShape
