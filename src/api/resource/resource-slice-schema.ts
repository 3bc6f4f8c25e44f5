import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { bool, int64, kind, list, map, object, quantity, ref, string, struct, time } from '../../machinery/schema/schema.ts'
import { nodeSelector } from '../core/pod/scheduling.ts'
import { objectMeta } from '../meta/object-meta.ts'

const capacityRequestPolicyRangeShape = object('io.k8s.api.resource.v1.CapacityRequestPolicyRange', {
  min: quantity(1, { required: true, omitEmpty: true, pointer: true }),
  max: quantity(2, { pointer: true }),
  step: quantity(3, { pointer: true }),
})
export interface CapacityRequestPolicyRange extends Infer<typeof capacityRequestPolicyRangeShape> {}
export const capacityRequestPolicyRange: Schema<CapacityRequestPolicyRange> = capacityRequestPolicyRangeShape

const capacityRequestPolicyShape = object('io.k8s.api.resource.v1.CapacityRequestPolicy', {
  default: quantity(1, { omitEmpty: false, pointer: true }),
  validValues: list(3, 'quantity', { listType: 'atomic' }),
  validRange: ref(4, capacityRequestPolicyRange),
})
export interface CapacityRequestPolicy extends Infer<typeof capacityRequestPolicyShape> {}
export const capacityRequestPolicy: Schema<CapacityRequestPolicy> = capacityRequestPolicyShape

const counterShape = object('io.k8s.api.resource.v1.Counter', {
  value: quantity(1, { required: true }),
})
export interface Counter extends Infer<typeof counterShape> {}
export const counter: Schema<Counter> = counterShape

const counterSetShape = object('io.k8s.api.resource.v1.CounterSet', {
  name: string(1, { required: true }),
  counters: map(2, counter, { required: true, omitEmpty: true }),
})
export interface CounterSet extends Infer<typeof counterSetShape> {}
export const counterSet: Schema<CounterSet> = counterSetShape

const deviceAttributeShape = object('io.k8s.api.resource.v1.DeviceAttribute', {
  int: int64(2, { pointer: true }),
  bool: bool(3, { pointer: true }),
  string: string(4, { pointer: true }),
  version: string(5, { pointer: true }),
  ints: list(6, 'int64', { listType: 'atomic' }),
  bools: list(7, 'bool', { listType: 'atomic' }),
  strings: list(8, 'string', { listType: 'atomic' }),
  versions: list(9, 'string', { listType: 'atomic' }),
})
export interface DeviceAttribute extends Infer<typeof deviceAttributeShape> {}
export const deviceAttribute: Schema<DeviceAttribute> = deviceAttributeShape

const deviceCapacityShape = object('io.k8s.api.resource.v1.DeviceCapacity', {
  value: quantity(1, { required: true }),
  requestPolicy: ref(2, capacityRequestPolicy),
})
export interface DeviceCapacity extends Infer<typeof deviceCapacityShape> {}
export const deviceCapacity: Schema<DeviceCapacity> = deviceCapacityShape

const deviceCounterConsumptionShape = object('io.k8s.api.resource.v1.DeviceCounterConsumption', {
  counterSet: string(1, { required: true }),
  counters: map(2, counter, { required: true, omitEmpty: true }),
})
export interface DeviceCounterConsumption extends Infer<typeof deviceCounterConsumptionShape> {}
export const deviceCounterConsumption: Schema<DeviceCounterConsumption> = deviceCounterConsumptionShape

const deviceTaintShape = object('io.k8s.api.resource.v1.DeviceTaint', {
  key: string(1, { required: true }),
  value: string(2),
  effect: string(3, { required: true, enum: ['NoExecute', 'NoSchedule', 'None'] }),
  timeAdded: time(4, { pointer: true }),
})
export interface DeviceTaint extends Infer<typeof deviceTaintShape> {}
export const deviceTaint: Schema<DeviceTaint> = deviceTaintShape

const nodeAllocatableResourceMappingShape = object('io.k8s.api.resource.v1.NodeAllocatableResourceMapping', {
  capacityKey: string(1, { pointer: true }),
  allocationMultiplier: quantity(2, { pointer: true }),
})
export interface NodeAllocatableResourceMapping extends Infer<typeof nodeAllocatableResourceMappingShape> {}
export const nodeAllocatableResourceMapping: Schema<NodeAllocatableResourceMapping> = nodeAllocatableResourceMappingShape

const deviceShape = object('io.k8s.api.resource.v1.Device', {
  name: string(1, { required: true }),
  attributes: map(2, deviceAttribute),
  capacity: map(3, deviceCapacity),
  consumesCounters: list(4, deviceCounterConsumption, { listType: 'atomic' }),
  nodeName: string(5, { pointer: true }),
  nodeSelector: ref(6, nodeSelector),
  allNodes: bool(7, { pointer: true }),
  taints: list(8, deviceTaint, { listType: 'atomic' }),
  bindsToNode: bool(9, { pointer: true }),
  bindingConditions: list(10, 'string', { listType: 'atomic' }),
  bindingFailureConditions: list(11, 'string', { listType: 'atomic' }),
  allowMultipleAllocations: bool(12, { pointer: true }),
  nodeAllocatableResourceMappings: map(13, nodeAllocatableResourceMapping),
})
export interface Device extends Infer<typeof deviceShape> {}
export const device: Schema<Device> = deviceShape

const resourcePoolShape = object('io.k8s.api.resource.v1.ResourcePool', {
  name: string(1, { required: true }),
  generation: int64(2, { required: true }),
  resourceSliceCount: int64(3, { required: true }),
})
export interface ResourcePool extends Infer<typeof resourcePoolShape> {}
export const resourcePool: Schema<ResourcePool> = resourcePoolShape

const resourceSliceSpecShape = object('io.k8s.api.resource.v1.ResourceSliceSpec', {
  driver: string(1, { required: true }),
  pool: struct(2, resourcePool, { required: true }),
  nodeName: string(3, { pointer: true }),
  nodeSelector: ref(4, nodeSelector),
  allNodes: bool(5, { pointer: true }),
  devices: list(6, device, { listType: 'atomic' }),
  perDeviceNodeSelection: bool(7, { pointer: true }),
  sharedCounters: list(8, counterSet, { listType: 'atomic' }),
})
export interface ResourceSliceSpec extends Infer<typeof resourceSliceSpecShape> {}
export const resourceSliceSpec: Schema<ResourceSliceSpec> = resourceSliceSpecShape

const resourceSliceShape = kind('io.k8s.api.resource.v1.ResourceSlice', {
  metadata: struct(1, objectMeta),
  spec: struct(2, resourceSliceSpec, { required: true }),
})
export interface ResourceSlice extends Infer<typeof resourceSliceShape> {}
export const resourceSlice: Schema<ResourceSlice> = resourceSliceShape
