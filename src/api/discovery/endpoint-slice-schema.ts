import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { bool, int32, kind, list, map, object, ref, string, struct } from '../../machinery/schema/schema.ts'
import { objectReference } from '../core/references.ts'
import { objectMeta } from '../meta/object-meta.ts'

const endpointConditionsShape = object('io.k8s.api.discovery.v1.EndpointConditions', {
  ready: bool(1, { pointer: true }),
  serving: bool(2, { pointer: true }),
  terminating: bool(3, { pointer: true }),
})
export interface EndpointConditions extends Infer<typeof endpointConditionsShape> {}
export const endpointConditions: Schema<EndpointConditions> = endpointConditionsShape

const forZoneShape = object('io.k8s.api.discovery.v1.ForZone', {
  name: string(1, { required: true }),
})
export interface ForZone extends Infer<typeof forZoneShape> {}
export const forZone: Schema<ForZone> = forZoneShape

const forNodeShape = object('io.k8s.api.discovery.v1.ForNode', {
  name: string(1, { required: true }),
})
export interface ForNode extends Infer<typeof forNodeShape> {}
export const forNode: Schema<ForNode> = forNodeShape

const endpointHintsShape = object('io.k8s.api.discovery.v1.EndpointHints', {
  forZones: list(1, forZone, { listType: 'atomic' }),
  forNodes: list(2, forNode, { listType: 'atomic' }),
})
export interface EndpointHints extends Infer<typeof endpointHintsShape> {}
export const endpointHints: Schema<EndpointHints> = endpointHintsShape

const endpointShape = object('io.k8s.api.discovery.v1.Endpoint', {
  addresses: list(1, 'string', { required: true, listType: 'set' }),
  conditions: struct(2, endpointConditions),
  hostname: string(3, { pointer: true }),
  targetRef: ref(4, objectReference),
  deprecatedTopology: map(5, 'string'),
  nodeName: string(6, { pointer: true }),
  zone: string(7, { pointer: true }),
  hints: ref(8, endpointHints),
})
export interface Endpoint extends Infer<typeof endpointShape> {}
export const endpoint: Schema<Endpoint> = endpointShape

const endpointPortShape = object('io.k8s.api.discovery.v1.EndpointPort', {
  name: string(1, { pointer: true }),
  protocol: string(2, { pointer: true, enum: ['SCTP', 'TCP', 'UDP'] }),
  port: int32(3, { pointer: true }),
  appProtocol: string(4, { pointer: true }),
}, { atomic: true })
export interface EndpointPort extends Infer<typeof endpointPortShape> {}
export const endpointPort: Schema<EndpointPort> = endpointPortShape

const endpointSliceShape = kind('io.k8s.api.discovery.v1.EndpointSlice', {
  metadata: struct(1, objectMeta),
  addressType: string(4, { required: true, enum: ['FQDN', 'IPv4', 'IPv6'] }),
  endpoints: list(2, endpoint, { omitEmpty: false, listType: 'atomic', nullable: true }),
  ports: list(3, endpointPort, { omitEmpty: false, listType: 'atomic', nullable: true }),
})
export interface EndpointSlice extends Infer<typeof endpointSliceShape> {}
export const endpointSlice: Schema<EndpointSlice> = endpointSliceShape
