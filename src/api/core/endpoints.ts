import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { int32, kind, list, object, ref, string, struct } from '../../machinery/schema/schema.ts'
import { objectReference } from './references.ts'
import { objectMeta } from '../meta/object-meta.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import { ageColumn, listWithMore, nameColumn } from '../columns.ts'

const endpointAddressShape = object('io.k8s.api.core.v1.EndpointAddress', {
  ip: string(1, { required: true }),
  hostname: string(3),
  nodeName: string(4, { pointer: true }),
  targetRef: ref(2, objectReference),
}, { atomic: true })
export interface EndpointAddress extends Infer<typeof endpointAddressShape> {}
export const endpointAddress: Schema<EndpointAddress> = endpointAddressShape

const endpointPortShape = object('io.k8s.api.core.v1.EndpointPort', {
  name: string(1),
  port: int32(2, { required: true }),
  protocol: string(3, { enum: ['SCTP', 'TCP', 'UDP'] }),
  appProtocol: string(4, { pointer: true }),
}, { atomic: true })
export interface EndpointPort extends Infer<typeof endpointPortShape> {}
export const endpointPort: Schema<EndpointPort> = endpointPortShape

const endpointSubsetShape = object('io.k8s.api.core.v1.EndpointSubset', {
  addresses: list(1, endpointAddress, { listType: 'atomic' }),
  notReadyAddresses: list(2, endpointAddress, { listType: 'atomic' }),
  ports: list(3, endpointPort, { listType: 'atomic' }),
})
export interface EndpointSubset extends Infer<typeof endpointSubsetShape> {}
export const endpointSubset: Schema<EndpointSubset> = endpointSubsetShape

const endpointsShape = kind('io.k8s.api.core.v1.Endpoints', {
  metadata: struct(1, objectMeta),
  subsets: list(2, endpointSubset, { listType: 'atomic' }),
})
export interface Endpoints extends Infer<typeof endpointsShape> {}
export const endpoints: Schema<Endpoints> = endpointsShape

/** The handle for endpoints. */
export const Endpoints: Resource<Endpoints> = defineResource<Endpoints>({
  version: 'v1', kind: 'Endpoints', plural: 'endpoints', shortNames: ['ep'],
  storageVersionHash: 'fWeeMqaN/OA=',
  storagePrefix: 'services/endpoints',
  schema: endpoints,
  columns: [nameColumn, { name: 'Endpoints', type: 'string', cell: ({ subsets }) => addressesText(subsets) }, ageColumn],
  defaults({ subsets }) {
    for (const { ports } of subsets ?? []) for (const port of ports ?? []) port.protocol ??= 'TCP'
  },
})

function addressesText(subsets: readonly EndpointSubset[] | undefined): string {
  if (!subsets?.length) return '<none>'
  const host = (ip: string): string => (ip.includes(':') ? `[${ip}]` : ip)
  return listWithMore(subsets.flatMap(({ ports, addresses }) =>
    ports?.length ? ports.flatMap(({ port }) => (addresses ?? []).map(({ ip }) => `${host(ip)}:${port}`)) : (addresses ?? []).map(({ ip }) => ip)), 3, '')
}
