import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { int32, kind, list, object, ref, string, struct } from '../../machinery/schema/schema.ts'
import { objectReference } from './references.ts'
import { objectMeta } from '../meta/object-meta.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import { ageColumn, listWithMore, nameColumn } from '../columns.ts'
import { dnsLabel, dnsSubdomain, qualifiedName } from '../../machinery/names.ts'
import type { Cause } from '../../machinery/status.ts'
import { addressProblems } from '../addresses.ts'
import { addressWarnings } from '../cidr.ts'
import { inRange, invalid, invalidBy, notSupported, required, sameJson } from '../validation.ts'
import { endpointAddressProblems } from './endpoint-address.ts'

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
  validate: ({ subsets }, { isNew }) => (isNew === false ? [] : validateSubsets(subsets)),
  // What is there already may have been fine once.
  validateUpdate: ({ subsets }, old) => (sameJson(subsets, old.subsets) ? [] : validateSubsets(subsets)),
  warnings: endpointsWarnings,
})

const validateSubsets = (subsets: Endpoints['subsets']): Cause[] => (subsets ?? []).flatMap((subset, index) => validateSubset(subset, `subsets[${index}]`))

/** The cluster's own endpoints are in order. */
function endpointsWarnings({ metadata, subsets }: Endpoints): string[] {
  if (metadata.labels?.['endpoints.kubernetes.io/managed-by'] === 'endpoint-controller') return []
  return (subsets ?? []).flatMap((subset, index) => (['addresses', 'notReadyAddresses'] as const).flatMap(list =>
    (subset[list] ?? []).flatMap(({ ip }, at) => addressWarnings(`subsets[${index}].${list}[${at}].ip`, ip))))
}

function addressesText(subsets: readonly EndpointSubset[] | undefined): string {
  if (!subsets?.length) return '<none>'
  const host = (ip: string): string => (ip.includes(':') ? `[${ip}]` : ip)
  return listWithMore(subsets.flatMap(({ ports, addresses }) =>
    ports?.length ? ports.flatMap(({ port }) => (addresses ?? []).map(({ ip }) => `${host(ip)}:${port}`)) : (addresses ?? []).map(({ ip }) => ip)), 3, '')
}

function validateSubset({ addresses, notReadyAddresses, ports }: EndpointSubset, field: string): Cause[] {
  const causes = addresses?.length || notReadyAddresses?.length ? [] : [required(field, 'must specify `addresses` or `notReadyAddresses`')]
  for (const [list, all] of [['addresses', addresses], ['notReadyAddresses', notReadyAddresses]] as const) {
    for (const [index, { ip, hostname, nodeName }] of (all ?? []).entries()) {
      const path = `${field}.${list}[${index}]`
      causes.push(...[...addressProblems(ip), ...endpointAddressProblems(ip)].map(problem => invalid(`${path}.ip`, ip, problem)))
      if (hostname) causes.push(...invalidBy(`${path}.hostname`, hostname, dnsLabel))
      if (nodeName !== undefined) causes.push(...invalidBy(`${path}.nodeName`, nodeName, dnsSubdomain))
    }
  }
  for (const [index, { name, port, protocol, appProtocol }] of (ports ?? []).entries()) {
    const path = `${field}.ports[${index}]`
    if (name) causes.push(...invalidBy(`${path}.name`, name, dnsLabel))
    else if (ports!.length > 1) causes.push(required(`${path}.name`))
    causes.push(...inRange(`${path}.port`, port, 1, 65535))
    if (!protocol) causes.push(required(`${path}.protocol`))
    else if (!['SCTP', 'TCP', 'UDP'].includes(protocol)) causes.push(notSupported(`${path}.protocol`, protocol, ['SCTP', 'TCP', 'UDP']))
    if (appProtocol !== undefined) causes.push(...invalidBy(`${path}.appProtocol`, appProtocol, qualifiedName))
  }
  return causes
}
